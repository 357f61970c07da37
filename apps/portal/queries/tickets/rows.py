"""Rows of a list of tickets: each with whose turn it is, and what is promised next."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from apps.portal.queries.tickets.promises import Stands, stands
from apps.portal.queries.tickets.turns import Turn, turn_of
from apps.tickets.models import Deadline, Ticket

SHOWN = [
    *("id", "subject", "status", "latest_at", "severity__label", "severity__rank"),
    *("requester__name", "version__time_zone"),
]


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket of a list. ``promise`` None: nothing is due on it."""

    ticket: Ticket
    turn: Turn
    promise: Stands | None


def rows_of(keys: Collection[int] | RawSQL | None, *, at: datetime) -> Sequence[Row]:
    """Return the rows of tickets, where the latest activity is first.

    Clause: V-2-response, V-2-resolution.
    """
    if keys is None or (not isinstance(keys, RawSQL) and not keys):
        return []
    rows = Ticket.objects.filter(pk__in=keys).select_related("severity", "requester", "version")
    tickets = sorted(
        rows.only(*SHOWN).order_by(), key=lambda row: (row.latest_at, row.pk), reverse=True
    )
    due = _next_due(tickets, at=at)
    return [Row(ticket, turn_of(ticket), due.get(ticket.pk)) for ticket in tickets]


def _next_due(tickets: Iterable[Ticket], *, at: datetime) -> dict[int, Stands]:
    """Return ticket -> what is due next on it, in one query for all."""
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in _running([ticket.pk for ticket in tickets]):
        found[row.ticket_id].append(row)
    return {pk: stands(min(rows, key=lambda row: row.due_at), at=at) for pk, rows in found.items()}


def _running(keys: Sequence[int]) -> QuerySet[Deadline]:
    rows = Deadline.objects.open().filter(ticket__in=keys, due_at__isnull=False, in_work=True)
    return rows.defer("steps").order_by()
