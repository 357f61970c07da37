"""What happened last under an account, found without reading all that ever happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apps.backoffice.account_page.tickets import OpenTickets
from apps.contracts import queries as contracts
from apps.contracts.models import Account
from apps.contracts.rules.terms import Terms
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
    latest = Ticket.objects.filter(account=account).order_by("-latest_at", "-pk").values("pk")
    # SQLite takes no limit in a part of a union, but inside of one.
    acted_on = Ticket.objects.filter(pk__in=latest[:SHOWN]).order_by().values("pk")
    worst = Ticket.objects.filter(pk__in=[row.ticket.pk for row in tickets.rows])
    events = Event.objects.filter(ticket__in=acted_on.union(worst.order_by().values("pk")))
    rows = list(events.select_related("by", "ticket").order_by("-at", "-pk")[:SHOWN])
    terms = contracts.terms_of({_pair(event.ticket) for event in rows})
    return [
        Happened(event, event.ticket, in_words(event, _labels(terms[_pair(event.ticket)])))
        for event in rows
    ]


def _pair(ticket: Ticket) -> tuple[int, int]:
    return ticket.version_id, ticket.plan_id


def _labels(terms: Terms) -> Mapping[str, str]:
    """Map the keys of severities to their labels."""
    return {severity.key: severity.label for severity in terms.severities.values()}
