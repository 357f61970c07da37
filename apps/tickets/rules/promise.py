"""A promise on a ticket, as a value: what the rules return and the rows in the database cache.

Clause: V-2-response, V-2-resolution, V-3.4.2, V-3.4.4, S-5-step-down, S-6, R-17.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from apps.tickets.rules.explain import Step


class DeadlineKind(StrEnum):
    """What has to come by then."""

    RESPONSE = "RESPONSE"
    RESOLUTION = "RESOLUTION"
    RFO = "RFO"
    CLIENT_REPLY = "CLIENT_REPLY"
    CONFIRMATION = "CONFIRMATION"
    STEP_DOWN = "STEP_DOWN"
    AUTO_CLOSE = "AUTO_CLOSE"


# What the provider promises; the others are the client's to keep, or done by the sweep.
PROVIDERS = (DeadlineKind.RESPONSE, DeadlineKind.RESOLUTION, DeadlineKind.RFO)


class State(StrEnum):
    """What became of a deadline."""

    OPEN = "OPEN"
    MET = "MET"
    MISSED = "MISSED"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A promise on a ticket.

    ``serial`` counts those of a kind: the second question to the client has the second one.
    ``due_at`` None: the clock stands still. ``warn_at``: when the policy's share of the target is
    used; None: nobody is warned. ``settled_at``: when it was kept, or, missed, when it fell due.
    ``ended_at``: when the promised act came, in time or late. ``target`` and ``used`` are service
    time.
    """

    kind: DeadlineKind
    state: State
    target: timedelta
    calendar_id: int
    clause: str
    started_at: datetime
    due_at: datetime | None
    warn_at: datetime | None
    settled_at: datetime | None
    ended_at: datetime | None
    used: timedelta
    steps: tuple[Step, ...]
    serial: int = 1
