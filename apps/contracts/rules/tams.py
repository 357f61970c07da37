"""Who is an order's TAM on a day, and from which day on a hand-over may count.

Days are days in the order's time zone.

Clause: V-4, V-6.1, V-6.2, V-6.6.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar


class Assigned(Protocol):
    """An assignment, as the rule sees it."""

    @property
    def starts_on(self) -> date: ...
    @property
    def needs_notice(self) -> bool: ...
    @property
    def noticed_at(self) -> datetime | None: ...
    @property
    def withdrawn_at(self) -> datetime | None: ...


A = TypeVar("A", bound=Assigned)


def holder(assignments: Iterable[A], *, on: date) -> A | None:
    """Return the assignment that holds on a day: the latest of those that have begun.

    A hand-over begins only when its notice has gone out. None: nobody was ever assigned by then.

    Clause: V-6.1, V-6.2, V-6.6.
    """
    begun = (each for each in assignments if counts(each) and each.starts_on <= on)
    return max(begun, key=lambda each: each.starts_on, default=None)


def counts(assignment: Assigned) -> bool:
    """Say whether an assignment begins on its day by itself: it stands, and its notice is out.

    Clause: V-6.6.
    """
    return assignment.withdrawn_at is None and not waits(assignment)


def waits(assignment: Assigned) -> bool:
    """Say whether an assignment stands and waits for its notice to go out.

    Clause: V-6.6.
    """
    is_out = not assignment.needs_notice or assignment.noticed_at is not None
    return assignment.withdrawn_at is None and not is_out


def earliest_handover_on(*, noticed_on: date, notice_days: int) -> date:
    """Return the first day on which a hand-over may count, ``notice_days`` calendar days later.

    Clause: V-6.6.
    """
    return noticed_on + timedelta(days=notice_days)


def settled_start(*, starts_on: date, noticed_on: date, notice_days: int) -> date:
    """Return when a hand-over begins whose notice went out on a day: as planned, or later.

    A notice that went out late puts the start off; one that went out early never brings it forward.

    Clause: V-6.6.
    """
    return max(starts_on, earliest_handover_on(noticed_on=noticed_on, notice_days=notice_days))


class Reached(StrEnum):
    """When a TAM is reached: around the clock, or in which hours."""

    ALWAYS = "ALWAYS"
    OWN_HOURS = "OWN_HOURS"
    STANDARD_HOURS = "STANDARD_HOURS"


def reached(*, setting: str, has_own_hours: bool) -> Reached:
    """Return when the TAM of an order is reached: as the order states, else as its plan does.

    ``setting`` is the plan's: "always" or "order_calendar"; "" where the policy says nothing. A
    plan that leaves the hours to an order which states none means the policy's standard hours.

    Clause: V-2-order, V-4.
    """
    if has_own_hours:
        return Reached.OWN_HOURS
    return Reached.ALWAYS if setting == "always" else Reached.STANDARD_HOURS
