"""Telling the TAM and the client how the month's hours stand, each fact once to each person."""

from contextlib import suppress
from datetime import datetime

from django.db.models import Q

from apps.contracts import queries as contracts
from apps.contracts.models import OptOut, Order, TamAssignment
from apps.outbox.enqueue import KeyReused, enqueue
from apps.outbox.models import Message
from apps.outbox.rules.address import is_plain_address
from apps.tickets.models import Event, Ticket
from apps.tickets.rules.tam_months import TamMonth


def tell_of_hours(*, order: Order, month: TamMonth, at: datetime) -> None:
    """Tell the TAM that the hours are nearly used up; or TAM and client, that they are.

    A fact is the order, the month, the percentage and the limit: after an upgrade the new limit is
    told of anew. So is one whose mail was withdrawn, because for a while it was not true. Who of
    the client does not want it is not told: each request that goes elsewhere is (V-6.3).

    Clause: V-6.3, R-18.
    """
    if month.reached is None:
        return
    topic = "tam.hours_used_up" if month.is_used_up else "tam.hours_near"
    limit = int(month.limit.total_seconds()) // 60
    fact = f"order:{order.pk}:tam:{month.label}:{month.reached}%of{limit}"
    payload = {"order_id": order.pk, "at": at.isoformat(), "percent": month.reached}
    tam = contracts.tam_now(order, at=at)
    people = [(f"tam-{tam.tam_id}", _address(tam), False)] if tam else []
    if month.is_used_up:
        active = order.authorised_users.filter(is_active=True).order_by("pk")
        users = active.wanting(OptOut.Kind.TAM_HOURS)  # type: ignore[attr-defined]
        people += [(f"user-{pk}", email, True) for pk, email in users.values_list("pk", "email")]
    for name, address, is_client in people:
        key = _next_key(f"{fact}:{name}")
        _tell(topic, key, address, {**payload, "to_client": is_client}, at)


def tell_of_redirection(*, ticket: Ticket, tam: TamAssignment, at: datetime) -> None:
    """Tell requester and TAM that the support centre took a request that was meant for the TAM.

    Clause: V-6.3.
    """
    topic, fact = "tam.request_redirected", f"ticket:{ticket.pk}:redirected"
    payload = {"ticket_id": ticket.pk}
    client = ticket.requester
    _tell(topic, f"{fact}:user-{client.pk}", client.email, {**payload, "to_client": True}, at)
    _tell(topic, f"{fact}:tam-{tam.tam_id}", _address(tam), {**payload, "to_client": False}, at)


def tell_of_hand_over(*, ticket: Ticket, event: Event, at: datetime) -> None:
    """Tell the requester that the TAM gave their ticket to the support centre.

    Clause: V-6.5.
    """
    client = ticket.requester
    key = f"ticket:{ticket.pk}:handed-{event.pk}:user-{client.pk}"
    _tell("tam.handed_to_centre", key, client.email, {"ticket_id": ticket.pk}, at)


def _next_key(fact: str) -> str:
    """Return the key under which a fact is told: the last one, unless its mail was withdrawn.

    The caller holds the order, so that of two who tell the second sees what the first wrote.
    """
    tries = Message.objects.filter(Q(key=fact) | Q(key__startswith=f"{fact}#"))
    states = list(tries.order_by("pk").values_list("state", flat=True))
    number = len(states) + (states[-1:] == [Message.State.WITHDRAWN])
    return fact if number <= 1 else f"{fact}#{number}"


def _address(tam: TamAssignment) -> str:
    """Return where the person is written to by us: their own address, else the client's contact."""
    return (tam.tam.email if tam.tam else "") or tam.email


def _tell(topic: str, key: str, address: str, payload: dict, at: datetime) -> None:
    """Write to somebody; who cannot be written to keeps no time and no request from its record."""
    if is_plain_address(address):
        # Who was told already is not told again at a new address.
        with suppress(KeyReused):
            enqueue(topic=topic, key=key, recipient=address, payload=payload, at=at)
