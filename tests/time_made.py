"""TAMs, their orders and their time, for tests."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from apps.contracts.models import Order, TamAssignment, User
from apps.contracts.services import amend_order
from apps.tickets import services
from apps.tickets.models import TimeEntry
from tests.factories import MORNING, make_order, make_preset, make_staff

PREMIUM = "voximplant-premium-2023"
_serial = count(1)


def make_premium(*, plan: str = "gold", **facts: Any) -> Order:
    """Create an order under the premium policy: 40 hours of a TAM's time in its gold plan."""
    return make_order(version=make_preset(slug=PREMIUM), plan=plan, **facts)


def make_tam(
    *, order: Order, who: User | None = None, starts_on: date | None = None
) -> TamAssignment:
    """Make somebody the TAM of an order from its first day on, unless another is named."""
    who = who or make_staff()
    return TamAssignment.objects.create(
        order=order,
        tam=who,
        starts_on=starts_on or order.starts_on,
        email=f"{who.username}-tam@provider.example.com",
        phone="+1 212 555 0100",
        made_at=MORNING,
        made_by=None,
    )


def make_time(
    *,
    order: Order,
    minutes: int = 60,
    who: User | None = None,
    by: User | None = None,
    kind: str = "TAM",
    started_at: datetime = MORNING,
    at: datetime | None = None,
    **facts: Any,
) -> TimeEntry:
    """Log time through the service, at the moment at which it was over."""
    who = who or make_staff()
    return services.log_time(
        order=order,
        who=who,
        kind=kind,
        started_at=started_at,
        minutes=minutes,
        at=at or started_at + timedelta(minutes=minutes),
        by=by or who,
        **{"what": "Weekly call", "source_key": f"time:{next(_serial)}", **facts},
    )


def make_hours(*, order: Order, hours: float, until: datetime = MORNING, **facts: Any) -> None:
    """Log TAM time that ended by an instant, one entry a day at most, backwards."""
    left = round(hours * 60)
    while left:
        part = min(left, 10 * 60)
        until -= timedelta(hours=10)
        make_time(order=order, minutes=part, started_at=until, **facts)
        left -= part


def amend(order: Order, *, at: datetime = MORNING, **terms: Any) -> Order:
    """Amend an order's terms."""
    order.refresh_from_db()
    return amend_order(
        order=order,
        revision=order.revision,
        terms=terms,
        dated_on=at.date(),
        reason="Agreed anew",
        by=make_staff(),
        at=at,
    )
