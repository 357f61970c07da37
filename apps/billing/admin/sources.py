"""Where the admin shows the document or the payment that a posting comes of."""

from django.urls import NoReverseMatch, reverse

from apps.billing.models import Posting


def page(name: str, *keys: int, query: str = "") -> str:
    """Return the address of an admin page; nothing, where there is no such page."""
    try:
        return reverse(f"admin:{name}", args=keys) + query
    except NoReverseMatch:
        return ""


def source_of(posting: Posting) -> tuple[str, str]:
    """Return what a posting comes of, in words, and the address of its page."""
    if posting.document_id:
        document = posting.document
        words = f"{document.get_kind_display()} {document}" if document else ""
        return words, page("billing_document_change", posting.document_id)
    payment = posting.payment
    words = f"{payment.get_kind_display()} {payment}" if payment else ""
    return words, page("billing_payment_change", posting.payment_id or 0)
