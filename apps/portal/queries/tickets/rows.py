"""Rows of a list of tickets: each with whose turn it is, and what is promised next."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import QuerySet

from apps.outbox.compiled import Compiled
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


def rows_of(keys: Collection[int], *, at: datetime) -> Sequence[Row]:
    """Return the rows of tickets, where the latest activity is first.

    Clause: V-2-response, V-2-resolution.
    """
    return as_rows(as_shown(Ticket.objects.filter(pk__in=keys)), at=at) if keys else []


def as_shown(rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Return tickets with what a row shows, in no order."""
    return rows.select_related("severity", "requester", "version").only(*SHOWN).order_by()


def as_rows(tickets: Collection[Ticket], *, at: datetime) -> Sequence[Row]:
    """Return the rows of tickets that were read, where the latest activity is first.

    Clause: V-2-response, V-2-resolution.
    """
    in_order = sorted(tickets, key=lambda row: (row.latest_at, row.pk), reverse=True)
    due = _next_due([ticket.pk for ticket in in_order], at=at)
    return [Row(ticket, turn_of(ticket), due.get(ticket.pk)) for ticket in in_order]


def _next_due(tickets: Sequence[int], *, at: datetime) -> dict[int, Stands]:
    """Return ticket -> what is due next on it, in one query for all."""
    if not tickets:
        return {}
    # Few sizes, so that few queries are made: the last ticket fills up the rest.
    size = 1 << (len(tickets) - 1).bit_length()
    filled = [*tickets, *[tickets[-1]] * (size - len(tickets))]
    keys = {f"ticket_{place}": pk for place, pk in enumerate(filled)}
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in _running(size).objects(**keys):
        found[row.ticket_id].append(row)
    return {pk: stands(min(rows, key=lambda row: row.due_at), at=at) for pk, rows in found.items()}


@cache
def _running(size: int) -> Compiled:
    def build(**keys: int) -> QuerySet[Deadline]:
        open_ones = Deadline.objects.open().filter(ticket__in=list(keys.values()))
        rows = open_ones.filter(due_at__isnull=False, in_work=True)
        return rows.defer("steps").order_by()

    return Compiled(build)
