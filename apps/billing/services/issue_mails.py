"""The mails by which clients get their documents: written with them, sent once they are there."""

from collections.abc import Sequence
from datetime import datetime

from apps.billing.models import Document
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
