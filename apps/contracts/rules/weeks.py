"""A week of service hours as people read it: days with the same hours together, on any wall clock.

Clause: S-2, V-4.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from apps.contracts.rules.openings import MIDNIGHT, Window

WEEK = 7  # days


@dataclass(frozen=True, slots=True)
class Opening:
    """Hours that begin on a day, [opens, closes), in local time."""

    opens: time
    closes: time

    @property
    def is_over_midnight(self) -> bool:
        """Whether it closes on the next day; 00:00 is the end of its own."""
        return MIDNIGHT != self.closes <= self.opens


@dataclass(frozen=True, slots=True)
class Days:
    """Days that follow each other with the same hours: weekdays from Monday, 0, both included."""

    first: int
    last: int
    openings: Sequence[Opening]


def days_of(windows: Iterable[Window]) -> list[Days]:
    """Return the open days of a week, from Monday on; closed days are left out.

    Clause: S-2, V-4.
    """
    week: dict[int, list[Opening]] = {}
    for window in sorted(windows, key=lambda each: (each.weekday, each.opens)):
        week.setdefault(window.weekday, []).append(Opening(window.opens, window.closes))
    together = groupby(range(WEEK), key=lambda day: week.get(day, []))
    found = [(openings, list(days)) for openings, days in together]
    return [Days(days[0], days[-1], openings) for openings, days in found if openings]


def seen_from(
    windows: Iterable[Window], *, zone: ZoneInfo, reader: ZoneInfo, on: date
) -> list[Window]:
    """Return windows of a zone as a reader's wall clock shows them in the week of a day.

    It is the week from Monday on. The clocks of two zones do not change on the same days, so it is
    that week's answer alone.

    Clause: S-2, V-4.
    """
    monday = on - timedelta(days=on.weekday())
    return [_seen(window, zone, reader, monday) for window in windows]


def _seen(window: Window, zone: ZoneInfo, reader: ZoneInfo, monday: date) -> Window:
    day = monday + timedelta(days=window.weekday)
    over = timedelta(days=window.closes <= window.opens)
    opens = _on_clock(datetime.combine(day, window.opens, zone), reader)
    closes = _on_clock(datetime.combine(day + over, window.closes, zone), reader)
    return Window(opens.weekday(), opens.time(), closes.time())


def _on_clock(at: datetime, reader: ZoneInfo) -> datetime:
    return at.astimezone(UTC).astimezone(reader)
