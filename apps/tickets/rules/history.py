"""A ticket is the log of what happened to it; this module reads that log.

Clause: V-2-response, V-2-resolution, S-8.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What can happen to a ticket."""

    REGISTERED = "REGISTERED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    ASSIGNED = "ASSIGNED"
    NOTED = "NOTED"
    CLASSIFIED = "CLASSIFIED"
    RESPONDED = "RESPONDED"
    ASKED_CLIENT = "ASKED_CLIENT"
    CLIENT_REPLIED = "CLIENT_REPLIED"
    SEVERITY_CHANGED = "SEVERITY_CHANGED"
    DISPUTED = "DISPUTED"
    DISPUTE_DECIDED = "DISPUTE_DECIDED"
    PROPOSAL_DECLINED = "PROPOSAL_DECLINED"
    HANDED_OUT = "HANDED_OUT"
    HANDED_BACK = "HANDED_BACK"
    WORKAROUND_GIVEN = "WORKAROUND_GIVEN"
    SOLVED = "SOLVED"
    CONFIRMED = "CONFIRMED"
    REFUSED = "REFUSED"
    JUDGED = "JUDGED"
    STEPPED_DOWN = "STEPPED_DOWN"
    RFO_ISSUED = "RFO_ISSUED"
    SUSPENDED = "SUSPENDED"
    RESUMED = "RESUMED"
    LINKED = "LINKED"
    MERGED = "MERGED"
    JOINED = "JOINED"
    SPLIT = "SPLIT"
    BOUNCED = "BOUNCED"
    CLOSED = "CLOSED"
    REOPENED = "REOPENED"
    DEADLINE_WARNED = "DEADLINE_WARNED"
    DEADLINE_MISSED = "DEADLINE_MISSED"


class Status(StrEnum):
    """Whose turn it is."""

    OPEN = "OPEN"
    WAITING = "WAITING"
    SOLVED = "SOLVED"
    ANSWERED = "ANSWERED"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened, at the instant of the fact."""

    kind: Kind
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pause:
    """A time that does not count. ``ends_at`` None: it still lasts."""

    cause: str
    starts_at: datetime
    ends_at: datetime | None = None


_NEXT_STATUS = {
    Kind.REGISTERED: Status.OPEN,
    Kind.ASKED_CLIENT: Status.WAITING,
    Kind.CLIENT_REPLIED: Status.OPEN,
    Kind.CLOSED: Status.CLOSED,
    Kind.REOPENED: Status.OPEN,
}
_PAUSED_BY = {Status.WAITING: "waiting_on_client", Status.CLOSED: "closed"}


def status_of(history: Sequence[Happening]) -> Status:
    """Return whose turn it is after all that happened.

    Clause: V-2-resolution (a ticket on the client's side), V-8.3 (closed).
    """
    status = Status.OPEN
    for happening in history:
        status = _NEXT_STATUS.get(happening.kind, status)
    return status


def pauses_of(history: Sequence[Happening]) -> tuple[Pause, ...]:
    """Return the times on the client's side or after a solution, in order, without overlap.

    Empty ones (paused and taken up in the same instant) are left out. Going straight from waiting
    to closed ends the one and begins the other.

    Clause: V-2-resolution, R-15.
    """
    pauses: list[Pause] = []
    status = Status.OPEN
    since: datetime | None = None
    for happening in history:
        following = _NEXT_STATUS.get(happening.kind, status)
        if following == status:
            continue
        if since is not None and since < happening.at:
            pauses.append(Pause(_PAUSED_BY[status], since, happening.at))
        status, since = following, happening.at if following in _PAUSED_BY else None
    if since is not None:
        pauses.append(Pause(_PAUSED_BY[status], since))
    return tuple(pauses)


def severity_after(history: Sequence[Happening]) -> str:
    """Return the key of the severity that a ticket has after all that happened.

    Clause: V-7.3.
    """
    severity: str = history[0].facts["severity"]
    for happening in history:
        if happening.kind == Kind.SEVERITY_CHANGED:
            severity = happening.facts["to"]
    return severity
