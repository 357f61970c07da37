"""Whether support is owed to this sender now, and why: one answer for every way in.

The checks are made in the order in which people would ask them; each leaves a step, and the first
that fails decides.

Clause: V-1.2, V-2-order, V-3.1, V-3.5, S-2.1, S-3, S-12, R-6.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Wanted(StrEnum):
    """What is asked for: worked in its turn, somebody who acts at this hour, or a time booked."""

    TICKET = "TICKET"
    HELP_NOW = "HELP_NOW"
    APPOINTMENT = "APPOINTMENT"


class StandingState(StrEnum):
    """How an account stands. Each suspension includes the one before it."""

    GOOD = "GOOD"
    SUPPORT_SUSPENDED = "SUPPORT_SUSPENDED"
    DASHBOARD_SUSPENDED = "DASHBOARD_SUSPENDED"


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
class StandingFacts:
    """The account's standing. ``since``, a day, and ``why`` are of its suspension.

    ``service_related`` is the request's category's; None: not classified yet, as with a mail.
    """

    state: StandingState
    clause: str
    why: str = ""
    since: date | None = None
    service_related: bool | None = None


@dataclass(frozen=True, slots=True)
class HourFacts:
    """The instant, measured against the hours outside which not everything is served.

    ``opens_at`` is when they begin again, in the policy's zone; None: never. ``severity`` is that
    of the request, and ``is_served`` whether it is served off hours. ``is_booked``: a confirmed
    appointment holds the instant. ``is_bookable``: help off hours can be booked ahead.
    ``is_disconnection``: somebody else cut the customer off, which the policy does not take for an
    outage.
    """

    clause: str
    is_open: bool
    severity: str
    is_served: bool
    opens_at: datetime | None = None
    is_booked: bool = False
    is_bookable: bool = True
    is_disconnection: bool = False
    disconnection_clause: str = ""


@dataclass(frozen=True, slots=True)
class Clauses:
    """Where the policy says so: data, since each policy numbers its clauses its own way."""

    order: str
    term: str
    users: str


@dataclass(frozen=True, slots=True)
class Step:
    """One check: the clause it rests on, whether it holds, and the facts in words."""

    clause: str
    holds: bool
    says: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Yes or no, the clause it rests on, the facts in words, and the checks that were made."""

    entitled: bool
    clause: str
    why: str
    steps: tuple[Step, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON, to be stored with the request.

        Clause: V-1.2.
        """
        return {
            "entitled": self.entitled,
            "clause": self.clause,
            "why": self.why,
            "steps": [asdict(step) for step in self.steps],
        }


def entitlement(
    *,
    order: OrderFacts,
    on: date,
    clauses: Clauses,
    standing: StandingFacts | None = None,
    hour: HourFacts | None = None,
    wants: Wanted = Wanted.TICKET,
) -> Answer:
    """Answer whether the sender may have what they want under the order on that day, at that hour.

    ``on`` is the day of the request in the policy's time zone. ``standing`` None: the policy
    suspends nobody; ``hour`` None: it makes no difference between hours.

    Clause: V-1.2 (an executed order), V-3.1 (in term), V-3.5 (authorised users only), V-2-order
    (services as agreed), S-12, R-6 (standing), S-3, S-2.1 (the hour).
    """
    checks = _checks(order=order, on=on, clauses=clauses, standing=standing, hour=hour, wants=wants)
    steps = _until_one_fails(checks)
    if not steps[-1].holds:
        return Answer(False, steps[-1].clause, steps[-1].says, steps)
    clause = clauses.users
    why = (
        f"The sender is an authorised user of order {order.number}, which is executed and in term."
    )
    if wants == Wanted.HELP_NOW and hour is not None and not hour.is_open:
        clause, why = steps[-1].clause, f"{why} {steps[-1].says}"
    return Answer(True, clause, why, steps)


def order_holds(*, order: OrderFacts, on: date, clauses: Clauses) -> Answer:
    """Answer whether anything is owed under the order on that day, whoever asks.

    Clause: V-1.2 (an executed order), V-3.1 (in term).
    """
    steps = _until_one_fails(_of_order(order, on, clauses))
    return Answer(steps[-1].holds, steps[-1].clause, steps[-1].says, steps)


def standing_allows(state: StandingState, *, service_related: bool) -> bool:
    """Tell whether a ticket of that kind is taken from an account that stands so.

    Clause: S-12, R-6.
    """
    return _of_standing(StandingFacts(state, "", service_related=service_related)).holds


def _until_one_fails(checks: Iterator[Step]) -> tuple[Step, ...]:
    steps: list[Step] = []
    for step in checks:
        steps.append(step)
        if not step.holds:
            break
    return tuple(steps)


def _checks(
    *,
    order: OrderFacts,
    on: date,
    clauses: Clauses,
    standing: StandingFacts | None,
    hour: HourFacts | None,
    wants: Wanted,
) -> Iterator[Step]:
    yield from _of_order(order, on, clauses)
    yield from _of_sender(order, clauses)
    if order.service:
        covers = "covers" if order.covers_service else "does not cover"
        says = f"Order {order.number} {covers} “{order.service}”."
        yield Step(clauses.order, order.covers_service, says)
    if standing is not None:
        yield _of_standing(standing)
    if hour is not None and wants != Wanted.APPOINTMENT:
        yield _of_help_now(hour) if wants == Wanted.HELP_NOW else _of_ticket(hour)


def _of_order(order: OrderFacts, on: date, clauses: Clauses) -> Iterator[Step]:
    executed = "is" if order.is_executed else "is not"
    yield Step(clauses.order, order.is_executed, f"Order {order.number} {executed} executed.")
    term = f"The term of order {order.number}"
    if on < order.starts_on:
        yield Step(clauses.term, False, f"{term} begins on {order.starts_on}.")
    elif order.ends_on is not None and on > order.ends_on:
        yield Step(clauses.term, False, f"{term} ended on {order.ends_on}.")
    else:
        until = f"ends on {order.ends_on}" if order.ends_on else "has no last day"
        says = f"{term} began on {order.starts_on} and {until}: {on} is in it."
        yield Step(clauses.term, True, says)


def _of_sender(order: OrderFacts, clauses: Clauses) -> Iterator[Step]:
    authorised = "is" if order.sender_is_authorised else "is not"
    yield Step(
        clauses.users,
        order.sender_is_authorised,
        f"The sender {authorised} an authorised user of order {order.number}.",
    )
    may = "may" if order.sender_may_open else "may not"
    yield Step(
        clauses.users,
        order.sender_may_open,
        f"The sender {may} open tickets under order {order.number}.",
    )


def _of_standing(standing: StandingFacts) -> Step:
    if standing.state == StandingState.GOOD:
        return Step(standing.clause, True, "The account is in good standing.")
    since = f" since {standing.since}" if standing.since else ""
    suspended = f"Support is suspended{since}: {_sentence(standing.why)}"
    if standing.service_related is None:
        says = f"{suspended} It is taken, since it may be about the service itself."
    elif standing.service_related:
        says = f"{suspended} What is about the service itself goes on."
    else:
        says = f"{suspended} What is not about the service itself waits until that is settled."
    return Step(standing.clause, standing.service_related is not False, says)


def _of_ticket(hour: HourFacts) -> Step:
    """A written request is taken at any hour; the step says when it is worked."""
    if hour.is_open:
        return _inside(hour)
    if hour.is_disconnection:
        says = f"It is taken at any hour. {_no_outage(hour)} {_begins(hour)}"
        return Step(hour.disconnection_clause, True, says)
    if hour.is_served:
        says = f"It is taken at any hour, and {hour.severity} is served off hours too."
        return Step(hour.clause, True, says)
    return Step(hour.clause, True, f"It is taken at any hour. {_begins(hour)}")


def _of_help_now(hour: HourFacts) -> Step:
    if hour.is_open:
        return _inside(hour)
    if hour.is_booked:
        return Step(hour.clause, True, "An appointment is confirmed for this time.")
    if hour.is_disconnection:
        says = f"{_no_outage(hour)} {_begins(hour)}"
        return Step(hour.disconnection_clause, False, says)
    if hour.is_served:
        return Step(hour.clause, True, f"{hour.severity} is served off hours.")
    if not hour.is_bookable:
        says = f"No help is promised outside of standard hours. {_begins(hour)}"
        return Step(hour.clause, False, says)
    says = f"{hour.severity} is not served off hours unless it is booked ahead. {_begins(hour)}"
    return Step(hour.clause, False, says)


def _no_outage(hour: HourFacts) -> str:
    unless = " unless it is booked ahead" if hour.is_bookable else ""
    return (
        f"A customer cut off by another provider is no outage, and is not served off hours{unless}."
    )


def _inside(hour: HourFacts) -> Step:
    return Step(hour.clause, True, "It is inside standard hours.")


def _begins(hour: HourFacts) -> str:
    if hour.opens_at is None:
        return "Standard hours do not begin again."
    return f"Standard hours begin again at {_told(hour.opens_at)}."


def _told(at: datetime) -> str:
    """An instant in its own zone, such as “Monday 2 March 2026, 08:00 EST”."""
    return f"{at:%A} {at.day} {at:%B} {at.year}, {at:%H:%M %Z}"


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
