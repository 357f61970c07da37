"""By what clients hear of their documents: written with them, sent once they are there."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from django.conf import settings

from apps.billing.models import Document
from apps.contracts.services.webhook_news import News, announce
from apps.outbox.enqueue import nudge, prepared
from apps.outbox.models import Message

INVOICE_ISSUED = "invoice.issued"
CREDIT_NOTE_ISSUED = "credit_note.issued"
TOPICS = {
    Document.Kind.INVOICE: INVOICE_ISSUED,
    Document.Kind.CREDIT_NOTE: CREDIT_NOTE_ISSUED,
}


def send_documents(documents: Sequence[Document], *, at: datetime) -> None:
    """Write the mail of each document that has just become final, to its buyer's address.

    The account's endpoints are told too, where it has any; the accounts are those that are held.

    Clause: V-3.4.6.
    """
    Message.objects.bulk_create(
        prepared(
            topic=TOPICS[Document.Kind(document.kind)],
            key=f"document:{document.pk}:issued",
            recipient=document.parties["buyer"]["email"],
            payload={"document_id": document.pk},
            at=at,
        )
        for document in documents
    )
    if documents:
        nudge()
    announce([_news(each, at) for each in documents if each.account.has_webhooks], at=at)


def _news(document: Document, at: datetime) -> News:
    told = TOPICS[Document.Kind(document.kind)]
    data = {
        "number": document.reference,
        "kind": document.kind,
        "issued_on": document.issued_on.isoformat() if document.issued_on else None,
        "due_on": document.due_on.isoformat() if document.due_on else None,
        "total": str(document.total_amount),
        "currency": document.currency,
        "url": f"{settings.BASE_URL}/api/v1/invoices/{quote(document.reference or '')}",
    }
    return News(document.account_id, told, f"document:{document.pk}:issued", at, data)
