"""What happened last under an account, found without reading all that ever happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apps.backoffice.account_page.tickets import OpenTickets
from apps.contracts import queries as contracts
from apps.contracts.models import Account
from apps.tickets.admin.event_words import in_words
from apps.tickets.models import Event, Ticket

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Happened:
    """An event in words, and the ticket that it happened to."""

    event: Event
    ticket: Ticket
    words: str


def latest_events(account: Account, *, tickets: OpenTickets) -> Sequence[Happened]:
    """Return the latest events of the account, newest first.

    The latest acts are on the tickets on which somebody acted last. A miss or a warning is no act:
    those of the worst open tickets, which are read for the page anyhow, are found too.
    """
    acted_on = Ticket.objects.filter(account=account).order_by("-latest_at", "-pk")[:SHOWN]
    known = {row.ticket.pk: row.ticket for row in tickets.rows}
    known |= {ticket.pk: ticket for ticket in acted_on}
    events = Event.objects.filter(ticket__in=known).select_related("by")
    return [
        Happened(event, ticket, in_words(event, _labels(ticket)))
        for event in events.order_by("-at", "-pk")[:SHOWN]
        for ticket in [known[event.ticket_id]]
    ]


def _labels(ticket: Ticket) -> Mapping[str, str]:
    """Map the keys of the ticket's severities to their labels; known once read."""
    terms = contracts.terms(version_id=ticket.version_id, plan_id=ticket.plan_id)
    return {severity.key: severity.label for severity in terms.severities.values()}
