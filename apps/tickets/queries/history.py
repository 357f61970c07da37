"""The log of a ticket, as the rules take it."""

from apps.tickets.models import Ticket
from apps.tickets.rules.history import Happening, Kind


def history_of(ticket: Ticket) -> list[Happening]:
    """Return what happened to the ticket, in the order in which it was recorded."""
    rows = ticket.events.order_by("pk").values_list("kind", "at", "facts")
    return [Happening(Kind(kind), at, facts) for kind, at, facts in rows]


def log_of(ticket: Ticket) -> tuple[list[Happening], set[str]]:
    """Return the same, and the names of the acts that were done, in one query."""
    rows = list(ticket.events.order_by("pk").values_list("kind", "at", "facts", "source_key"))
    history = [Happening(Kind(kind), at, facts) for kind, at, facts, _ in rows]
    return history, {key for *_, key in rows if key is not None}
