"""Hours as somebody states them for a calendar, and what is wrong with them, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import chain
from zoneinfo import available_timezones

import holidays as public

from apps.contracts.models import Holiday
from apps.contracts.policy_file.parts import YEARS
from apps.contracts.rules.openings import DAYS_OF_WEEK, Timetable, Window

NAME_LENGTH: int = Holiday._meta.get_field("name").max_length or 0


@dataclass(frozen=True, slots=True)
class OwnDay:
    """A day that the provider names itself: closed, or open from ``opens`` to ``closes`` only."""

    on: date
    name: str
    opens: time | None = None
    closes: time | None = None


@dataclass(frozen=True, slots=True)
class StatedHours:
    """All that a revision of a calendar says, before its public holidays are looked up."""

    time_zone: str
    always_open: bool = False
    windows: Sequence[Window] = ()
    own: Sequence[OwnDay] = ()
    country: str = ""
    subdivision: str = ""
    from_year: int | None = None
    to_year: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and with which part: the name of a field of ``StatedHours``."""

    part: str
    text: str


def problems_of(stated: StatedHours) -> Sequence[Problem]:
    """Return everything that is wrong with the hours; empty: a calendar can keep them."""
    return list(
        chain(_zone(stated), _week(stated), _own_days(stated), _place(stated), _years(stated))
    )


def _zone(stated: StatedHours) -> Iterator[Problem]:
    if stated.time_zone not in available_timezones():
        yield Problem(
            "time_zone",
            f"“{stated.time_zone}” is not a time zone. Use a name such as America/New_York.",
        )


def _week(stated: StatedHours) -> Iterator[Problem]:
    if stated.always_open:
        if stated.windows or stated.own or stated.country:
            yield Problem(
                "always_open",
                "A calendar that is always open has no windows and no holidays: clear them, or"
                " take this tick away.",
            )
        return
    if not stated.windows:
        yield Problem(
            "windows",
            "This calendar would never be open: give at least one day its hours, or tick “Always"
            " open”.",
        )
        return
    for window in stated.windows:
        if window.opens == window.closes != time(0):
            yield Problem(
                "windows",
                f"{DAYS_OF_WEEK[window.weekday]} opens and closes at {window.opens:%H:%M}. Write "
                "00:00-24:00 for the whole day, or tick “Always open”.",
            )
    try:
        Timetable(zone="UTC", windows=stated.windows, holidays=())
    except ValueError as refusal:
        yield Problem("windows", f"{refusal} Let one end before the other begins.")


def _own_days(stated: StatedHours) -> Iterator[Problem]:
    seen = set()
    for day in stated.own:
        if day.on in seen:
            yield Problem("own", f"{day.on} is there twice. Keep one of the two lines.")
        seen.add(day.on)
        if day.on.year not in YEARS:
            yield Problem(
                "own", f"{day.on} must lie in the years {YEARS.start} to {YEARS.stop - 1}."
            )
        if not day.name.isprintable() or not 0 < len(day.name) <= NAME_LENGTH:
            yield Problem("own", f"{day.on} needs a name of at most {NAME_LENGTH} letters.")
        if (day.opens is None) != (day.closes is None):
            yield Problem("own", f"{day.on} needs both times of a half day, or neither.")
        elif day.opens is not None and day.closes is not None and time(0) < day.closes <= day.opens:
            yield Problem("own", f"{day.on} must close after it opens, on the same day.")


def _place(stated: StatedHours) -> Iterator[Problem]:
    if not stated.country:
        if stated.subdivision:
            yield Problem("subdivision", "A subdivision needs its country.")
        return
    subdivisions = public.list_supported_countries().get(stated.country)
    if subdivisions is None:
        yield Problem(
            "country",
            f"No public holidays are known for “{stated.country}”. Use a code such as US or DE.",
        )
    elif stated.subdivision and stated.subdivision not in subdivisions:
        known = ", ".join(subdivisions) or "none"
        yield Problem(
            "subdivision",
            f"{stated.country} has no subdivision “{stated.subdivision}”. Known are: {known}.",
        )


def _years(stated: StatedHours) -> Iterator[Problem]:
    years = {"from_year": stated.from_year, "to_year": stated.to_year}
    for part, year in years.items():
        if stated.country and year is None:
            yield Problem(part, "A country needs the years whose holidays count.")
        elif not stated.country and year is not None:
            yield Problem(part, "Years need a country: name it, or clear them.")
        elif year is not None and year not in YEARS:
            yield Problem(part, f"Use a year from {YEARS.start} to {YEARS.stop - 1}.")
    if stated.from_year and stated.to_year and stated.from_year > stated.to_year:
        yield Problem(
            "to_year", f"{stated.to_year} comes before {stated.from_year}: swap the two years."
        )
