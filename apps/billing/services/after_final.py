"""What follows a document that became final, in its transaction."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, Max, OuterRef

from apps.billing.models import Charge, Document, Line, RatedEvent
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
    # What somebody charged by hand is the price of no time.
    worked = lines.exclude(kind=RatedEvent.Kind.MANUAL)
    more = Charge.objects.filter(event=OuterRef("event"), state=Charge.State.READY)
    rows = worked.values_list("event__ticket", "document__reference", "event__rated_at")
    found = rows.annotate(at=Max("charges__rated_at"), has_more=Exists(more))
    # Time that came after what is on the line was rated does not stand on the invoice; time that
    # changed nothing of its price does.
    invoices: dict[int, tuple[str, datetime]] = {
        ticket: (reference, at if has_more else max(at, rated_at))
        for ticket, reference, rated_at, at, has_more in found
        if reference and at
    }
    return mark_invoiced(invoices=invoices)
