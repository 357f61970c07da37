"""Tickets under the two real policies, and the acts on them, written shortly."""

from datetime import datetime
from typing import Any

from apps.contracts.models import Reason
from apps.tickets import services
from apps.tickets.models import Ticket
from tests.factories import make_client, make_order, make_preset, make_staff, make_ticket
from tests.tickets.reading import later

PREMIUM, WHOLESALE = "voximplant-premium-2023", "skyswitch-support-2017"


def premium(severity: str = "III", *, plan: str = "gold", **facts: Any) -> Ticket:
    """A ticket whose client confirms a solution within 48 hours."""
    order = make_order(version=make_preset(slug=PREMIUM), plan=plan)
    return make_ticket(requester=make_client(order=order), severity=severity, **facts)


def wholesale(severity: str = "1", **facts: Any) -> Ticket:
    """A ticket that steps down after its solution."""
    order = make_order(version=make_preset(slug=WHOLESALE))
    return make_ticket(requester=make_client(order=order), severity=severity, **facts)


def reason(ticket: Ticket, key: str, kind: str = "CLOSING") -> Reason:
    return Reason.objects.get(version=ticket.version_id, kind=kind, key=key)


def solve(ticket: Ticket, key: str = "", *, at: datetime | None = None, **facts: Any) -> None:
    """Give the solution, for the policy's first reason unless another is named."""
    first = Reason.objects.filter(version=ticket.version_id, kind="CLOSING").order_by("position")
    given = {
        "reason": reason(ticket, key) if key else first[0],
        "text": "It works again.",
        "by": make_staff(),
        "act_key": "solve",
    }
    services.solve(ticket=ticket, at=at or later(hours=1), **{**given, **facts})
    ticket.refresh_from_db()


def sweep(at: datetime, *tickets: Ticket) -> int:
    """Let happen what happens by itself; return to how many tickets."""
    followed = services.sweep_follow_ups(at=at)
    for ticket in tickets:
        ticket.refresh_from_db()
    assert followed.stuck == 0
    return followed.tickets


def row(ticket: Ticket, kind: str, serial: int = 1) -> tuple:
    """State, due instant and settled instant of one deadline."""
    found = ticket.deadlines.get(kind=kind, serial=serial)
    return found.state, found.due_at, found.settled_at
