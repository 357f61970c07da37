"""TAM time: how much of it falls into a calendar month, and what is left of the plan's.

A month is [starts_at, ends_at), from midnight to midnight on the order's own clock, compared in
UTC: a month in which the clocks change is just as long as it is.

Clause: V-6.3, R-11, R-18.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]  # [starts_at, ends_at)
ZERO = timedelta(0)


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month of a zone. Instants are in UTC."""

    label: str
    starts_at: datetime
    ends_at: datetime

    def share_of(self, span: Span) -> timedelta:
        """Return how much of a span of time falls into the month.

        Clause: V-6.3, R-11.
        """
        starts_at, ends_at = span
        return max(min(ends_at, self.ends_at) - max(starts_at, self.starts_at), ZERO)


@dataclass(frozen=True, slots=True)
class TamMonth:
    """The TAM time of an order in one month.

    ``limit`` zero: the order has no TAM time. ``warns_at`` are the percentages, ascending, of which
    people are told; the limit itself is always the last one.
    """

    month: Month
    used: timedelta
    limit: timedelta
    warns_at: Sequence[int]

    @property
    def label(self) -> str:
        """The month's name, such as “November 2026”."""
        return self.month.label

    @property
    def starts_at(self) -> datetime:
        return self.month.starts_at

    @property
    def ends_at(self) -> datetime:
        return self.month.ends_at

    @property
    def left(self) -> timedelta:
        """What may still be spent; never less than nothing."""
        return max(self.limit - self.used, ZERO)

    @property
    def percent(self) -> int:
        """Whole percent used, rounded down: 80 is said when 80 is reached. May exceed 100."""
        return 100 * self.used // self.limit if self.limit else 0

    @property
    def has_tam(self) -> bool:
        return self.limit > ZERO

    @property
    def is_used_up(self) -> bool:
        """Used up when what is used reaches the limit (R-18)."""
        return self.used >= self.limit

    @property
    def reached(self) -> int | None:
        """The highest percentage of which people are told that is reached; None: none is.

        Time that reaches a warning and the limit at once is told of as the limit alone.
        """
        reached = [percent for percent in self.warns_at if self.has_reached(percent)]
        return max(reached, default=None) if self.has_tam else None

    @property
    def is_near(self) -> bool:
        """Whether the first warning's percentage is reached."""
        return self.reached is not None

    def has_reached(self, percent: int) -> bool:
        """Whether so much of the limit is used, exactly.

        Clause: V-6.3, R-18.
        """
        return 100 * self.used >= percent * self.limit


def month_of(at: datetime, zone: ZoneInfo) -> Month:
    """Return the calendar month of a zone in which an instant lies.

    Where the clocks go back over the first midnight of a month, it begins with the first one.

    Clause: R-11.
    """
    first = at.astimezone(zone).date().replace(day=1)
    if at >= _midnight(_next(first), zone):
        first = _next(first)
    starts_at, ends_at = _midnight(first, zone), _midnight(_next(first), zone)
    return Month(f"{first:%B %Y}", starts_at, ends_at)


def months_of(span: Span, zone: ZoneInfo) -> list[Month]:
    """Return the months that a span of time touches, in order: one, or two over a month's end.

    Clause: V-6.3, R-11.
    """
    starts_at, ends_at = span
    months = [month_of(starts_at, zone)]
    while months[-1].ends_at < ends_at:
        months.append(month_of(months[-1].ends_at, zone))
    return months


def used_in(month: Month, spans: Iterable[Span]) -> timedelta:
    """Return how much time of the spans falls into the month. Spans that overlap count each.

    Clause: V-6.3, R-11.
    """
    return sum((month.share_of(span) for span in spans), ZERO)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
