"""A person's on-call hours as an iCalendar (RFC 5545), for whatever program shows it."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from icalendar import Calendar, Event

from apps.contracts.models import User
from apps.escalation.queries.rotations import schedules
from apps.escalation.rules.rotation import Turn

BEFORE, AHEAD = timedelta(days=30), timedelta(days=120)
OFTEN = timedelta(hours=1)  # how often a program is asked to look again


def calendar_of(user: User, *, at: datetime) -> bytes:
    """Return the turns of a person around an instant, in UTC, one event each.

    An event keeps its name from one reading to the next as long as its turn begins when it did.

    Clause: S-2.
    """
    at = at.astimezone(UTC)  # a day on the wall clock may have 23 hours
    calendar = Calendar()
    calendar.add("prodid", "-//Faultline//On call//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"On call: {user}")
    calendar.add("refresh-interval", OFTEN, parameters={"VALUE": "DURATION"})
    start = (at - BEFORE).replace(minute=0, second=0, microsecond=0)
    for plan in schedules(since=start):
        for turn in plan.turns(start=start, end=at + AHEAD):
            if turn.person == user.pk:
                calendar.add_component(
                    _event(plan.rotation.pk, f"On call: {plan.rotation}", turn, at)
                )
    return calendar.to_ical()


def _event(rotation_id: int, title: str, turn: Turn, at: datetime) -> Event:
    event = Event()
    name = f"oncall-{rotation_id}-{turn.starts_at:%Y%m%dT%H%M%SZ}"
    event.add("uid", f"{name}@{settings.MAIL_DOMAIN}")
    event.add("dtstamp", at)
    event.add("dtstart", turn.starts_at)
    event.add("dtend", turn.ends_at)
    event.add("summary", title)
    event.add("transp", "TRANSPARENT")
    return event
