"""The hours of a policy's calendars as people read them: the week, and the holidays ahead.

Clause: S-2, V-4.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apps.contracts.models import CalendarRevision, Holiday
from apps.contracts.queries.hours import in_force
from apps.contracts.rules.openings import Window

AHEAD = timedelta(days=365)  # holidays of so long a time are read


@dataclass(frozen=True, slots=True)
class Week:
    """A calendar in force: its windows in its own zone, and the holidays of the year ahead."""

    title: str
    refs: str  # clause, and reading if there is one
    zone: ZoneInfo
    is_always_open: bool
    windows: Sequence[Window]
    holidays: Sequence[Holiday]


def weeks_of(version_id: int, *, at: datetime) -> Mapping[int, Week]:
    """Return calendar -> its week, of all calendars of a policy version, in three queries.

    Holidays are those from the calendar's own today on.

    Clause: S-2, V-4.
    """
    revisions = [found.revision_id for found in in_force(version_id).values()]
    holidays = _holidays(revisions, at)
    # A revision without windows is one row, with None for its weekday.
    rows = CalendarRevision.objects.filter(pk__in=revisions).order_by(
        "calendar", "windows__weekday", "windows__opens"
    )
    facts = ("pk", "calendar_id", "calendar__title", "time_zone", "always_open")
    refs = ("calendar__clause__ref", "calendar__reading__ref")
    window = ("windows__weekday", "windows__opens", "windows__closes")
    windows: dict[int, list[Window]] = defaultdict(list)
    found: dict[int, Week] = {}
    for row in rows.values(*facts, *refs, *window):
        calendar, zone = row["calendar_id"], ZoneInfo(row["time_zone"])
        if row["windows__weekday"] is not None:
            windows[calendar].append(Window(*(row[name] for name in window)))
        today = at.astimezone(zone).date()
        found[calendar] = Week(
            title=row["calendar__title"],
            refs=", ".join(filter(None, (row[name] for name in refs))),
            zone=zone,
            is_always_open=row["always_open"],
            windows=windows[calendar],
            holidays=[each for each in holidays[row["pk"]] if each.on >= today],
        )
    return found


def _holidays(revisions: Collection[int], at: datetime) -> Mapping[int, list[Holiday]]:
    """Read the holidays of a year from the day before on: no zone's today is earlier than that."""
    since = at.date() - timedelta(days=1)
    rows = Holiday.objects.filter(revision__in=revisions, on__gte=since, on__lt=since + AHEAD)
    found: dict[int, list[Holiday]] = defaultdict(list)
    for row in rows.order_by("on"):
        found[row.revision_id].append(row)
    return found
