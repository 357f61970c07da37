"""What a draft of hours would do to the deadlines that are open: worked out, and nothing written.

Only open deadlines of the draft's calendar are looked at, and no more than a cap of them, soonest
first.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.contracts import queries as contracts
from apps.contracts.models import CalendarRevision
from apps.contracts.queries.hours import draft_hours
from apps.contracts.rules.calendar import ServiceHours
from apps.tickets.models import Deadline, Event
from apps.tickets.rules import deadlines as rules
from apps.tickets.rules.history import Happening, Kind

BATCH = 200
LOOKED_AT = 2000
LISTED = 500
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Move:
    """A deadline that the draft moves. An instant is None where the hours never reach it."""

    deadline: Deadline
    due_at: datetime | None
    is_missed: bool

    @property
    def is_later(self) -> bool:
        """Whether the provider gains time; else the client does."""
        before = self.deadline.due_at
        return self.due_at is None or (before is not None and self.due_at > before)


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing would do. ``open`` is counted up to a cap; ``moves`` is listed up to one."""

    open: int
    looked_at: int
    earlier: int
    later: int
    missed: int
    moves: Sequence[Move]


def preview_hours(*, revision: CalendarRevision, at: datetime) -> Preview:
    """Return which open deadlines a draft revision would move, as of that instant.

    Clause: S-2, V-4, R-14.

    :raises ValueError: the draft's hours contradict themselves.
    """
    rows = Deadline.objects.open().filter(calendar_id=revision.calendar_id)
    soonest = rows.filter(due_at__isnull=False).order_by("due_at", "pk")
    chosen = list(soonest.select_related("ticket__account")[:LOOKED_AT])
    draft = draft_hours(revision.pk)
    moves = [
        move
        for start in range(0, len(chosen), BATCH)
        for move in _moves(chosen[start : start + BATCH], draft, at)
    ]
    later = sum(move.is_later for move in moves)
    return Preview(
        open=rows.order_by()[:MOST_COUNTED].count(),
        looked_at=len(chosen),
        earlier=len(moves) - later,
        later=later,
        missed=sum(move.is_missed for move in moves),
        moves=moves[:LISTED],
    )


def _moves(rows: Sequence[Deadline], draft: ServiceHours, at: datetime) -> Iterator[Move]:
    histories = _histories({row.ticket_id for row in rows})
    of_version: dict[int, rules.Hours] = {}
    for row in rows:
        ticket = row.ticket
        if ticket.version_id not in of_version:
            of_version[ticket.version_id] = contracts.hours_of_version(ticket.version_id)
        hours = {**of_version[ticket.version_id], row.calendar_id: draft}
        terms = contracts.terms(
            version_id=ticket.version_id, plan_id=ticket.plan_id, agreed=ticket.agreed
        )
        try:
            owed = rules.deadlines(histories[row.ticket_id], terms=terms, hours=hours)
        except ValueError:  # no open time, or none that a calendar can reach
            yield Move(row, None, is_missed=False)
            continue
        yield from _moved(row, owed, at)


def _moved(row: Deadline, owed: Sequence[rules.Deadline], at: datetime) -> Iterator[Move]:
    for deadline in owed:
        if (deadline.kind, deadline.serial) == (
            row.kind,
            row.serial,
        ) and deadline.due_at != row.due_at:
            due_at = deadline.due_at
            was_in_time = row.due_at is None or row.due_at >= at
            missed = was_in_time and due_at is not None and due_at < at
            yield Move(row, due_at, missed)


def _histories(tickets: set[int]) -> dict[int, list[Happening]]:
    histories = defaultdict(list)
    events = Event.objects.filter(ticket__in=tickets).order_by("pk")
    for ticket_id, kind, at, facts in events.values_list("ticket_id", "kind", "at", "facts"):
        histories[ticket_id].append(Happening(Kind(kind), at, facts))
    return histories
