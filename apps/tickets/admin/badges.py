"""How a promise stands at an instant, as a badge: a colour and a few words."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.contracts import queries as contracts
from apps.contracts.rules.calendar import ServiceHours
from apps.tickets.models import Deadline, Ticket
from apps.tickets.wording import span

GREEN, AMBER, RED, GREY, DONE = "green", "amber", "red", "grey", "done"


@dataclass(frozen=True, slots=True)
class Badge:
    """What is left of a promise is service time; it ticks while its calendar is open."""

    kind: str
    tone: str
    words: str
    since: datetime | None = None
    left: timedelta | None = None
    is_ticking: bool = False
    runs_for: int = 0  # seconds, of those left, that pass before the calendar closes

    @property
    def left_seconds(self) -> int:
        return int(self.left.total_seconds()) if self.left is not None else 0


def badge_of(deadline: Deadline, *, at: datetime, hours: ServiceHours) -> Badge:
    """Return the badge of one deadline. The due instant itself is still in time (R-17)."""
    kind = deadline.get_kind_display()
    if deadline.state == Deadline.Verdict.MISSED:
        return Badge(kind, RED, "missed", since=deadline.due_at)
    if deadline.state == Deadline.Verdict.MET:
        return Badge(kind, DONE, "kept", since=deadline.settled_at)
    if deadline.due_at is None:
        left = deadline.target - deadline.used
        return Badge(kind, GREY, f"paused, {span(left)} left", left=left)
    if deadline.due_at < at:
        # Nobody has put the miss on record yet: the sweep comes by within a minute.
        return Badge(kind, RED, "overdue", since=deadline.due_at)
    left = hours.between(at, deadline.due_at)
    near = deadline.warn_at is not None and deadline.warn_at <= at
    return Badge(
        kind,
        AMBER if near else GREEN,
        f"{span(left)} left",
        since=deadline.due_at,
        left=left,
        is_ticking=hours.is_open(at),
        runs_for=_runs_for(left, at=at, hours=hours),
    )


def badges_of(
    ticket: Ticket, *, at: datetime, hours: Mapping[int, ServiceHours]
) -> Sequence[Badge]:
    """Return what a row of the queue shows: what was missed, then the open deadline next due.

    A closed ticket shows all its verdicts.
    """
    rows = list(ticket.deadlines.all())
    shown = rows if ticket.status == Ticket.State.CLOSED else _missed(rows) + _next_open(rows)
    return [badge_of(row, at=at, hours=hours[row.calendar_id]) for row in shown]


def hours_for(tickets: Iterable[Ticket]) -> Mapping[int, ServiceHours]:
    """Return calendar id -> hours for all that these tickets promise, in one query."""
    return contracts.hours_of_version(*{ticket.version_id for ticket in tickets})


def _runs_for(left: timedelta, *, at: datetime, hours: ServiceHours) -> int:
    """Return how many of the seconds left pass before the calendar closes; 0 while it is closed.

    A page that is left open over closing time must not count on through the night.
    """

    def has_closed(seconds: int) -> bool:
        passed = timedelta(seconds=seconds)
        return hours.after(at, passed) != at + passed

    return bisect_left(range(1, int(left.total_seconds()) + 1), True, key=has_closed)


def _missed(rows: Sequence[Deadline]) -> list[Deadline]:
    return [row for row in rows if row.state == Deadline.Verdict.MISSED]


def _next_open(rows: Sequence[Deadline]) -> list[Deadline]:
    running = [row for row in rows if row.state == Deadline.Verdict.OPEN]
    due = sorted((row for row in running if row.due_at), key=lambda row: (row.due_at, row.pk))
    return (due or running)[:1]
