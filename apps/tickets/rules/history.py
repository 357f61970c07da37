"""A ticket is the log of what happened to it; this module reads that log.

Clause: V-2-response, V-2-resolution, V-3.4.4, S-5-step-down, S-8, R-13, R-15.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    ESCALATED = "ESCALATED"
    ESCALATION_CLIMBED = "ESCALATION_CLIMBED"
    ESCALATION_TAKEN = "ESCALATION_TAKEN"
    ESCALATION_ANSWERED = "ESCALATION_ANSWERED"
    ESCALATION_CLOSED = "ESCALATION_CLOSED"
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


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which it was one side's turn. ``ends_at`` None: it still is."""

    status: Status
    starts_at: datetime
    ends_at: datetime | None = None


WAITING_ON_CLIENT, AFTER_SOLUTION, SUSPENSION = "waiting_on_client", "closed", "suspension"
_PAUSED_BY = {
    Status.WAITING: WAITING_ON_CLIENT,
    Status.SOLVED: AFTER_SOLUTION,
    Status.ANSWERED: AFTER_SOLUTION,
    Status.CLOSED: AFTER_SOLUTION,
}
_NEXT_STATUS = {
    Kind.REGISTERED: Status.OPEN,
    Kind.ASKED_CLIENT: Status.WAITING,
    Kind.SOLVED: Status.SOLVED,
    Kind.CLOSED: Status.CLOSED,
    Kind.MERGED: Status.CLOSED,
    Kind.REOPENED: Status.OPEN,
}
# What a client says: of an open question the answer, of a solution something for us to judge.
_HEARD = {Kind.CLIENT_REPLIED, Kind.REFUSED, Kind.JOINED}
_AFTER_HEARING = {Status.WAITING: Status.OPEN, Status.SOLVED: Status.ANSWERED}


def takes_back(happening: Happening) -> bool:
    """Tell whether this takes a solution back: reopened, or its refusal judged justified.

    Clause: V-3.4.4, R-15.
    """
    judged = happening.kind == Kind.JUDGED and happening.facts.get("justified")
    return happening.kind == Kind.REOPENED or bool(judged)


def status_of(history: Sequence[Happening]) -> Status:
    """Return whose turn it is after all that happened.

    Clause: V-2-resolution (a ticket on the client's side), V-8.3 (closed), R-13 (suspended).
    """
    status = stretches_of(history)[-1].status
    suspended = [
        happening.kind
        for happening in history
        if happening.kind in (Kind.SUSPENDED, Kind.RESUMED, Kind.CLOSED, Kind.MERGED)
    ][-1:] == [Kind.SUSPENDED]
    return Status.SUSPENDED if suspended and status != Status.CLOSED else status


def stretches_of(history: Sequence[Happening]) -> list[Stretch]:
    """Return whose turn it was, one after the other, suspensions apart.

    A refusal that is judged justified makes it our turn from the refusal on. A duplicate that is
    merged in makes it our turn from when the duplicate was registered. A turn that ends in the
    instant in which it began is none.

    Clause: V-2-resolution, V-3.4.4, R-15.
    """
    stretches: list[Stretch] = []
    status, since = Status.OPEN, history[0].at
    for happening in history:
        following = _following(status, since, happening)
        if following == status:
            continue
        judged = happening.kind == Kind.JUDGED
        until = since if judged else max(since, _heard_at(happening))
        if since < until:
            stretches.append(Stretch(status, since, until))
        status, since = following, until
    return [*stretches, Stretch(status, since)]


def _following(status: Status, since: datetime, happening: Happening) -> Status:
    if happening.kind in _HEARD:
        after_solution = status == Status.SOLVED and happening.kind == Kind.JOINED
        if after_solution and _heard_at(happening) <= since:
            return status  # the duplicate was there before the solution, which answers both
        return _AFTER_HEARING.get(status, status)
    if happening.kind == Kind.JUDGED:
        return Status.OPEN if takes_back(happening) else status
    return _NEXT_STATUS.get(happening.kind, status)


def _heard_at(happening: Happening) -> datetime:
    if happening.kind == Kind.JOINED:
        return datetime.fromisoformat(happening.facts["registered_at"])
    return happening.at


def pauses_of(history: Sequence[Happening]) -> tuple[Pause, ...]:
    """Return the times that are not the provider's, in order, without overlap.

    They are those on the client's side, those after a solution, and those of a suspension. Empty
    ones (paused and taken up in the same instant) are left out. Going straight from waiting to
    closed ends the one and begins the other.

    Clause: V-2-resolution, R-13, R-15.
    """
    return trimmed(causes_of(history))


def causes_of(history: Sequence[Happening]) -> list[Pause]:
    """Return the same times, each whole with its cause: a suspension may lie over the others.

    Clause: V-2-resolution, R-13, R-15.
    """
    pauses: list[Pause] = []
    for stretch in stretches_of(history):
        cause = _PAUSED_BY.get(stretch.status)
        before = pauses[-1] if pauses else None
        if before and before.cause == cause and before.ends_at == stretch.starts_at:
            pauses[-1] = Pause(cause, before.starts_at, stretch.ends_at)
        elif cause:
            pauses.append(Pause(cause, stretch.starts_at, stretch.ends_at))
    return [*pauses, *_suspensions(history)]


def _suspensions(history: Sequence[Happening]) -> Iterator[Pause]:
    since: datetime | None = None
    for happening in history:
        if happening.kind == Kind.SUSPENDED:
            since = since or happening.at
        elif happening.kind in (Kind.RESUMED, Kind.CLOSED, Kind.MERGED) and since:
            if since < happening.at:
                yield Pause(SUSPENSION, since, happening.at)
            since = None
    if since:
        yield Pause(SUSPENSION, since)


def trimmed(pauses: Iterable[Pause]) -> tuple[Pause, ...]:
    """Return pauses in order, each beginning no sooner than the one before it ended.

    Clause: V-2-resolution, R-13.
    """
    kept: list[Pause] = []
    for pause in sorted(pauses, key=lambda each: each.starts_at):
        until = kept[-1].ends_at if kept else pause.starts_at
        if until is None:
            break
        starts_at = max(pause.starts_at, until)
        if pause.ends_at is None or starts_at < pause.ends_at:
            kept.append(Pause(pause.cause, starts_at, pause.ends_at))
    return tuple(kept)


def severity_after(history: Sequence[Happening]) -> str:
    """Return the key of the severity that a ticket has after all that happened.

    Clause: V-7.3, S-5-step-down.
    """
    *_, severity = severities_of(history)
    return severity


def severities_of(history: Sequence[Happening]) -> Iterator[str]:
    """Yield the key of the severity that a ticket has after each thing that happened.

    What a solution stepped down comes back when the solution is taken back, unless a person
    changed the severity meanwhile.

    Clause: V-7.3, S-5-step-down.
    """
    severity: str = history[0].facts["severity"]
    at_solution = ""
    for happening in history:
        if happening.kind == Kind.SEVERITY_CHANGED:
            severity, at_solution = happening.facts["to"], ""
        elif happening.kind == Kind.STEPPED_DOWN:
            severity, at_solution = happening.facts["to"], at_solution or severity
        elif takes_back(happening):
            severity, at_solution = at_solution or severity, ""
        yield severity
