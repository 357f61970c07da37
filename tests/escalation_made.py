"""Escalations for tests, each through its service: plain keyword-only functions."""

from datetime import datetime
from itertools import count
from typing import Any

from apps.contracts.models import Order, Reason
from apps.escalation import services
from apps.escalation.models import Escalation
from apps.tickets.models import Ticket
from tests.account_made import make_rung
from tests.factories import make_client, make_order, make_preset, make_ticket, reason_of
from tests.tickets.life import PREMIUM, WHOLESALE
from tests.tickets.reading import later

_serial = count(1)


def make_matrix(order: Order, *titles: str) -> None:
    """Give an order an escalation matrix."""
    for position, title in enumerate(titles, start=1):
        make_rung(order=order, position=position, title=title, phone=f"+1 212 555 010{position}")


def premium_ticket(*titles: str, severity: str = "III", **facts: Any) -> Ticket:
    """A ticket whose order has a matrix: two rungs, unless others are named."""
    order = make_order(version=make_preset(slug=PREMIUM), plan="gold")
    make_matrix(order, *(titles or ("Head of support", "Director")))
    requester = make_client(order=order, email=facts.pop("email", ""))
    return make_ticket(requester=requester, severity=severity, **facts)


def wholesale_ticket(**facts: Any) -> Ticket:
    """A ticket whose policy has a path of three rungs, and asks for no ground."""
    order = make_order(version=make_preset(slug=WHOLESALE))
    return make_ticket(requester=make_client(order=order), severity="2", **facts)


def escalate(
    of: Ticket,
    ground: str = "dissatisfaction",
    *,
    at: datetime | None = None,
    of_reason: Reason | None = None,
    **given: Any,
) -> Escalation:
    """Raise an escalation by its requester's mail, unless the facts say something else."""
    call: dict[str, Any] = {
        "order": of.order,
        "ticket": of,
        "ground": of_reason or (reason_of(of.version, ground) if ground else None),
        "words": "Nobody calls us back.",
        "client": of.requester,
        "sender": of.requester.email,
        "by": None,
        "channel": Ticket.Channel.EMAIL,
        "at": at or later(hours=1),
        "source_key": f"test:{next(_serial)}",
    }
    return services.raise_escalation(**{**call, **given})
