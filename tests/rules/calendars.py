"""Calendars and instants, written shortly, for the tests of service hours."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.contracts.rules.calendar import ServiceHours, Window

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
WORKDAYS = range(5)
EVERY_DAY = range(7)


def windows(hours: str, *, on: Iterable[int] = WORKDAYS) -> list[Window]:
    """One window of these hours, such as "08:00-20:00", on each of the weekdays."""
    opens, closes = map(time.fromisoformat, hours.split("-"))
    return [Window(weekday, opens, closes) for weekday in on]


def calendar(hours="08:00-20:00", *, on=WORKDAYS, zone="America/New_York", holidays=()):
    return ServiceHours(zone=zone, windows=windows(hours, on=on), holidays=holidays)


def local(text: str, *, zone: str = "America/New_York", fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)
