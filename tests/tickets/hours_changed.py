"""New hours for Harbour's standard calendar: stated in full, and published."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from apps.contracts.models import Calendar, CalendarRevision, PolicyVersion
from apps.contracts.rules.openings import Window
from apps.contracts.services import calendar_revisions as revisions
from apps.contracts.services.calendar_hours import OwnDay, StatedHours
from apps.tickets.services.recompute import publish_hours
from tests.factories import make_policy

WEEK = tuple(Window(day, time(8), time(20)) for day in range(5))


def calendar_of(version: PolicyVersion | None = None, key: str = "standard") -> Calendar:
    return (version or make_policy()).calendars.get(key=key)


def stated(own: Sequence[OwnDay] = (), **changes: Any) -> StatedHours:
    """Harbour's own hours, with what a test changes."""
    facts = {"time_zone": "America/New_York", "windows": WEEK, "own": own, **changes}
    return StatedHours(**facts)


def closed_on(*days: str) -> list[OwnDay]:
    return [OwnDay(date.fromisoformat(day), "Flood") for day in days]


def make_draft(hours: StatedHours, calendar: Calendar | None = None) -> CalendarRevision:
    """Make a draft of the standard calendar that says so."""
    draft = revisions.new_revision(calendar=calendar or calendar_of())
    amend(draft, hours)
    return draft


def amend(draft: CalendarRevision, hours: StatedHours) -> None:
    revisions.amend_revision(revision=draft, stated=hours, seen=revisions.fingerprint(draft))


def publish(draft: CalendarRevision, at: datetime) -> int:
    return publish_hours(revision=draft, seen=revisions.fingerprint(draft), at=at)
