"""Appointments for tests, asked for by the service: plain keyword-only functions.

New York's offices are open Monday to Friday, eight to eight; ``ASKED`` is a Monday.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.contracts import services
from apps.contracts.models import Appointment, AuthorisedUser, Order, PolicyVersion
from tests.factories import make_client, make_order, make_preset

WHOLESALE, PREMIUM = "skyswitch-support-2017", "voximplant-premium-2023"

_serial = count(1)


def new_york(text: str) -> datetime:
    """Return an instant from New York's wall clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)


ASKED = new_york("2026-11-02T10:00")
SATURDAY = new_york("2026-11-07T10:00")


@contextmanager
def published_presets(blocker: Any) -> Iterator[None]:
    """Have both presets at hand; rolled back at the end. Loading one takes half a second."""
    with blocker.unblock(), transaction.atomic():
        for slug in (WHOLESALE, PREMIUM):
            make_preset(slug=slug)
        yield
        transaction.set_rollback(True)


def make_requester(*, slug: str = WHOLESALE, **facts: Any) -> AuthorisedUser:
    """Create an authorised user of an order under one of the presets."""
    version = PolicyVersion.objects.filter(policy__slug=slug).first() or make_preset(slug=slug)
    return make_client(order=make_order(version=version, **facts))


def wish(*, requester: AuthorisedUser | None = None, **facts: Any) -> dict[str, Any]:
    """Return what the service is told of help off hours, asked for on a Monday for Saturday."""
    starts_at = facts.pop("starts_at", SATURDAY)
    return {
        "requester": requester or make_requester(),
        "kind": Appointment.Kind.OFF_HOURS,
        "subject": "Moving the exchange",
        "details": "Two floors.",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=1),
        "at": ASKED,
        "source_key": f"appointment:{next(_serial)}",
        **facts,
    }


def install(starts: str, **facts: Any) -> dict[str, Any]:
    """Return what makes the wish one for a new install, at that time in New York."""
    return {"kind": "INSTALL", "starts_at": new_york(starts), **facts}


def make_appointment(*, requester: AuthorisedUser | None = None, **facts: Any) -> Appointment:
    """Ask for an appointment."""
    return services.ask_appointment(**wish(requester=requester, **facts))


def make_confirmed(*, staff: Any, by: Any = None, **facts: Any) -> Appointment:
    """Ask for an appointment and confirm it, with that member of staff."""
    asked = make_appointment(**facts)
    return services.confirm_appointment(appointment=asked, staff=staff, by=by or staff, at=ASKED)


def end_terms(order: Order, on: Any) -> None:
    """Give an order a last day."""
    order.ends_on = on
    order.save()
