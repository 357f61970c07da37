"""Holding an escalation and its ticket: of two who act at once, the second sees the first."""

from datetime import datetime

from apps.escalation.models import Escalation
from apps.tickets.models import Ticket
from apps.tickets.services import Refused, hold

__all__ = ["Refused", "hold_with_ticket"]


def hold_with_ticket(escalation: Escalation, *, at: datetime) -> tuple[Escalation, Ticket]:
    """Return both as they are now, locked until the transaction ends: the ticket first.

    :raises Refused: it was refused, and has nothing to act on.
    """
    if escalation.state == Escalation.State.REFUSED or escalation.ticket is None:
        raise Refused("It was refused, and went to nobody.")
    ticket = hold(ticket=escalation.ticket, at=at)
    held = Escalation.objects.select_for_update(no_key=True).get(pk=escalation.pk)
    held.ticket = ticket
    return held, ticket
