"""Whether an escalation is admissible: what it lacks, and whether its ground is true of the ticket.

Clause: V-9.1, V-9.2, S-7, S-2.1.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from apps.tickets.rules.explain import Step, instant

# Which promise of a ticket shows a ground, by the policy's word for it.
SHOWN_BY = {"response_missed": "RESPONSE", "resolution_missed": "RESOLUTION"}
_NAMES = {"RESPONSE": "response", "RESOLUTION": "resolution"}


class Finding(StrEnum):
    """What the ticket itself says of the ground. JUDGED: it is a matter of judgement."""

    TRUE = "TRUE"
    UNTRUE = "UNTRUE"
    JUDGED = "JUDGED"


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground of the policy. ``shown_by`` is the fact that proves it; empty: it is a judgement."""

    key: str
    label: str
    clause: str
    shown_by: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """A deadline of the ticket as it stands. ``ended_at``: when the promised act came.

    ``due_at`` None: its clock stands still.
    """

    kind: str
    clause: str
    is_missed: bool
    due_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Path:
    """What the policy says of escalations.

    ``needs``: what a request must name. ``refuses_untrue``: a ground that the ticket shows to be
    untrue is refused, instead of going on with that on record. ``disconnection_clause``: where it
    says that a cut at a third party is no outage; empty: it does not.
    """

    clause: str
    needs: Sequence[str]
    grounds: Sequence[Ground]
    refuses_untrue: bool = False
    disconnection_clause: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks. ``ticket`` is its number, empty: none is named."""

    ticket: str
    ground: Ground | None
    at: datetime
    is_disconnection: bool = False


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether it goes to the person in charge, what the ticket shows, and why, step by step."""

    is_admitted: bool
    finding: Finding
    clause: str
    why: str
    steps: tuple[Step, ...]


def admission(asked: Asked, *, path: Path, promises: Sequence[Promise]) -> Admission:
    """Return whether an escalation is admissible.

    It must name a ticket and what else the policy wants. A cut at a third party during a new
    install is no outage, and is not escalated. Whether its ground is true is looked up where the
    ticket can tell, and is on record either way.

    Clause: V-9.1, V-9.2, S-7, S-2.1.
    """
    missing = list(_missing(asked, path))
    if missing:
        return _refused(path.clause, " ".join(missing))
    named = _named(asked, path)
    if asked.is_disconnection and path.disconnection_clause:
        why = "A cut at a third party during a new install is no outage, and is not escalated."
        return _refused(path.disconnection_clause, why, named)
    finding, shown = _looked_up(asked, promises)
    steps = (*named, *shown)
    ground = asked.ground
    if finding == Finding.UNTRUE and path.refuses_untrue and ground is not None:
        why = "The ticket shows that this ground is not true of it."
        return _refused(ground.clause, why, steps, finding)
    return Admission(True, finding, path.clause, _WHY[finding], steps)


_WHY = {
    Finding.TRUE: "The ticket shows that the ground is true of it.",
    Finding.UNTRUE: "The ticket shows that the ground is not true of it; it goes on all the same.",
    Finding.JUDGED: "The person in charge judges it.",
}


def _missing(asked: Asked, path: Path) -> Iterator[str]:
    # Without a ticket there is nothing to escalate, whatever the policy asks for.
    if not asked.ticket:
        yield "It names no ticket of the order by its number."
    if "ground" in path.needs and asked.ground is None:
        known = "; ".join(ground.label for ground in path.grounds)
        yield f"It does not name one ground. The grounds are: {known}."


def _named(asked: Asked, path: Path) -> tuple[Step, ...]:
    text = "It names the ticket {ticket}"
    figures: dict[str, str | int] = {"ticket": asked.ticket}
    if asked.ground is None:
        return (Step(path.clause, f"{text}; no ground has to be named.", figures),)
    figures["ground"] = asked.ground.label
    return (Step(path.clause, f"{text} and the ground “{{ground}}”.", figures),)


def _refused(
    clause: str, why: str, steps: tuple[Step, ...] = (), finding: Finding = Finding.JUDGED
) -> Admission:
    return Admission(False, finding, clause, why, (*steps, Step(clause, why)))


def _looked_up(asked: Asked, promises: Sequence[Promise]) -> tuple[Finding, tuple[Step, ...]]:
    ground = asked.ground
    if ground is None or not ground.shown_by:
        step = Step(ground.clause, "No figure of the ticket shows this ground.") if ground else None
        return Finding.JUDGED, (step,) if step else ()
    kind = SHOWN_BY[ground.shown_by]
    of_kind = [promise for promise in promises if promise.kind == kind]
    if not of_kind:
        text = f"No deadline of the ticket's {_NAMES[kind]} is promised, so none was missed."
        return Finding.UNTRUE, (Step(ground.clause, text),)
    late = [promise for promise in of_kind if _is_late(promise, asked.at)]
    shown = late or of_kind[-1:]
    steps = tuple(_told(promise, asked.at) for promise in shown)
    return (Finding.TRUE if late else Finding.UNTRUE), steps


def _is_late(promise: Promise, at: datetime) -> bool:
    """Tell whether it was missed by then; the due instant itself is still in time (R-17)."""
    if promise.is_missed:
        return True
    return promise.ended_at is None and promise.due_at is not None and promise.due_at < at


def _told(promise: Promise, at: datetime) -> Step:
    name = _NAMES[promise.kind]
    figures: dict[str, str | int] = {}
    if promise.due_at is not None:
        figures["due_at"] = instant(promise.due_at)
    if promise.ended_at is not None:
        figures["ended_at"] = instant(promise.ended_at)
    return Step(promise.clause, _sentence(promise, at, name), figures)


def _sentence(promise: Promise, at: datetime, name: str) -> str:
    if _is_late(promise, at):
        came = "came at {ended_at}" if promise.ended_at else "has not come yet"
        return f"The {name} was due {{due_at}} and {came}: missed."
    if promise.ended_at is not None:
        due = ", due {due_at}," if promise.due_at else ""
        return f"The {name}{due} came at {{ended_at}}: kept."
    if promise.due_at is None:
        return f"The clock of the {name} stands still: it is not missed."
    return f"The {name} is due {{due_at}}: it is not missed yet."
