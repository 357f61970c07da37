"""Whose turn it is on a ticket.

Clause: V-2-resolution, V-3.4.4.
"""

from enum import StrEnum

from apps.tickets.rules.history import Status


class Turn(StrEnum):
    """Who has to act."""

    PROVIDER = "PROVIDER"
    CLIENT = "CLIENT"
    NOBODY = "NOBODY"


_TURNS = {
    Status.OPEN: Turn.PROVIDER,
    Status.WAITING: Turn.CLIENT,
    Status.SOLVED: Turn.CLIENT,
    Status.ANSWERED: Turn.PROVIDER,
    Status.SUSPENDED: Turn.NOBODY,
    Status.CLOSED: Turn.NOBODY,
}


def turn_in(status: str) -> Turn:
    """Return who has to act while a ticket is in that state.

    Clause: V-2-resolution, V-3.4.4.
    """
    return _TURNS[Status(status)]
