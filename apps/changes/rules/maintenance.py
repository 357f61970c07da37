"""How maintenance goes on, what is enough notice of it, and how carriers spell its state.

The spelling is that of the network operators' maintenance notification convention (BCOP), which
their customers' programs read: a status and an impact of its own beside the calendar's.

Clause: S-11.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo


class State(StrEnum):
    """How far the work is. What is planned may be told already, as possible."""

    PLANNED = "PLANNED"
    CONFIRMED = "CONFIRMED"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    CANCELLED = "CANCELLED"


class Act(StrEnum):
    """What people do with it once it is planned, but for amending it."""

    ANNOUNCE = "ANNOUNCE"
    CONFIRM = "CONFIRM"
    START = "START"
    FINISH = "FINISH"
    CANCEL = "CANCEL"


OPEN = (State.PLANNED, State.CONFIRMED, State.IN_PROGRESS)
# From where an act leads where.
LEADS: Mapping[Act, Mapping[State, State]] = {
    Act.ANNOUNCE: {State.PLANNED: State.PLANNED},
    Act.CONFIRM: {State.PLANNED: State.CONFIRMED},
    Act.START: {State.CONFIRMED: State.IN_PROGRESS},
    Act.FINISH: {State.IN_PROGRESS: State.DONE},
    Act.CANCEL: dict.fromkeys(OPEN, State.CANCELLED),
}
STATUSES: Mapping[State, str] = {
    State.PLANNED: "TENTATIVE",
    State.CONFIRMED: "CONFIRMED",
    State.IN_PROGRESS: "IN-PROCESS",
    State.DONE: "COMPLETED",
    State.CANCELLED: "CANCELLED",
}


def leads_to(act: Act, state: State) -> State | None:
    """Return the state after an act; None: it cannot be done from there.

    Clause: S-11.
    """
    return LEADS[act].get(state)


def days_of_notice(*, told_at: datetime, starts_at: datetime, zone: str) -> int:
    """Return how many calendar days lie between telling and the window, on the zone's dates.

    A window that has begun has none.

    Clause: S-11.
    """
    where = ZoneInfo(zone)
    days = (starts_at.astimezone(where).date() - told_at.astimezone(where).date()).days
    return max(days, 0)


def is_inside(at: datetime, *, starts_at: datetime, ends_at: datetime) -> bool:
    """Tell whether an instant is inside of a window: its end is not.

    Clause: S-11.
    """
    return starts_at <= at < ends_at


def maintenance_status(state: State) -> str:
    """Return the state as X-MAINTNOTE-STATUS spells it.

    Clause: S-11.
    """
    return STATUSES[state]


def calendar_status(state: State) -> str:
    """Return the state as a calendar's STATUS (RFC 5545), which knows only three.

    Clause: S-11.
    """
    status = STATUSES[state]
    return status if status in ("TENTATIVE", "CANCELLED") else "CONFIRMED"


def calendar_method(state: State) -> str:
    """Return the METHOD of a mail's calendar (RFC 5546): what is cancelled is taken out.

    Clause: S-11.
    """
    return "CANCEL" if state is State.CANCELLED else "PUBLISH"


def maintenance_impact(impact: str) -> str:
    """Return an impact as X-MAINTNOTE-IMPACT spells it.

    Clause: S-11.
    """
    return impact.replace("_", "-")
