"""The ticket that an address names, for whoever may read it."""

from dataclasses import dataclass

from django.http import Http404

from apps.contracts.models import AuthorisedUser
from apps.portal.access import SeatedRequest, move_to
from apps.portal.queries.tickets.ticket import ticket_at
from apps.tickets.models import Ticket

REFUSED = 422


@dataclass(frozen=True, slots=True)
class Found:
    """A ticket, and as whom the reader speaks on it."""

    ticket: Ticket
    person: AuthorisedUser


def found(request: SeatedRequest, key: int, *, needs: str = "") -> Found:
    """Return the ticket, and go over to its account.

    Clause: V-3.5.

    :raises Http404: it is not there or not theirs to read, or they have not the right.
    """
    ticket = ticket_at(key, seats=request.seats)
    if ticket is None:
        raise Http404("No such ticket.")
    seat = move_to(request, ticket.account_id)
    if needs and not seat.may_under(needs, ticket.order_id):
        raise Http404("Not their right.")
    return Found(ticket, seat.people[ticket.order_id])
