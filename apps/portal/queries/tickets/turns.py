"""Whose turn it is, as a client says it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.tickets.models import Ticket

State = Ticket.State


@dataclass(frozen=True, slots=True)
class Turn:
    """A status in a client's words, with the tone of its badge. ``is_yours``: something waits."""

    words: Promise
    tone: str
    is_yours: bool = False


TURNS: Mapping[str, Turn] = {
    State.OPEN: Turn(_("We are on it"), ""),
    State.WAITING: Turn(_("Waiting for you"), "warn", is_yours=True),
    State.SOLVED: Turn(_("Solved: is it settled?"), "warn", is_yours=True),
    State.ANSWERED: Turn(_("We look at your answer"), ""),
    State.SUSPENDED: Turn(_("Suspended"), "bad"),
    State.CLOSED: Turn(_("Closed"), "good"),
}
YOURS = [status for status, turn in TURNS.items() if turn.is_yours]
UNCLOSED = [status for status in TURNS if status != State.CLOSED]


def turn_of(ticket: Ticket) -> Turn:
    """Return whose turn it is on a ticket.

    Clause: V-2-resolution, V-3.4.4, R-13.
    """
    return TURNS[ticket.status]
