"""Money: invoices and credit notes, and what the next invoice bills."""

from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils import timezone
from ninja import Path, Query, Router

from apps.api.door import TokenRequest, needs, not_found, person_of
from apps.api.endpoints.paging import BIGGEST, AfterPlace, Limit, page_by
from apps.api.queries import billing
from apps.api.shapes.billing import ChargesShape, DocumentsShape, WholeDocumentShape
from apps.billing.invoice_pdf import document_pdf, file_name
from apps.billing.models import Document
from apps.billing.queries.issued import document_called, final_documents
from apps.billing.queries.uninvoiced import not_invoiced
from apps.contracts.models import AuthorisedUser

MONEY = needs("billing:read", "may_see_invoices")
Reference = Annotated[
    str, Path(max_length=40, description="Its number, as it is printed, such as INV-000008.")
]
router = Router(tags=["Money"])


@router.get("/invoices", auth=MONEY, response=DocumentsShape, summary="List invoices")
def list_invoices(
    request: TokenRequest, after: AfterPlace = None, limit: Limit = 50
) -> dict[str, Any]:
    """The account's invoices and credit notes, the latest first. Drafts are none."""
    person = person_of(request.auth)
    rows = final_documents(person.order.account)
    page = page_by(rows, "issued_on", date, after=after, limit=limit)
    today = _today(person)
    return page | {"items": [billing.shaped(each, today=today) for each in page["items"]]}


@router.get(
    "/invoices/{reference}", auth=MONEY, response=WholeDocumentShape, summary="Read an invoice"
)
def read_invoice(
    request: TokenRequest,
    reference: Reference,
    from_line: Annotated[
        int, Query(ge=0, le=BIGGEST, description="`next_line` of the page before.")
    ] = 0,
) -> dict[str, Any]:
    """An invoice or credit note with its lines, and why each costs what it does."""
    person, document = _document(request, reference)
    zone = person.order.version.time_zone
    return billing.whole(document, from_line=from_line, today=_today(person), zone=zone)


@router.get(
    "/invoices/{reference}/pdf",
    auth=MONEY,
    summary="Download an invoice",
    openapi_extra={"responses": {200: {"content": {"application/pdf": {}}}}},
)
def read_invoice_pdf(request: TokenRequest, reference: Reference) -> HttpResponse:
    """The same PDF that was sent by mail."""
    _, document = _document(request, reference)
    named = f'attachment; filename="{file_name(document)}"'
    return HttpResponse(
        document_pdf(document),
        content_type="application/pdf",
        headers={"Content-Disposition": named, "Cache-Control": "private, no-store"},
    )


@router.get("/charges", auth=MONEY, response=ChargesShape, summary="List charges")
def list_charges(
    request: TokenRequest, after: AfterPlace = None, limit: Limit = 50
) -> dict[str, Any]:
    """What is charged and on no invoice yet, the latest first, and why it costs what it does."""
    person = person_of(request.auth)
    rows = not_invoiced(person.order.account).select_related("event")
    page = page_by(rows, "incurred_on", date, after=after, limit=limit)
    return page | {"items": list(billing.charged(page["items"], person.order.version.time_zone))}


def _document(request: TokenRequest, reference: str) -> tuple[AuthorisedUser, Document]:
    person = person_of(request.auth)
    document = document_called(reference, accounts=[person.order.account])
    if document is None:
        raise not_found()
    return person, document


def _today(person: AuthorisedUser) -> date:
    """Return the day in the zone of the policy."""
    return timezone.now().astimezone(ZoneInfo(person.order.version.time_zone)).date()
