"""What a request would be promised, before it is registered.

The answer comes from the same function that sets the deadlines of tickets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.contracts import queries as contracts
from apps.contracts.models import Target
from apps.contracts.rules.terms import TargetTerm
from apps.tickets.rules.deadlines import Deadline, deadlines
from apps.tickets.rules.history import Happening, Kind
from apps.tickets.rules.promise import DeadlineKind


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What one kind of promise would be: its name, and the deadline; None: no instant is promised.

    ``target`` None: nothing is promised at all; with one it is a best effort.
    """

    kind: str
    name: str
    deadline: Deadline | None
    target: TargetTerm | None


def foreseen(
    *,
    version_id: int,
    plan_id: int,
    severity: str,
    channel: str,
    at: datetime,
    agreed: Sequence[Mapping[str, Any]] = (),
) -> list[Foreseen]:
    """Return what a request of that severity, by that channel, would be promised at an instant.

    ``severity`` is the policy's key; ``agreed`` what the order sets itself, as ``agreed_in`` says.

    Clause: V-2-response, V-2-resolution, V-2-order, S-5-targets.

    :raises BeyondHorizon, NoServiceTime: the calendar never gets there.
    """
    inside = contracts.standard_hours(version_id).is_open(at)
    facts = {
        "severity": severity,
        "channel": channel,
        "arrival": "INSIDE" if inside else "OUTSIDE",
    }
    terms = contracts.terms(version_id=version_id, plan_id=plan_id, agreed=agreed)
    hours = contracts.hours_of_version(version_id)
    history = [Happening(Kind.REGISTERED, at, facts)]
    owed = {row.kind: row for row in deadlines(history, terms=terms, hours=hours)}
    return [
        Foreseen(kind, str(name), owed.get(DeadlineKind(kind)), terms.target(kind=kind, **facts))
        for kind, name in Target.Kind.choices
    ]
