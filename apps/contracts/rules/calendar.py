"""Service hours: the time in which a contract's clocks run.

Spans are half-open, [start, end). Instants are aware, whatever their zone, and
are counted from one epoch to the microsecond, so a day on which the clocks
change counts for as long as it really is. What is open when: see openings.py.

A calendar keeps its opening and closing instants in order, with the service
time that has run up to each, and finds its place by binary search: eight hours
cost what a year costs. The table holds the years that were asked for and grows
on demand, both ways. It is replaced as a whole, so threads may share a
calendar: readers take no lock and never see half of it.

Clause: S-2, V-4, S-5-targets, R-1, R-2.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, pairwise
from threading import Lock
from zoneinfo import ZoneInfo

from apps.contracts.rules.openings import Holiday, Timetable, Window
from apps.contracts.rules.totals import RunningTotals, Span

__all__ = ["BeyondHorizon", "Holiday", "NoServiceTime", "ServiceHours", "Window"]

# An instant, in here, is the time since the epoch: plain spans sort and subtract faster
# than aware datetimes, and are as exact.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NONE = timedelta()

# The instants that a calendar answers for. They bound its memory, and the search for a
# target that nobody can have meant.
FIRST = datetime(1900, 1, 1, tzinfo=UTC) - EPOCH
LAST = datetime(2200, 1, 1, tzinfo=UTC) - EPOCH
LONGEST = LAST - FIRST
YEAR = timedelta(days=365.2425)


class NoServiceTime(ValueError):
    """The calendar has no open time after the instant that was asked for."""

    def __init__(self, at: datetime) -> None:
        super().__init__(
            f"This calendar has no open time from {at} to the end of 2199: "
            "look at its windows and holidays."
        )


class BeyondHorizon(ValueError):
    """An instant, or a target, outside the years that calendars answer for."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}: calendars answer for the years 1900 to 2199 only.")


