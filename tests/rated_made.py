"""Work under the wholesale policy, and what it is rated to, written shortly."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from apps.billing.models import Charge, RatedEvent
from apps.billing.services.rating import rate_pending
from apps.contracts.models import Order, User
from apps.contracts.services import amend_order, execute_order
from apps.escalation import services as escalation
from apps.tickets import services
from apps.tickets.models import Ticket, TimeEntry
from tests.factories import make_staff, reason_of
from tests.tickets.life import wholesale
from tests.time_made import make_premium, make_time

NEW_YORK = ZoneInfo("America/New_York")
LATER = datetime(2026, 3, 20, 15, tzinfo=UTC)
_serial = count(1)


def ny(text: str) -> datetime:
    """An instant on the wall clock of the wholesale policy's zone."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def of_category(key: str, severity: str = "4", **facts: Any) -> Ticket:
    """A ticket of the wholesale policy, of one of its categories."""
    ticket = wholesale(severity, **facts)
    services.classify(
        ticket=ticket,
        category=reason_of(ticket.version, key),
        covered_work=None,
        by=make_staff(),
        at=ticket.registered_at,
    )
    ticket.refresh_from_db()
    return ticket


def work(
    ticket: Ticket, minutes: int, *, at: str = "2026-03-05 10:00", kind: str = "ENGINEERING",
    who: User | None = None,
) -> TimeEntry:  # fmt: skip
    """Log time on a ticket."""
    return make_time(
        order=ticket.order, ticket=ticket, minutes=minutes, kind=kind, started_at=ny(at), who=who
    )


def correct(entry: TimeEntry, *, by: User | None = None, **values: Any) -> TimeEntry:
    """Correct some of what an entry says."""
    entry.refresh_from_db()
    names = ["ticket", "kind", "started_at", "minutes", "what", "contact"]
    return services.amend_time(
        entry=entry,
        revision=entry.revision,
        reason="It was another",
        by=by or entry.who,
        at=LATER,
        **{**{name: getattr(entry, name) for name in names}, **values},
    )


def found(ticket: Ticket, finding: str, *, at: datetime = LATER) -> None:
    """Write down whose fault it was."""
    boss = make_staff()
    escalation.determine_fault(
        ticket=ticket,
        finding=finding,
        is_agreed=finding != "UNDECIDED",
        ours=boss,
        theirs=ticket.requester if finding != "UNDECIDED" else None,
        why="We looked together.",
        decided_at=at,
        by=boss,
        at=at,
        act_key=f"finding{next(_serial)}",
    )


def rated(at: datetime = LATER) -> int:
    """Rate what waits; return how many charges came."""
    return rate_pending(at=at)


def charges(**chosen: Any) -> list[Decimal]:
    """The amounts of charges, in the order in which they came."""
    rows = Charge.objects.filter(**chosen).order_by("pk")
    return list(rows.values_list("amount", flat=True))


def events(**chosen: Any) -> list[tuple]:
    """Key's last part, minutes, worth and hold of events, in the order of their keys."""
    rows = RatedEvent.objects.filter(**chosen).order_by("key")
    return [
        (row.fee.key if row.fee else "", row.minutes, row.worth_amount, row.held_for)
        for row in rows.select_related("fee")
    ]


def premium_order(*, fee: str = "310.00", period: str = "MONTH", **facts: Any) -> Order:
    """Execute an order of the premium policy, with its fee."""
    order = make_premium(state=Order.State.DRAFT, **facts)
    order.fee_amount, order.fee_period = Decimal(fee), period
    order.save()
    return execute_order(
        order=order, revision=order.revision, by=make_staff(), at=ny("2026-01-02 09:00")
    )


def amended(order: Order, *, dated_on: Any, at: datetime, **terms: Any) -> Order:
    """Amend an order's terms from a day on."""
    order.refresh_from_db()
    return amend_order(
        order=order,
        revision=order.revision,
        terms=terms,
        dated_on=dated_on,
        reason="Agreed anew",
        by=make_staff(),
        at=at,
    )
