"""The hours of an order's policy, in its own zone and in the reader's.

Clause: S-2, V-4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise as Text

from apps.contracts.models import Holiday
from apps.contracts.queries.weeks import Week
from apps.contracts.rules.openings import Window
from apps.contracts.rules.weeks import Opening, days_of, seen_from
from apps.portal.queries.whys import Titles, cited


@dataclass(frozen=True, slots=True)
class Days:
    """Days with the same hours, by the names of the first and of the last, if it is another."""

    first: Text | str
    last: Text | str
    openings: Sequence[Opening]


@dataclass(frozen=True, slots=True)
class Hours:
    """A calendar's hours. ``yours`` on the reader's wall clock; none: it shows the same."""

    title: str
    zone: str
    is_always_open: bool
    days: Sequence[Days]
    yours: Sequence[Days]
    holidays: Sequence[Holiday]
    clauses: Sequence[tuple[str, str]]


def hours_of(week: Week, *, at: datetime, reader: ZoneInfo, titles: Titles) -> Hours:
    """Return a calendar's hours as somebody reads them now.

    Clause: S-2, V-4.
    """
    on = at.astimezone(week.zone).date()
    seen = seen_from(week.windows, zone=week.zone, reader=reader, on=on)
    return Hours(
        title=week.title,
        zone=week.zone.key,
        is_always_open=week.is_always_open,
        days=_named(week.windows),
        yours=[] if seen == list(week.windows) else _named(seen),
        holidays=week.holidays,
        clauses=cited(week.refs, titles),
    )


def _named(windows: Sequence[Window]) -> list[Days]:
    return [
        Days(
            first=WEEKDAYS[each.first],
            last=WEEKDAYS[each.last] if each.last > each.first else "",
            openings=each.openings,
        )
        for each in days_of(windows)
    ]
