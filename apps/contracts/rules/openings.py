"""Opening times: weekly windows and holidays of one zone, as spans of UTC.

A calendar is open at an instant exactly when the wall clock of its zone shows,
at that instant, a date and time of a window that no holiday takes away. All
that clock changes do follows from this sentence:

- A day on which the clocks change counts for as long as it really is.
- A wall time that does not exist is never shown. A window that would open
  within the gap opens the moment the gap is over; one that lies wholly in it,
  or on a date that the zone leaves out, does not open.
- A wall time that is shown twice counts both times.

A holiday is a date. It takes time from its own date, midnight to midnight, and
from no other: a night window of the day before ends at midnight, its own
evening does not open, and the hours after midnight that belong to the next
date stay open, even where their window would have begun on the holiday.

Clause: S-2, V-4.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

NONE = timedelta()
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
MIDNIGHT = time()
DAYS_OF_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Piece = tuple[timedelta, timedelta]  # of one local date: wall time since its midnight, [from, to)


@dataclass(frozen=True, slots=True)
class Window:
    """Hours that come back every week, in local time, [opens, closes).

    ``weekday`` counts from Monday, 0. A window that closes at or before the time
    at which it opens does so on the next day; 00:00 is the end of its own day.

    :raises ValueError: no such weekday, or a time with a zone of its own.
    """

    weekday: int
    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.weekday not in range(7):
            raise ValueError(f"Weekday {self.weekday}: use 0 (Monday) to 6 (Sunday).")
        _refuse_zoned(self.opens, self.closes)

    def __str__(self) -> str:
        return f"{DAYS_OF_WEEK[self.weekday]} {self.opens:%H:%M}-{self.closes:%H:%M}"


@dataclass(frozen=True, slots=True)
class Holiday:
    """A date on which the calendar is closed, or keeps only a part of its windows.

    With ``opens`` and ``closes``, what the windows of that date have within
    [opens, closes) stays open; 00:00 as ``closes`` is the end of the day.

    :raises ValueError: one time without the other, a part that ends before it
        begins, or a time with a zone of its own.
    """

    on: date
    name: str
    opens: time | None = None
    closes: time | None = None

    def __post_init__(self) -> None:
        if self.opens is None and self.closes is None:
            return
        if self.opens is None or self.closes is None:
            raise ValueError(f"{self.name}: give both times of a half day, or none.")
        _refuse_zoned(self.opens, self.closes)
        if MIDNIGHT != self.closes <= self.opens:
            raise ValueError(f"{self.name}: a half day closes after it opens, on the same date.")

    @property
    def stays_open(self) -> Piece:
        """The part of the date that may be open; empty when it is closed all day."""
        if self.opens is None or self.closes is None:
            return NONE, NONE
        return _since_midnight(self.opens), _since_midnight(self.closes) or DAY


class Timetable:
    """What is open on each local date of a zone.

    Clause: S-2, V-4.

    :raises ValueError: no such zone, or windows that overlap.
    """

    def __init__(
        self, *, zone: str, windows: Iterable[Window], holidays: Iterable[Holiday]
    ) -> None:
        self.zone = _zone_named(zone)
        self._week = _week_of(windows)
        self._kept: dict[date, list[Piece]] = {}
        for holiday in holidays:
            self._kept.setdefault(holiday.on, []).append(holiday.stays_open)

    def open_spans(self, low: datetime, high: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield what is open in [low, high), in order, as spans of UTC; they may touch.

        Clause: S-2, V-4.
        """
        for starts_at, ends_at, offset in self._steady_spans(low, high):
            day = (starts_at + offset).date()
            # The clock is this far from UTC all the while, so wall times map one to one.
            while (midnight := datetime.combine(day, MIDNIGHT, UTC) - offset) < ends_at:
                for opens, closes in self._pieces(day):
                    opens_at = max(midnight + opens, starts_at)
                    closes_at = min(midnight + closes, ends_at)
                    if opens_at < closes_at:
                        yield opens_at, closes_at
                day += DAY

    def _pieces(self, day: date) -> Sequence[Piece]:
        pieces = self._week[day.weekday()]
        for keep_from, keep_to in self._kept.get(day, ()):
            pieces = [(max(opens, keep_from), min(closes, keep_to)) for opens, closes in pieces]
        return pieces

    def _steady_spans(
        self, low: datetime, high: datetime
    ) -> Iterator[tuple[datetime, datetime, timedelta]]:
        """Yield [low, high) cut where the clocks change, each part with its offset from UTC."""
        starts_at, at, offset = low, low, self._offset(low)
        while at < high:
            # Days may be stepped over: no zone changed its clocks twice within four since 1900.
            ahead = min(at + DAY, high)
            if self._offset(ahead) == offset:
                at = ahead
                continue
            at = self._first_change(at, ahead)
            yield starts_at, at, offset
            starts_at, offset = at, self._offset(at)
        yield starts_at, high, offset

    def _first_change(self, low: datetime, high: datetime) -> datetime:
        offset = self._offset(low)
        # Clocks change on whole seconds of UTC.
        seconds = range((high - low) // SECOND)
        return low + SECOND * bisect_left(
            seconds, True, key=lambda second: self._offset(low + SECOND * second) != offset
        )

    def _offset(self, at: datetime) -> timedelta:
        return at.astimezone(self.zone).utcoffset() or NONE


def _zone_named(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    # What comes up depends on how the name is wrong: a folder's name is an OSError.
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(
            f"There is no time zone {name!r}: use a name such as America/New_York."
        ) from error


def _week_of(windows: Iterable[Window]) -> list[list[Piece]]:
    """Cut windows at midnight, so that each piece lies on one weekday."""
    days: list[list[tuple[timedelta, timedelta, Window]]] = [[] for _ in DAYS_OF_WEEK]
    for window in windows:
        opens, closes = _since_midnight(window.opens), _since_midnight(window.closes)
        if opens < closes:
            days[window.weekday].append((opens, closes, window))
            continue
        days[window.weekday].append((opens, DAY, window))
        if closes:
            days[(window.weekday + 1) % 7].append((NONE, closes, window))
    for day in days:
        day.sort(key=lambda piece: piece[:2])
        for earlier, later in pairwise(day):
            if later[0] < earlier[1]:
                raise ValueError(f"Windows overlap: {earlier[2]} and {later[2]}.")
    return [[(opens, closes) for opens, closes, _ in day] for day in days]


def _since_midnight(at: time) -> timedelta:
    return datetime.combine(date.min, at, UTC) - datetime.combine(date.min, MIDNIGHT, UTC)


def _refuse_zoned(*times: time) -> None:
    if any(at.tzinfo for at in times):
        raise ValueError("Windows and half days are local times: leave out their zone.")
