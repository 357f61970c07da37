"""Whose desk a ticket lies on."""

from datetime import datetime
from typing import Any

from django.db import transaction

from apps.contracts import queries as contracts
from apps.contracts.models import Order, User
from apps.tickets.models import Ticket
from apps.tickets.rules.history import Kind
from apps.tickets.services.record import Refused, amend, lock, record, settle

CENTRE, TAM = Ticket.Desk.CENTRE, Ticket.Desk.TAM


@transaction.atomic
def assign(*, ticket: Ticket, to: User | None, by: User, at: datetime) -> None:
    """Give the ticket to somebody, or, with None, back to the queue. The same again: nothing.

    With the order's TAM of now it lies on the TAM's desk, whether or not hours are left; with
    anybody else, or nobody, in the support centre.

    Clause: V-6.5, V-8.2.3.

    :raises Refused: that person does not work here, or the ticket goes on as another one.
    """
    ticket = lock(ticket)
    if ticket.merged_into is not None:
        raise Refused(
            f"{ticket.number} was merged and goes on as {ticket.merged_into.number}.",
            clause="V-8.2.3",
        )
    if ticket.assignee == to and (to is not None or ticket.desk == CENTRE):
        return
    if to is not None and not (to.is_active and to.is_staff):
        raise Refused(f"{to} is not staff. Choose somebody who works on tickets.")
    desk = _desk_of(ticket, to, at=at)
    facts: dict[str, Any] = {"to": str(to) if to else ""}
    if desk != ticket.desk:
        facts["desk"] = desk.value
    ticket.assignee, ticket.desk = to, desk
    reason = f"Assigned to {to}" if to else "Back to the queue"
    amend(ticket=ticket, reason=reason, by=by, at=at)
    ticket.save(update_fields=["assignee", "desk"])
    record(ticket=ticket, kind=Kind.ASSIGNED, at=at, by=by, facts=facts)
    settle(ticket=ticket)


def _desk_of(ticket: Ticket, to: User | None, *, at: datetime) -> Ticket.Desk:
    if to is None:
        return CENTRE
    order = Order.objects.select_related("version", "plan").get(pk=ticket.order_id)
    tam = contracts.tam_now(order, at=at)
    return TAM if tam is not None and tam.tam_id == to.pk else CENTRE
