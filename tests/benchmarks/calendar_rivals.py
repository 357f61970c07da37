"""The service-hours libraries of PyPI, each behind the two questions of our calendar.

Every rival gets what it needs to be right: instants in the calendar's own zone,
without a zone where it takes none, and its answer made an instant again.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import pytz

from apps.contracts.rules.calendar import Holiday, ServiceHours, Window
from tests.benchmarks.harness import Unavailable

ZONE = "America/New_York"
NEW_YORK = ZoneInfo(ZONE)
OPENS, CLOSES = time(8), time(20)


@cache
def closed_days() -> list[date]:
    return sorted(holidays.country_holidays("US", years=range(2024, 2032)))


@dataclass(frozen=True, slots=True)
class Candidate:
    name: str
    between: Callable[[datetime, datetime], timedelta] | None = None
    after: Callable[[datetime, timedelta], datetime] | None = None


def ours() -> Candidate:
    hours = ServiceHours(
        zone=ZONE,
        windows=[Window(weekday, OPENS, CLOSES) for weekday in range(5)],
        holidays=[Holiday(day, "Holiday") for day in closed_days()],
    )
    return Candidate("ours", between=hours.between, after=hours.after)


def rivals() -> list[Candidate]:
    """Make them all, quietly: two warn about their own code when they are imported.

    :raises Unavailable: a library is not installed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return [_officehours(), _businesstimedelta(), _businesstime(), _business_duration()]
        except ImportError as error:
            raise Unavailable(f"{error}; the dev dependencies bring it") from error


def _officehours() -> Candidate:
    from officehours import Calculator  # noqa: PLC0415 (warns at import)

    office = Calculator("8:00", "20:00", closed_days())
    return Candidate(
        "officehours",
        between=lambda start, end: timedelta(
            seconds=office.working_seconds(start.astimezone(NEW_YORK), end.astimezone(NEW_YORK))
        ),
        after=lambda start, duration: office.due_date(
            duration.total_seconds() / 3600, start.astimezone(NEW_YORK)
        ).replace(tzinfo=NEW_YORK),
    )


def _businesstimedelta() -> Candidate:
    import businesstimedelta  # noqa: PLC0415

    zone = pytz.timezone(ZONE)
    days = businesstimedelta.WorkDayRule(OPENS, CLOSES, [0, 1, 2, 3, 4], tz=zone)
    off = businesstimedelta.HolidayRule(set(closed_days()), tz=zone)
    rules = businesstimedelta.Rules([days, off])
    return Candidate(
        "businesstimedelta",
        between=lambda start, end: rules.difference(start, end).timedelta,
        after=lambda start, duration: (
            start + businesstimedelta.BusinessTimeDelta(rules, timedelta=duration)
        ),
    )


def _businesstime() -> Candidate:
    from businesstime import BusinessTime  # noqa: PLC0415

    business = BusinessTime((OPENS, CLOSES), holidays=set(closed_days()))
    return Candidate(
        "businesstime",
        between=lambda start, end: business.businesstime_hours(_wall(start), _wall(end)),
    )


def _business_duration() -> Candidate:
    import pandas  # noqa: F401, PLC0415 (business-duration imports it at its first call)
    from business_duration import businessDuration  # noqa: PLC0415

    days = set(closed_days())
    return Candidate(
        "business-duration",
        between=lambda start, end: timedelta(
            seconds=businessDuration(
                _wall(start), _wall(end), OPENS, CLOSES, holidaylist=days, unit="sec"
            )
        ),
    )


def _wall(at: datetime) -> datetime:
    return at.astimezone(NEW_YORK).replace(tzinfo=None)
