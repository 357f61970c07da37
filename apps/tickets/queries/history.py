"""The log of a ticket, as the rules take it."""

from apps.tickets.models import Ticket
from apps.tickets.rules.history import Happening, Kind


def history_of(ticket: Ticket) -> list[Happening]:
    """Return what happened to the ticket, in the order in which it was recorded."""
    rows = ticket.events.order_by("pk").values_list("kind", "at", "facts")
    return [Happening(Kind(kind), at, facts) for kind, at, facts in rows]
