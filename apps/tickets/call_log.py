"""Who keeps the calls that are logged on a ticket's own page: rooms above register here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from apps.contracts.models import AuthorisedUser, User
from apps.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Logged:
    """A call with a client that one of ours logged on a ticket. ``act_key`` names the act."""

    ticket: Ticket
    caller: AuthorisedUser
    text: str
    by: User
    at: datetime
    act_key: str


Keeper = Callable[[Logged], object]
_keepers: list[Keeper] = []


def register(keeper: Keeper) -> None:
    """Let a room keep what is logged, in the transaction in which it is; again: nothing."""
    if keeper not in _keepers:
        _keepers.append(keeper)


def keep(logged: Logged) -> None:
    """Hand a call to whoever keeps calls.

    Clause: V-8.1, V-2-response.
    """
    for keeper in _keepers:
        keeper(logged)
