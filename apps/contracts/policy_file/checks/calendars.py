"""Calendars: zones, weekly windows and holidays."""

from collections.abc import Iterator, Sequence
from datetime import time
from functools import cache
from itertools import pairwise
from zoneinfo import available_timezones

import holidays as public

from apps.contracts.policy_file.parts import DAYS, HolidaysPart, OwnHoliday, WindowPart
from apps.contracts.policy_file.problems import Finding, Path
from apps.contracts.policy_file.shape import PolicyPart
from apps.contracts.policy_file.terms import CalendarPart

DAY = 24 * 60 * 60  # seconds
WEEK = 7 * DAY

# Days that the library knows, but without what we would have to know of them.
UNCLEAR = {
    "half_day": "does not say which hours are open: list these days under own",
    "workday": "names days that are worked: a calendar lists days that are not",
}


def zones_exist(policy: PolicyPart, calendars: Sequence[CalendarPart]) -> Iterator[Finding]:
    """The policy's zone and every calendar's are in the zone database."""
    named: list[tuple[Path, str]] = [(("policy", "time_zone"), policy.time_zone)]
    named += [
        (("calendars", number, "time_zone"), calendar.time_zone)
        for number, calendar in enumerate(calendars)
    ]
    known = _known_zones()
    for path, zone in named:
        if zone not in known:
            yield Finding(path, f'"{zone}" is not a time zone; use a name such as America/New_York')


@cache
def _known_zones() -> frozenset[str]:
    """Return the zone database's names: hundreds of files, which change with the system alone."""
    return frozenset(available_timezones())


def hours_are_stated_once(calendars: Sequence[CalendarPart]) -> Iterator[Finding]:
    """A calendar is always open, with no windows and no holidays, or has at least one window."""
    for number, calendar in enumerate(calendars):
        path = ("calendars", number)
        if calendar.always_open:
            if calendar.windows:
                yield Finding((*path, "windows"), "a calendar that is always open has no windows")
            if calendar.holidays != HolidaysPart():
                yield Finding((*path, "holidays"), "a calendar that is always open has no holidays")
        elif not calendar.windows:
            yield Finding(path, "no window is open: add windows, or always_open = true")


def windows_close_later_than_they_open(calendars: Sequence[CalendarPart]) -> Iterator[Finding]:
    """A window that opens and closes at one time says nothing clear, but for midnight: a day."""
    for number, calendar in enumerate(calendars):
        for index, window in enumerate(calendar.windows):
            if _closes_when_it_opens(window):
                path = ("calendars", number, "windows", index, "closes")
                yield Finding(path, 'is when it opens; say opens = "00:00", closes = "24:00"')


def windows_do_not_overlap(calendars: Sequence[CalendarPart]) -> Iterator[Finding]:
    """No moment of the week lies in two windows of a calendar."""
    for number, calendar in enumerate(calendars):
        spans = sorted(
            span
            for index, window in enumerate(calendar.windows)
            if not _closes_when_it_opens(window)
            for span in _spans(window, index)
        )
        # The week begins again: the last span may run into the first one.
        around = [(opens + WEEK, closes + WEEK, index) for opens, closes, index in spans[:1]]
        found = {
            tuple(sorted((index, other)))
            for (_, closes, index), (opens, _, other) in pairwise(spans + around)
            if opens < closes
        }
        for first, second in sorted(found):
            path = ("calendars", number, "windows", second)
            yield Finding(
                path, f"overlaps windows[{first + 1}]" if first != second else "names a day twice"
            )


def _closes_when_it_opens(window: WindowPart) -> bool:
    return window.opens == window.closes != time(0)


def _spans(window: WindowPart, index: int) -> Iterator[tuple[int, int, int]]:
    """Yield the seconds of the week in which a window is open, with its index."""
    opens, closes = _seconds(window.opens), _seconds(window.closes)
    for day in window.days:
        start = DAYS.index(day) * DAY
        yield start + opens, start + closes + (DAY if closes <= opens else 0), index


def _seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def public_holidays_are_known(calendars: Sequence[CalendarPart]) -> Iterator[Finding]:
    """Country, subdivision and categories are known to the `holidays` library."""
    countries = public.list_supported_countries()
    for number, calendar in enumerate(calendars):
        path, days = ("calendars", number, "holidays"), calendar.holidays
        if not days.country:
            if days.subdivision:
                yield Finding((*path, "subdivision"), "a subdivision needs its country")
        elif days.country not in countries:
            yield Finding((*path, "country"), f'no public holidays are known for "{days.country}"')
        else:
            yield from _subdivision_and_categories(path, days, countries[days.country])


def _subdivision_and_categories(
    path: Path, days: HolidaysPart, subdivisions: Sequence[str]
) -> Iterator[Finding]:
    if days.subdivision and days.subdivision not in subdivisions:
        yield Finding(
            (*path, "subdivision"),
            f'{days.country} has no subdivision "{days.subdivision}"; '
            f"known are {', '.join(subdivisions) or 'none'}",
        )
    known = public.country_holidays(days.country).supported_categories
    for category in days.categories:
        if category not in known:
            text = f'{days.country} has no category "{category}"; known are {", ".join(known)}'
            yield Finding((*path, "categories"), text)
        elif category in UNCLEAR:
            yield Finding((*path, "categories"), f'"{category}" {UNCLEAR[category]}')
    if not days.categories:
        yield Finding((*path, "categories"), "must not be empty")


def holiday_years_are_in_order(calendars: Sequence[CalendarPart]) -> Iterator[Finding]:
    """A country comes with the years to list, and the years with a country."""
    for number, calendar in enumerate(calendars):
        path, days = ("calendars", number, "holidays"), calendar.holidays
        years = {"from_year": days.from_year, "to_year": days.to_year}
        for name, year in years.items():
            if days.country and year is None:
                yield Finding((*path, name), "this term is missing: a country needs its years")
            if not days.country and year is not None:
                yield Finding((*path, name), "years need a country")
        if days.from_year and days.to_year and days.from_year > days.to_year:
            yield Finding(
                (*path, "to_year"), f"{days.to_year} comes before from_year {days.from_year}"
            )


def own_holidays_are_clear(calendars: Sequence[CalendarPart]) -> Iterator[Finding]:
    """An own holiday is listed once, and is closed or open from one time to a later one."""
    for number, calendar in enumerate(calendars):
        seen = set()
        for index, holiday in enumerate(calendar.holidays.own):
            path = ("calendars", number, "holidays", "own", index)
            if holiday.on in seen:
                yield Finding((*path, "on"), f"{holiday.on} is listed already")
            seen.add(holiday.on)
            if (holiday.opens is None) != (holiday.closes is None):
                yield Finding(path, "needs both opens and closes, or neither")
            elif _never_open(holiday):
                yield Finding((*path, "closes"), "must be later than opens")


def _never_open(holiday: OwnHoliday) -> bool:
    """Tell whether a half day closes before it opens; midnight as the end is the day's end."""
    if holiday.opens is None or holiday.closes is None:
        return False
    return time(0) < holiday.closes <= holiday.opens
