"""What follows a document that became final, in its transaction."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Max

from apps.billing.models import Document, Line
from apps.tickets.services.marks import mark_invoiced


def lock_time(documents: Collection[Document]) -> int:
    """Write the invoice on the time whose price stands on final invoices; return on how many.

    Whoever makes documents final calls it, in the same transaction, for all of them at once: two
    statements for each few hundred tickets. From then on the time is corrected by finance alone,
    which yields the difference. Drafts and credit notes among them lock nothing.

    Clause: S-13, R-8.
    """
    final = [
        document.pk
        for document in documents
        if document.kind == Document.Kind.INVOICE and document.state == Document.State.FINAL
    ]
    lines = Line.objects.filter(document__in=final, event__ticket__isnull=False).order_by()
    rows = lines.values_list("event__ticket", "document__reference")
    # Time that came after what is on the line was rated does not stand on the invoice.
    invoices: dict[int, tuple[str, datetime]] = {
        ticket: (reference, at)
        for ticket, reference, at in rows.annotate(at=Max("charges__rated_at"))
        if reference and at
    }
    return mark_invoiced(invoices=invoices)
