"""Maintenance as iCalendar (RFC 5545), with what the carriers' convention adds to an event.

An account's mail and its calendar hold that account's objects only. An event keeps its UID from
one update to the next, and its SEQUENCE grows.
"""

from collections.abc import Iterable
from datetime import UTC, timedelta

from django.conf import settings
from icalendar import Calendar, Event, vCalAddress, vText

from apps.changes.models import MaintenanceNotice
from apps.changes.rules.maintenance import (
    State,
    calendar_method,
    calendar_status,
    maintenance_impact,
    maintenance_status,
)

OFTEN = timedelta(hours=1)  # how often a program is asked to look again


def invitation(notice: MaintenanceNotice) -> bytes:
    """Return the calendar that a notice's mail carries: one event.

    Clause: S-11.
    """
    calendar = _calendar(method_of(notice))
    calendar.add_component(_event(notice))
    return calendar.to_ical()


def method_of(notice: MaintenanceNotice) -> str:
    """Return the METHOD of a notice's calendar, which its mail's part names too (RFC 6047)."""
    return calendar_method(State(notice.state))


def subscription(account: str, notices: Iterable[MaintenanceNotice]) -> bytes:
    """Return an account's maintenance for a calendar program that reads it again and again.

    Clause: S-11.
    """
    calendar = _calendar("PUBLISH")
    calendar.add("x-wr-calname", f"Maintenance: {account}")
    calendar.add("refresh-interval", OFTEN, parameters={"VALUE": "DURATION"})
    for notice in notices:
        calendar.add_component(_event(notice))
    return calendar.to_ical()


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Faultline//Maintenance//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def _event(notice: MaintenanceNotice) -> Event:
    update, version, state = notice.update, notice.version, State(notice.state)
    maintenance = update.maintenance
    event = Event()
    event.add("uid", f"maintenance-{maintenance.pk}-{notice.account_id}@{settings.MAIL_DOMAIN}")
    event.add("sequence", update.sequence)
    event.add("dtstamp", notice.told_at.astimezone(UTC))
    event.add("dtstart", update.starts_at.astimezone(UTC))
    event.add("dtend", update.ends_at.astimezone(UTC))
    event.add("summary", f"{maintenance.number} {update.title}")
    event.add("description", update.description)
    event.add("status", calendar_status(state))
    event.add("transp", "TRANSPARENT")
    organizer = vCalAddress(f"mailto:{version.support_address}")
    organizer.params["CN"] = vText(version.provider)
    event["organizer"] = organizer
    event.add("x-maintnote-provider", settings.MAIL_DOMAIN)
    event.add("x-maintnote-account", notice.account.name)
    event.add("x-maintnote-maintenance-id", maintenance.number)
    for name in notice.objects_named:
        event.add("x-maintnote-object-id", name)
    event.add("x-maintnote-impact", maintenance_impact(update.impact))
    event.add("x-maintnote-status", maintenance_status(state))
    return event
