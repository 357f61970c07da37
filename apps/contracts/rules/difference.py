"""What differs between two policies, clause by clause.

Clause: V-2-order, V-4, S-5-targets.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Place = tuple[str, ...]


class Kind(StrEnum):
    """What became of a term."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One term of a policy: where it stands, the clause it rests on, and what it says.

    ``place`` names the term whatever its position in the file, such as
    ``("targets", "response", "gold", "II", "", "")``. A fact that is None is not stated.
    """

    place: Place
    clause: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a term that differs; None: it is not stated there."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """A term that is new, gone or says something else. Of a change, ``facts`` holds what differs;
    of a new or gone term, all that it says."""

    place: Place
    kind: Kind
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class ClauseDifference:
    """What differs under one clause, and the places of what is the same."""

    clause: str
    changes: tuple[Change, ...]
    same: tuple[Place, ...]


def difference(before: Sequence[Entry], after: Sequence[Entry]) -> list[ClauseDifference]:
    """Return what differs, clauses in the order of the second policy, then those of the first.

    A term that moved to another clause is told of under the clause that it rests on now. Each
    place occurs once in a policy.

    Clause: V-2-order, V-4, S-5-targets.
    """
    was = {entry.place: entry for entry in before}
    now = {entry.place: entry for entry in after}
    clauses: dict[str, list[Change | Place]] = {}
    for entry in [*after, *(entry for entry in before if entry.place not in now)]:
        facts = _facts(was.get(entry.place), now.get(entry.place))
        kind = _kind(entry.place, was, now)
        found = Change(entry.place, kind, facts) if facts or kind != Kind.CHANGED else entry.place
        clauses.setdefault(entry.clause, []).append(found)
    return [
        ClauseDifference(
            clause,
            tuple(each for each in found if isinstance(each, Change)),
            tuple(each for each in found if not isinstance(each, Change)),
        )
        for clause, found in clauses.items()
    ]


def _kind(place: Place, was: Mapping[Place, Entry], now: Mapping[Place, Entry]) -> Kind:
    if place not in was:
        return Kind.ADDED
    return Kind.CHANGED if place in now else Kind.REMOVED


def _facts(was: Entry | None, now: Entry | None) -> tuple[Fact, ...]:
    old = was.facts if was else {}
    new = now.facts if now else {}
    names: Iterable[str] = dict.fromkeys([*new, *old])
    pairs = [Fact(name, old.get(name), new.get(name)) for name in names]
    return tuple(fact for fact in pairs if fact.before != fact.after)
