"""The open tickets of an account, in the queue's order, with the queue's badges."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Self

from django.db.models import OuterRef, QuerySet

from apps.contracts.models import Account, PolicyVersion, Severity
from apps.outbox.capped import CAP, CappedCount, shown
from apps.tickets.admin.badges import Badge, badges_of, hours_for
from apps.tickets.models import Ticket

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Row:
    """An open ticket, and how its promises stand."""

    ticket: Ticket
    badges: Sequence[Badge]


@dataclass(frozen=True, slots=True)
class OpenTickets:
    """The first open tickets, the worst first and of these the oldest; and how many there are."""

    rows: Sequence[Row]
    counts: Sequence[tuple[int, str, str]]  # rank, severity, how many
    count: str
    has_more: bool

    @classmethod
    def of(cls, account: Account, *, at: datetime) -> Self:
        """Read the first open tickets without reading the others.

        Clause: V-2-response, V-2-resolution, R-17.
        """
        severities = _open_by_severity(account)
        tickets = _first(account, severities)
        hours = hours_for(tickets) if tickets else {}
        total = sum(severity.open_count for severity in severities)
        merged: dict[tuple[int, str], int] = {}
        for severity in severities:
            name = severity.rank, severity.label
            merged[name] = merged.get(name, 0) + severity.open_count
        return cls(
            rows=[Row(ticket, badges_of(ticket, at=at, hours=hours)) for ticket in tickets],
            counts=[(rank, label, shown(count)) for (rank, label), count in merged.items()],
            count=shown(min(total, CAP)),
            has_more=total > len(tickets),
        )


def _open_by_severity(account: Account) -> Sequence[Any]:
    """Return the severities that the account has open tickets of, the worst first.

    Each has ``open_count``, up to the cap.
    """
    tickets = Ticket.objects.unclosed().filter(account=account, severity=OuterRef("pk"))
    rows = Severity.objects.filter(version__state=PolicyVersion.State.PUBLISHED)
    counted = rows.annotate(open_count=CappedCount(tickets)).order_by("rank", "label", "pk")
    # Left out here: the database would count each twice to filter by it.
    return [severity for severity in counted if severity.open_count]


def _first(account: Account, severities: Sequence[Any]) -> list[Ticket]:
    """Return the tickets that the queue shows first.

    Each severity's oldest are read from the index, as far down as there is need to.
    """
    chosen: list[Any] = []
    for _, same_rank in groupby(severities, key=lambda severity: severity.rank):
        chosen += same_rank
        if sum(severity.open_count for severity in chosen) >= SHOWN:
            break
    if not chosen:
        return []
    first, *others = (_oldest(account, severity) for severity in chosen)
    found = Ticket.objects.filter(pk__in=first.union(*others, all=True) if others else first)
    related = found.select_related("severity", "assignee").prefetch_related("deadlines")
    return list(related.order_by("severity__rank", "registered_at", "pk")[:SHOWN])


def _oldest(account: Account, severity: Severity) -> QuerySet[Any]:
    tickets = Ticket.objects.unclosed().filter(account=account, severity=severity)
    oldest = tickets.order_by("registered_at", "pk").values("pk")[:SHOWN]
    # SQLite takes no limit in a part of a union, but inside of one.
    return Ticket.objects.filter(pk__in=oldest).order_by().values("pk")
