"""Whether support is owed to this sender now, and why.

Clause: V-1.2, V-3.1, V-3.5.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order as the rule sees it. Both ends of the term belong to it; None: no last day yet.

    ``service`` is what the request is about; empty: not known yet, which keeps nobody out.
    """

    number: str
    is_executed: bool
    starts_on: date
    ends_on: date | None
    sender_is_authorised: bool
    sender_may_open: bool = True
    service: str = ""
    covers_service: bool = True


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

    Clause: V-1.2 (an executed order), V-3.1 (in term), V-3.5 (authorised users only), V-2-order
    (services as agreed).
    """
    refusal = _of_order(order, on, clauses) or _of_sender(order, clauses)
    if refusal is not None:
        return refusal
    return Answer(
        True,
        clauses.users,
        f"The sender is an authorised user of order {order.number}, which is executed and in term.",
    )


def _of_order(order: OrderFacts, on: date, clauses: Clauses) -> Answer | None:
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
    if order.service and not order.covers_service:
        return Answer(
            False, clauses.order, f"Order {order.number} does not cover “{order.service}”."
        )
    return None


def _of_sender(order: OrderFacts, clauses: Clauses) -> Answer | None:
    if not order.sender_is_authorised:
        return Answer(
            False, clauses.users, f"The sender is not an authorised user of order {order.number}."
        )
    if not order.sender_may_open:
        return Answer(
            False, clauses.users, f"The sender may not open tickets under order {order.number}."
        )
    return None
