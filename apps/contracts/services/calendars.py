"""The rows of a policy file's calendars: their hours, and their holidays day by day."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import holidays as public

from apps.contracts.models import Calendar, CalendarRevision, Holiday, Window
from apps.contracts.policy_file import PolicyFile
from apps.contracts.policy_file.parts import DAYS, HolidaysPart, OwnHoliday
from apps.contracts.policy_file.terms import CalendarPart
from apps.contracts.services.calendar_hours import NAME_LENGTH, OwnDay


def write_calendars(terms: PolicyFile, basis: Callable[[CalendarPart], dict[str, Any]]) -> None:
    """Write each calendar with its first revision. The holidays are those known today."""
    for part in terms.calendars:
        calendar = Calendar.objects.create(key=part.key, title=part.title, **basis(part))
        revision = CalendarRevision.objects.create(
            calendar=calendar,
            number=1,
            time_zone=part.time_zone,
            always_open=part.always_open,
            country=part.holidays.country,
            subdivision=part.holidays.subdivision,
            holidays_from_year=part.holidays.from_year,
            holidays_to_year=part.holidays.to_year,
        )
        Window.objects.bulk_create(_windows(part, revision))
        known = _public_holidays(part.holidays)
        Holiday.objects.bulk_create(holidays_of(revision, own=part.holidays.own, known=known))


def _windows(part: CalendarPart, revision: CalendarRevision) -> Iterator[Window]:
    for window in part.windows:
        for day in window.days:
            yield Window(
                revision=revision,
                weekday=DAYS.index(day),
                opens=window.opens,
                closes=window.closes,
            )


def holidays_of(
    revision: CalendarRevision, *, own: Iterable[OwnHoliday | OwnDay], known: Mapping[date, str]
) -> Iterator[Holiday]:
    """Yield the provider's own days, and the public holidays that are known on other days.

    Clause: S-2, R-20.
    """
    named = {day.on: day for day in own}
    for day in named.values():
        yield Holiday(
            revision=revision,
            on=day.on,
            name=day.name,
            opens=day.opens,
            closes=day.closes,
            is_own=True,
        )
    for on, name in sorted(known.items()):
        if on not in named:
            yield Holiday(revision=revision, on=on, name=name[:NAME_LENGTH], is_own=False)


def _public_holidays(part: HolidaysPart) -> Mapping[date, str]:
    if not part.country or part.from_year is None or part.to_year is None:
        return {}
    return public_holidays(
        country=part.country,
        subdivision=part.subdivision,
        years=range(part.from_year, part.to_year + 1),
        categories=part.categories,
    )


def public_holidays(
    *, country: str, subdivision: str, years: range, categories: Sequence[str]
) -> Mapping[date, str]:
    """Return day -> name, as the `holidays` library knows them today."""
    return public.country_holidays(
        country, subdiv=subdivision or None, years=years, categories=tuple(categories)
    )
