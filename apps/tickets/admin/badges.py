"""How a promise stands at an instant, as a badge: a colour and a few words."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from apps.contracts import queries as contracts
from apps.contracts.rules.calendar import ServiceHours
from apps.tickets.models import Deadline, Ticket
from apps.tickets.rules.promise import PROVIDERS
from apps.tickets.wording import moment, span

CLIENTS = (Deadline.Kind.CLIENT_REPLY, Deadline.Kind.CONFIRMATION)
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

    @property
    def title(self) -> str:
        """The instant behind the words, in the reader's zone."""
        zone = timezone.get_current_timezone_name()
        return f"{self.kind}: {moment(self.since, zone)}" if self.since else ""


def badge_of(deadline: Deadline, *, at: datetime, hours: ServiceHours) -> Badge:
    """Return the badge of one deadline. The due instant itself is still in time (R-17).

    Amber and red are for what we owe; the client's time, and what comes by itself, stay quiet.
    """
    if deadline.kind not in PROVIDERS:
        return _quiet_badge(deadline, at=at, hours=hours)
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


def _quiet_badge(deadline: Deadline, *, at: datetime, hours: ServiceHours) -> Badge:
    """Return the badge of a deadline that is the client's, or at which something comes by itself.

    “Missed” it is of the client only: a step that has come is no failure.
    """
    kind, before, over = deadline.get_kind_display(), "client has ", "client is late"
    if deadline.kind not in CLIENTS:
        before, over = "in ", "due now"
    if deadline.state != Deadline.Verdict.OPEN:
        is_late = deadline.state == Deadline.Verdict.MISSED
        words = "done" if not (is_late and deadline.kind in CLIENTS) else "not given in time"
        return Badge(kind, DONE, words, since=deadline.settled_at)
    if deadline.due_at is None:
        left = deadline.target - deadline.used
        return Badge(kind, GREY, f"paused, {span(left)} left", left=left)
    if deadline.due_at < at:
        return Badge(kind, DONE, over, since=deadline.due_at)
    left = hours.between(at, deadline.due_at)
    after = " left" if deadline.kind in CLIENTS else ""
    words = f"{before}{span(left)}{after}"
    return Badge(kind, DONE, words, since=deadline.due_at, left=left)


def badges_of(
    ticket: Ticket, *, at: datetime, hours: Mapping[int, ServiceHours]
) -> Sequence[Badge]:
    """Return what a row of the queue shows: what we missed, what we owe next, what comes besides.

    That is the client's time, or the next step that comes by itself. A closed ticket shows the
    verdicts on what we owed.
    """
    rows = list(ticket.deadlines.all())
    owed = [row for row in rows if row.kind in PROVIDERS]
    others = [row for row in rows if row.kind not in PROVIDERS]
    shown = owed
    if ticket.status != Ticket.State.CLOSED:
        shown = _missed(owed) + _next_open(owed) + _next_open(others)
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
