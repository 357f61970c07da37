"""The slow truth about service time: look at the wall clock every minute.

It shares nothing with the calendar but the values that describe one, and is
right for windows, spans and clock changes on whole minutes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apps.contracts.rules.calendar import Holiday, Window

MINUTE = timedelta(minutes=1)
DAY = 24 * 60
WEEK = 7 * DAY


@dataclass(frozen=True)
class MinuteOracle:
    zone: str
    windows: Sequence[Window]
    holidays: Sequence[Holiday] = ()

    def is_open(self, at: datetime) -> bool:
        clock = at.astimezone(ZoneInfo(self.zone))
        of_day = clock.hour * 60 + clock.minute
        return self._in_a_window(clock.weekday() * DAY + of_day) and all(
            of_day in _kept(holiday) for holiday in self.holidays if holiday.on == clock.date()
        )

    def minutes_between(self, start: datetime, end: datetime) -> int:
        at, count = start.astimezone(UTC), 0
        while at < end:
            count += self.is_open(at)
            at += MINUTE
        return count

    def after(self, start: datetime, minutes: int) -> datetime:
        at = start.astimezone(UTC)
        while minutes:
            minutes -= self.is_open(at)
            at += MINUTE
        return at

    def _in_a_window(self, of_week: int) -> bool:
        for window in self.windows:
            opens = window.opens.hour * 60 + window.opens.minute
            closes = window.closes.hour * 60 + window.closes.minute
            length = (closes - opens) % DAY or DAY
            if (of_week - window.weekday * DAY - opens) % WEEK < length:
                return True
        return False


def _kept(holiday: Holiday) -> range:
    if holiday.opens is None or holiday.closes is None:
        return range(0)
    closes = holiday.closes.hour * 60 + holiday.closes.minute
    return range(holiday.opens.hour * 60 + holiday.opens.minute, closes or DAY)
