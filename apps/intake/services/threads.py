"""Which tickets a mail names, and on which of them the sender may write."""

from collections.abc import Sequence

from django.conf import settings

from apps.contracts.models import AuthorisedUser
from apps.intake.rules.mail import ParsedMail
from apps.intake.rules.threading import ticket_ids_named
from apps.tickets.models import Ticket

MOST_MERGES = 20  # one into the next; nobody merges so often


def tickets_named(parsed: ParsedMail) -> list[Ticket]:
    """Return the tickets there are that a mail names, best evidence first."""
    named = ticket_ids_named(parsed, prefix=settings.TICKET_PREFIX, own_domain=settings.MAIL_DOMAIN)
    found = Ticket.objects.in_bulk(named) if named else {}
    return [found[pk] for pk in named if pk in found]


def ticket_to_write_to(
    tickets: Sequence[Ticket], sender: str
) -> tuple[Ticket, AuthorisedUser] | None:
    """Return the first ticket that the sender may write to, and the sender as its user.

    A ticket that was merged stands for the one that it was merged into.

    Clause: V-3.5, V-8.1.4.
    """
    if not tickets:
        return None
    # One query, however many tickets are named: naming costs a sender nothing.
    users = AuthorisedUser.objects.filter(
        order__in={ticket.order_id for ticket in tickets}, email__iexact=sender, is_active=True
    )
    clients = {user.order_id: user for user in users}
    for ticket in tickets:
        if ticket.order_id in clients:
            there = surviving(ticket)
            if there is not None:
                return there, clients[ticket.order_id]
    return None


def surviving(ticket: Ticket) -> Ticket | None:
    """Return the ticket that a ticket was merged into, and that one in turn; else itself.

    None: it was merged into another account's, or the merges lead nowhere. Then nothing that is
    said about the one belongs on the other.
    """
    seen = {ticket.pk}
    account_id = ticket.account_id
    while ticket.merged_into_id is not None:
        ticket = Ticket.objects.get(pk=ticket.merged_into_id)
        if ticket.pk in seen or len(seen) > MOST_MERGES or ticket.account_id != account_id:
            return None
        seen.add(ticket.pk)
    return ticket
