"""Whose desk a ticket lies on."""

from datetime import datetime

from django.db import transaction

from apps.contracts.models import User
from apps.tickets.models import Ticket
from apps.tickets.rules.history import Kind
from apps.tickets.services.record import Refused, amend, lock, record, settle


@transaction.atomic
def assign(*, ticket: Ticket, to: User | None, by: User, at: datetime) -> None:
    """Give the ticket to somebody, or, with None, back to the queue. The same again: nothing.

    Clause: V-8.2.3.

    :raises Refused: that person does not work here.
    """
    ticket = lock(ticket)
    if ticket.assignee == to:
        return
    if to is not None and not (to.is_active and to.is_staff):
        raise Refused(f"{to} is not staff. Choose somebody who works on tickets.")
    ticket.assignee = to
    reason = f"Assigned to {to}" if to else "Back to the queue"
    amend(ticket=ticket, reason=reason, by=by, at=at)
    ticket.save(update_fields=["assignee"])
    name = str(to) if to else ""
    record(ticket=ticket, kind=Kind.ASSIGNED, at=at, by=by, facts={"to": name})
    settle(ticket=ticket)
