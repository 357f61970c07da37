"""Whether support is owed to this sender now, and why.

Clause: V-1.2, V-3.1, V-3.5.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order as the rule sees it. Both ends of the term belong to it; None: no last day yet."""

    number: str
    is_executed: bool
    starts_on: date
    ends_on: date | None
    sender_is_authorised: bool


@dataclass(frozen=True, slots=True)
class Clauses:
    """Where the policy says so: data, since each policy numbers its clauses its own way."""

    order: str
    term: str
    users: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Yes or no, the clause it rests on, and the facts in words."""

    entitled: bool
    clause: str
    why: str


def entitlement(*, order: OrderFacts, on: date, clauses: Clauses) -> Answer:
    """Answer whether the sender may open a ticket under the order on that day.

    ``on`` is the day of registration in the policy's time zone.

    Clause: V-1.2 (an executed order), V-3.1 (in term), V-3.5 (authorised users only).
    """
    if not order.is_executed:
        return Answer(False, clauses.order, f"Order {order.number} is not executed.")
    if on < order.starts_on:
        return Answer(
            False, clauses.term, f"The term of order {order.number} begins on {order.starts_on}."
        )
    if order.ends_on is not None and on > order.ends_on:
        return Answer(
            False, clauses.term, f"The term of order {order.number} ended on {order.ends_on}."
        )
    if not order.sender_is_authorised:
        return Answer(
            False, clauses.users, f"The sender is not an authorised user of order {order.number}."
        )
    return Answer(
        True,
        clauses.users,
        f"The sender is an authorised user of order {order.number}, which is executed and in term.",
    )
