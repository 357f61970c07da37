"""How the mails read by which clients get their invoices and credit notes: the PDF is attached.

They are made from final documents, which never change.
"""

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.template.loader import render_to_string

from apps.billing.invoice_pdf import document_pdf, file_name
from apps.billing.models import Document
from apps.billing.services.issue_mails import CREDIT_NOTE_ISSUED, INVOICE_ISSUED
from apps.billing.wording import day, money
from apps.outbox.rendering import Attachment, Email, renders

PORTAL = "/portal/invoices/"


@renders(INVOICE_ISSUED)
def invoice_issued(payload: dict[str, Any]) -> Email:
    """Send an invoice to its buyer.

    Clause: V-3.4.6, S-12.
    """
    document = _final(payload)
    due = f", due {day(document.due_on)}" if document.due_on and document.total_amount else ""
    return _mail(
        document,
        f"Invoice {document.reference}: {money(document.total_amount, document.currency)}{due}",
        "mail/invoice_issued.txt",
    )


@renders(CREDIT_NOTE_ISSUED)
def credit_note_issued(payload: dict[str, Any]) -> Email:
    """Send a credit note to its buyer.

    Clause: V-3.4.6.
    """
    document = _final(payload)
    amount = money(document.total_amount, document.currency)
    words = f"Credit note {document.reference}: {amount}"
    return _mail(document, words, "mail/credit_note_issued.txt")


def portal_page(document: Document) -> str:
    """Return the address at which a client sees a final document."""
    return f"{settings.BASE_URL}{PORTAL}{quote(document.reference or '', safe='')}/"


def _final(payload: dict[str, Any]) -> Document:
    return Document.objects.select_related("account").get(pk=payload["document_id"])


def _mail(document: Document, words: str, template: str) -> Email:
    context = {
        "document": document,
        "total": money(document.total_amount, document.currency),
        "issued": day(document.issued_on),
        "due": day(document.due_on),
        "buyer": document.parties["buyer"],
        "seller": document.parties["seller"],
        "corrects": document.terms["corrects"],
        "url": portal_page(document),
    }
    attached = Attachment(file_name(document), document_pdf(document), "application/pdf")
    return Email(
        subject=words,
        text=render_to_string(template, context).strip() + "\n",
        reply_to=(document.parties["seller"]["email"],),
        language=document.terms["language"],
        attachments=(attached,),
    )
