"""Saying that the price of work has to be looked at again; and that it stands on an invoice."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import Case, CharField, Q, Value, When

from apps.contracts.models import Order
from apps.tickets.models import Ticket, TimeEntry, WorkMark

MOST = 300  # tickets in one statement


def mark_work(order: Order | int, *tickets: Ticket | int | None, at: datetime) -> None:
    """Say that work changed: on these tickets of an order; None: apart from any ticket.

    It is part of the caller's transaction, so that the change and the mark are written together.

    Clause: S-4, S-13, R-8.
    """
    order_id = order if isinstance(order, int) else order.pk
    pks = {ticket.pk if isinstance(ticket, Ticket) else ticket for ticket in tickets}
    ordered = sorted(pks, key=lambda pk: pk or 0)
    WorkMark.objects.bulk_create(WorkMark(order_id=order_id, ticket_id=pk, at=at) for pk in ordered)


@transaction.atomic
def mark_invoiced(*, invoices: Mapping[int, tuple[str, datetime]]) -> int:
    """Write the invoice on the time whose price stands on it; return on how many entries.

    ``invoices`` maps a ticket to the invoice's printed reference and the instant up to which time
    had been recorded when it was rated. Time that stands on an invoice keeps the first one. A TAM's
    time has no price.

    Clause: S-13, R-8.
    """
    count, left = 0, iter(invoices.items())
    while batch := list(islice(left, MOST)):
        count += _mark(batch)
    return count


def _mark(batch: Sequence[tuple[int, tuple[str, datetime]]]) -> int:
    cases = [When(ticket=ticket, then=Value(reference)) for ticket, (reference, _) in batch]
    recorded = Q(pk__in=[])
    for ticket, (_, at) in batch:
        recorded |= Q(ticket=ticket, recorded_at__lte=at)
    rows = TimeEntry.objects.filter(recorded, invoiced_in="").exclude(kind=TimeEntry.Kind.TAM)
    return rows.update(invoiced_in=Case(*cases, output_field=CharField()))
