"""The log of a ticket, as the rules take it."""

from apps.outbox.compiled import Compiled
from apps.tickets.models import Event, Ticket
from apps.tickets.rules.history import Happening, Kind


def history_of(ticket: Ticket) -> list[Happening]:
    """Return what happened to the ticket, in the order in which it was recorded."""
    return log_of(ticket)[0]


def log_of(ticket: Ticket) -> tuple[list[Happening], set[str]]:
    """Return the same, and the names of the acts that were done, in one query."""
    rows = _log.values(ticket_id=ticket.pk)
    history = [Happening(Kind(kind), at, facts) for kind, at, facts, _ in rows]
    return history, {key for *_, key in rows if key is not None}


_log = Compiled(
    lambda ticket_id: (
        Event.objects.filter(ticket=ticket_id)
        .order_by("pk")
        .values_list("kind", "at", "facts", "source_key")
    )
)
