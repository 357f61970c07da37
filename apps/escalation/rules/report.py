"""What a Reason for Outage must say before somebody else looks at it.

Clause: S-6.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Said:
    """What a report says, as far as it can be missing. Counts are of rows."""

    is_final: bool
    started_at: datetime | None
    detected_at: datetime | None
    restored_at: datetime | None
    summary: str
    root_cause: str
    services: int
    moments: int
    actions: int


def missing(said: Said) -> list[str]:
    """Return what a report lacks, in words; none: it is complete.

    A preliminary one says what is known: when it began, what is touched, and what happened. A final
    one says all of it.

    Clause: S-6.
    """
    needed = [*_always(said), *(_finally(said) if said.is_final else ())]
    return [words for there, words in needed if not there]


def _always(said: Said) -> Iterator[tuple[object, str]]:
    yield said.started_at, "when it started"
    yield said.services, "which services were affected"
    yield said.summary.strip(), "the summary"


def _finally(said: Said) -> Iterator[tuple[object, str]]:
    yield said.detected_at, "when it was detected"
    yield said.restored_at, "when service was restored"
    yield said.moments, "the timeline"
    yield said.root_cause.strip(), "the root cause"
    yield said.actions, "a corrective or preventive action"


def listed(words: Sequence[str]) -> str:
    """Return words as one says them: “this, that and the other”.

    Clause: none (form).
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""
