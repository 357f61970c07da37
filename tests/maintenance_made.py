"""Maintenance for tests: planned, announced, and what each account was told."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from apps.changes import services
from apps.changes.models import Maintenance, MaintenanceNotice
from apps.changes.rules.maintenance import Act
from apps.contracts.models import AuthorisedUser, Order, Service
from tests.factories import make_client, make_order, make_service, make_staff

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WINDOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
_serial = count(1)


def covering(*services_: Service, **facts: Any) -> Order:
    """Create an order that lists services; of none: everything is covered."""
    order = make_order(**facts)
    order.services.set(services_)
    return order


def work(**facts: Any) -> services.Work:
    """Return work on a service of its own in the night of the tenth, but for what is given."""
    given = {
        "title": "New core switch",
        "description": "Calls in progress are cut once.",
        "impact": Maintenance.Impact.OUTAGE,
        "starts_at": WINDOW,
        "ends_at": WINDOW + timedelta(hours=3),
    }
    return services.Work(**{**given, **facts})


def planned(**facts: Any) -> Maintenance:
    """Plan maintenance of a service, or of what is given."""
    by, at = facts.pop("by", None) or make_staff(), facts.pop("at", NOON)
    if not facts.keys() & {"services", "objects"}:
        facts["services"] = [make_service()]
    return services.plan_maintenance(
        work=work(**facts), by=by, source_key=f"made:{next(_serial)}", at=at
    )


def act(maintenance: Maintenance, name: Act, **facts: Any) -> Maintenance:
    """Do something with maintenance as it is now."""
    maintenance.refresh_from_db()
    given = {"seen": maintenance.edition, "by": maintenance.author, "at": NOON}
    return services.act_on_maintenance(maintenance=maintenance, act=name, **{**given, **facts})


def announced(person: AuthorisedUser | None = None, **facts: Any) -> MaintenanceNotice:
    """Confirm maintenance of what a person's order covers; return what their account was told."""
    person = person or make_client()
    service = make_service()
    listed = person.order.services
    if listed.exists():
        listed.add(service)
    row = planned(services=[service], **facts)
    act(row, Act.CONFIRM)
    return MaintenanceNotice.objects.get(update__maintenance=row, account=person.order.account)
