"""Invoices and credit notes: the list, the page of one, and its PDF."""

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from apps.billing.invoice_pdf import document_pdf, file_name
from apps.billing.models import Document, OpenItem
from apps.billing.queries.issued import document_called, final_documents, state_of
from apps.portal.access import SeatedRequest, move_to, page
from apps.portal.queries.documents import open_items, shown
from apps.portal.queries.keyset import number_in, page_of
from apps.portal.queries.money import home_money, today_at

SHOWN = ("open", "all", "credit")


@page(needs="money")
def invoices(request: SeatedRequest) -> HttpResponse:
    """Show what is to be paid, the oldest due first; or all documents, the latest first.

    Clause: V-3.4.6, S-12.
    """
    now, account = timezone.now(), request.seat.account
    sums, after = home_money(request.seat, at=now), request.GET.get("after", "")
    show = request.GET.get("show", "")
    if show not in SHOWN:
        show = "open" if any(each.open_count for each in sums) else "all"
    if show == "all":
        found = page_of(final_documents(account), by="issued_on", after=after)
        items = [getattr(document, "item", None) for document in found.rows]
        documents = found.rows
    else:
        side, by = (
            (OpenItem.Side.DEBIT, "due_on")
            if show == "open"
            else (OpenItem.Side.CREDIT, "dated_on")
        )
        rows = open_items(account, side)
        found = page_of(rows, by=by, after=after, newest_first=False)
        items, documents = list(found.rows), [item.document for item in found.rows]
    today = today_at(request.seat, at=now)
    states = [state_of(item, today=today) for item in items]
    context = {
        "sums": sums,
        "show": show,
        "found": found,
        "rows": list(zip(documents, items, states, strict=True)),
    }
    return TemplateResponse(request, "portal/money/invoices.html", context)


@page(needs="money")
def invoice(request: SeatedRequest, reference: str) -> HttpResponse:
    """Show one document: lines with why, tax, what settled it, what is disputed, how to pay.

    Clause: V-3.4.6, S-12, S-13.
    """
    document = _document(request, reference)
    found = shown(
        document,
        from_line=number_in(request.GET.get("from", "")),
        today=today_at(request.seat, at=timezone.now()),
        zone=timezone.get_current_timezone_name(),
    )
    is_invoice = document.kind == Document.Kind.INVOICE
    context = {
        "found": found,
        "document": document,
        "is_invoice": is_invoice,
        "is_owed": bool(is_invoice and found.item and found.item.open_amount),
        "parties": document.parties,
        "terms": document.terms,
    }
    return TemplateResponse(request, "portal/money/invoice.html", context)


@page(needs="money")
def invoice_pdf(request: SeatedRequest, reference: str) -> HttpResponse:
    """Return the same file that was sent by mail.

    Clause: V-3.4.6.
    """
    document = _document(request, reference)
    response = HttpResponse(document_pdf(document), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{file_name(document)}"'
    return response


def _document(request: SeatedRequest, reference: str) -> Document:
    """Return a final document of an account at which the reader may see it, and go over there.

    :raises Http404: there is none, or they have no seat there, or not the right.
    """
    accounts = [seat.account for seat in request.seats]
    document = document_called(reference, accounts=accounts)
    if document is None:
        raise Http404("No such document.")
    move_to(request, document.account_id, needs="money")
    return document
