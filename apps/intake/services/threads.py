"""Which tickets a mail names, and on which of them the sender may write."""

from collections.abc import Sequence

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from apps.contracts.models import AuthorisedUser
from apps.intake.rules.mail import ParsedMail
from apps.intake.rules.threading import numbers_in, ticket_ids_named
from apps.tickets.models import Ticket

# What is read of the sender, in the order of the model's fields; more on demand.
WRITER = ["id", "order_id", "name", "email"]
LOOKED_AT, MOST_NAMED = 5_000, 20  # characters of a text, and numbers in it
MOST_MERGES = 20  # one into the next; nobody merges so often


def tickets_named(parsed: ParsedMail) -> list[Ticket]:
    """Return the tickets there are that a mail names, best evidence first.

    Who the sender is on each comes along, for ``ticket_to_write_to``: one query, however many
    tickets are named, so that naming costs a sender nothing.
    """
    named = ticket_ids_named(parsed, prefix=settings.TICKET_PREFIX, own_domain=settings.MAIL_DOMAIN)
    return _read(named, parsed.sender)


def tickets_in_text(parsed: ParsedMail, text: str) -> list[Ticket]:
    """Return the tickets whose numbers stand in the words of a mail, in the same way."""
    named = dict.fromkeys(numbers_in(text[:LOOKED_AT], prefix=settings.TICKET_PREFIX))
    return _read(list(named)[:MOST_NAMED], parsed.sender)


def _read(named: Sequence[int], sender: str) -> list[Ticket]:
    if not named:
        return []
    users = AuthorisedUser.objects.filter(
        order=OuterRef("order"), email__iexact=sender, is_active=True
    )
    facts = JSONObject(**{name: name for name in WRITER})
    found = Ticket.objects.annotate(writer=Subquery(users.values_list(facts)[:1])).in_bulk(named)
    return [found[pk] for pk in named if pk in found]


def ticket_to_write_to(tickets: Sequence[Ticket]) -> tuple[Ticket, AuthorisedUser] | None:
    """Return the first ticket that the sender may write to, and the sender as its user.

    ``tickets`` are those of ``tickets_named``. One that was merged stands for the one that it was
    merged into.

    Clause: V-3.5, V-8.1.4.
    """
    for ticket in tickets:
        facts = ticket.writer  # type: ignore[attr-defined]
        there = surviving(ticket) if facts else None
        if there is not None:
            values = [facts[name] for name in WRITER]
            return there, AuthorisedUser.from_db(DEFAULT_DB_ALIAS, WRITER, values)
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
