"""What a draft of hours says otherwise than the revision in force, to look at before it counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from apps.contracts.admin.page import week_of
from apps.contracts.models import CalendarRevision, Holiday
from apps.contracts.rules.openings import DAYS_OF_WEEK


@dataclass(frozen=True, slots=True)
class DayChange:
    """A day that is named anew, no longer, or otherwise. ``kind``: added, removed, changed."""

    kind: str
    on: date
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Facts as (what, before, after), and days in order."""

    facts: Sequence[tuple[str, str, str]]
    days: Sequence[DayChange]

    def __bool__(self) -> bool:
        return bool(self.facts or self.days)


def difference(before: CalendarRevision, after: CalendarRevision) -> Difference:
    """Return what changes from one revision of a calendar to another."""
    facts = [
        (what, old, new)
        for (what, old), (_, new) in zip(_facts(before), _facts(after), strict=True)
        if old != new
    ]
    return Difference(facts, list(_days(before, after)))


def _facts(revision: CalendarRevision) -> Iterator[tuple[str, str]]:
    yield "Time zone", revision.time_zone
    yield "Open", "always" if revision.always_open else "by weekly windows"
    week = dict(week_of(revision))
    always = week.get("Every day", "")
    for name in DAYS_OF_WEEK:
        yield name, week.get(name, always)
    place = f"{revision.country} {revision.subdivision}".strip()
    years = f"{revision.holidays_from_year} to {revision.holidays_to_year}"
    yield "Public holidays of", f"{place}, {years}" if place else "no country"


def _days(before: CalendarRevision, after: CalendarRevision) -> Iterator[DayChange]:
    old, new = ({day.on: _words(day) for day in one.holidays.all()} for one in (before, after))
    for on in sorted(old.keys() | new.keys()):
        was, is_now = old.get(on, ""), new.get(on, "")
        if was != is_now:
            kind = "changed" if was and is_now else "added" if is_now else "removed"
            yield DayChange(kind, on, was, is_now)


def _words(day: Holiday) -> str:
    hours = f"open {day.opens:%H:%M} to {day.closes:%H:%M}" if day.opens else "closed"
    return f"{day.name} ({hours}{', own day' if day.is_own else ''})"