class ServiceHours:
    """A calendar of service time: weekly windows of a zone less holidays, or 24/7.

    ``between`` and ``after`` are each other's inverse: for a length of service
    time d, ``between(start, after(start, d)) == d``.

    :raises ValueError: an unknown zone, windows that overlap, or a calendar that
        is always open and yet has windows or holidays.
    """

    __slots__ = ("_growing", "_table", "_timetable")

    def __init__(
        self,
        *,
        zone: str,
        windows: Sequence[Window],
        holidays: Sequence[Holiday] = (),
        always_open: bool = False,
    ) -> None:
        if always_open and (windows or holidays):
            raise ValueError("A calendar that is always open has no windows and no holidays.")
        self._timetable = Timetable(zone=zone, windows=windows, holidays=holidays)
        self._growing = Lock()
        # An empty table: the first question says which years matter.
        self._table = RunningTotals.of(LAST, FIRST, ())
        if always_open:
            self._table = RunningTotals.of(FIRST, LAST, [(FIRST, LAST)])

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its windows and holidays: where its days begin and end."""
        return self._timetable.zone

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the service time in [start, end).

        Clause: S-2, V-4.

        :raises ValueError: an end before its start, or a naive instant.
        :raises BeyondHorizon: an instant outside the years 1900 to 2199.
        """
        try:
            first, last = start - EPOCH, end - EPOCH
        except TypeError as error:
            raise _naive(start, end) from error
        low, high, edges, totals, bases = self._table
        if not low <= first <= last < high:
            if last < first:
                raise ValueError(f"The span ends at {end}, before it starts at {start}: swap them.")
            _, _, edges, totals, bases = self._covering(first, last)
        # An odd place among the edges lies between an opening and its closing.
        place = bisect_right(edges, first)
        before = first - bases[place >> 1] if place & 1 else totals[place >> 1]
        place = bisect_right(edges, last)
        return (last - bases[place >> 1] if place & 1 else totals[place >> 1]) - before

    def cut(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, bool]]:
        """Yield [start, end) in pieces, in UTC, cut at each opening and closing; open or not.

        Clause: S-2, V-4.

        :raises ValueError: a naive instant.
        :raises BeyondHorizon: an instant outside the years 1900 to 2199.
        """
        first, _, _ = self._place(start)
        last, edges, beyond = self._place(end)  # of a table that holds the years of both
        place = bisect_right(edges, first)
        cuts = [first, *edges[place:beyond], last]
        for number, (begins, ends) in enumerate(pairwise(cuts), start=place):
            if begins < ends:
                yield EPOCH + begins, EPOCH + ends, number % 2 == 1

    def after(self, start: datetime, duration: timedelta) -> datetime:
        """Return the instant, in UTC, at which ``duration`` of service time has passed.

        What ends exactly at closing time is due at closing time, not when the
        calendar next opens. No duration gives ``start`` itself, open or closed.

        Clause: S-2, V-4, S-5-targets, R-1, R-2.

        :raises ValueError: a negative duration, or a naive instant.
        :raises NoServiceTime: the calendar does not open after ``start``.
        :raises BeyondHorizon: ``start``, or the target, outside the years 1900 to 2199.
        """
        try:
            first = start - EPOCH
        except TypeError as error:
            raise _naive(start) from error
        low, high, edges, totals, bases = self._table
        if not low <= first < high:
            _, _, edges, totals, bases = self._covering(first, first)
        if not NONE < duration <= LONGEST:
            return _at_once(EPOCH + first, duration)
        place = bisect_right(edges, first)
        total = duration + (first - bases[place >> 1] if place & 1 else totals[place >> 1])
        reached = bisect_left(totals, total)
        if reached == len(totals):
            self._reach_further(first, duration)
            return self.after(start, duration)
        return EPOCH + (bases[reached - 1] + total)

    def is_open(self, at: datetime) -> bool:
        """Say whether service time runs at this instant; at closing time it does not.

        Clause: S-2, V-4.

        :raises ValueError: a naive instant.
        :raises BeyondHorizon: an instant outside the years 1900 to 2199.
        """
        _, _, place = self._place(at)
        return place % 2 == 1

    def next_opening(self, at: datetime) -> datetime:
        """Return when service time next runs, in UTC: ``at`` itself while it does.

        Clause: S-2, V-4.

        :raises ValueError: a naive instant.
        :raises NoServiceTime: the calendar does not open after ``at``.
        :raises BeyondHorizon: an instant outside the years 1900 to 2199.
        """
        instant, edges, place = self._place(at)
        if place == len(edges):
            self._reach_further(instant, NONE)
            return self.next_opening(at)
        return EPOCH + (instant if place % 2 else edges[place])

    def _place(self, at: datetime) -> tuple[timedelta, list[timedelta], int]:
        try:
            instant = at - EPOCH
        except TypeError as error:
            raise _naive(at) from error
        edges = self._covering(instant, instant).edges
        return instant, edges, bisect_right(edges, instant)

    def _reach_further(self, first: timedelta, duration: timedelta) -> None:
        """Double the table for a target that lies behind it; refuse what cannot be reached."""
        table = self._table
        if table.high < LAST and duration <= LAST - first:
            ahead = table.high + (table.high - table.low)
            self._covering(table.low, min(ahead, LAST - timedelta.resolution))
        elif table.high == LAST and bisect_right(table.edges, first) == len(table.edges):
            raise NoServiceTime(EPOCH + first)
        else:
            raise BeyondHorizon(f"{duration} of service time after {EPOCH + first}")

    def _covering(self, first: timedelta, last: timedelta) -> RunningTotals:
        """Return the table once it holds the years of both instants."""
        for instant in (first, last):
            if not FIRST <= instant < LAST:
                raise BeyondHorizon(f"An instant of about the year {1970 + instant // YEAR}")
        table = self._table
        if table.low <= first and last < table.high:
            return table
        with self._growing:
            table = self._table = self._grown(self._table, first, last)
        return table

    def _grown(self, table: RunningTotals, first: timedelta, last: timedelta) -> RunningTotals:
        low = min(table.low, _new_year((EPOCH + first).year))
        high = max(table.high, _new_year((EPOCH + last).year + 1))
        # An empty table ends before it begins: then all there is lies before the seam.
        seam = min(table.low, high)
        spans = chain(
            self._spans(low, seam), table.spans(), self._spans(max(seam, table.high), high)
        )
        return RunningTotals.of(low, high, spans)

    def _spans(self, low: timedelta, high: timedelta) -> Iterable[Span]:
        for opens_at, closes_at in self._timetable.open_spans(EPOCH + low, EPOCH + high):
            yield opens_at - EPOCH, closes_at - EPOCH


def _new_year(year: int) -> timedelta:
    return datetime(year, 1, 1, tzinfo=UTC) - EPOCH


def _at_once(start: datetime, duration: timedelta) -> datetime:
    """Answer for a duration that needs no calendar, or that none can serve."""
    if duration < NONE:
        raise ValueError(f"A duration of {duration} is negative: service time runs forward only.")
    if duration:
        raise BeyondHorizon(f"{duration} of service time after {start}")
    return start


def _naive(*instants: datetime) -> ValueError:
    told = " and ".join(map(str, instants))
    return ValueError(f"An instant needs a time zone: give aware datetimes, not {told}.")
