"""What a client is told where something is refused: why, what to do, and their own clause."""

from collections.abc import Iterable
from typing import Protocol

from apps.contracts.models import Order
from apps.contracts.queries.own_clauses import own_clauses
from apps.tickets.models import Ticket


class Cited(Protocol):
    """A refusal: its message says why and what to do, ``clause`` what it rests on."""

    clause: str


def in_full(refusal: Cited, orders: Iterable[Order | Ticket]) -> str:
    """Return a refusal with the clause that it rests on, where the policy of one of them has it.

    A ticket is of the policy under which it was registered.
    """
    own = own_clauses(refusal.clause, {each.version_id for each in orders})
    return f"{refusal} ({own})" if own else str(refusal)
