"""The difference of two policies in words: terms by their names, old and new figures beside."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Any

from apps.contracts.admin import words
from apps.contracts.admin.settings_in_words import NAMED_BY
from apps.contracts.models import Reason
from apps.contracts.policy_file import PolicyFile
from apps.contracts.policy_file.entries import entries_of
from apps.contracts.rules.difference import Change, Fact, Place, difference

LENGTHS = {"hours", "minutes"}
LISTS = {"calendars": "Hours", "severities": "Severity", "plans": "Plan", "fees": "Fee"}
REASONS = {kind.lower(): name for kind, name in Reason.Kind.choices}
NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True)
class Row:
    """One fact on both sides, a line each; ``True`` marks a line that the other side lacks."""

    label: str
    before: Sequence[tuple[str, bool]]
    after: Sequence[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Term:
    """A term that differs."""

    title: str
    kind: str
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Chapter:
    """What differs under a clause, and what is the same."""

    clause: str
    title: str
    terms: Sequence[Term]
    same: Sequence[str]


def chapters_of(before: PolicyFile, after: PolicyFile) -> list[Chapter]:
    """Return the difference by clause, in words."""
    old, new = Names(before), Names(after)
    titles = {clause.ref: clause.title for clause in [*before.clauses, *after.clauses]}
    found = difference(entries_of(before), entries_of(after))
    return [
        Chapter(
            clause=each.clause,
            title=titles.get(each.clause, "The whole"),
            terms=[_term(change, old, new) for change in each.changes],
            same=[new.title(place) for place in each.same],
        )
        for each in found
    ]


def _term(change: Change, old: "Names", new: "Names") -> Term:
    names = old if change.kind == "removed" else new
    rows = [_row(fact, old, new) for fact in change.facts if _says(fact)]
    return Term(names.title(change.place), str(change.kind), rows)


def _says(fact: Fact) -> bool:
    """Tell whether a fact says something on either side: of what is new, defaults say nothing."""
    return any(side not in (None, False, "", [], {}) for side in (fact.before, fact.after))


def _row(fact: Fact, old: "Names", new: "Names") -> Row:
    before, after = old.lines(fact.name, fact.before), new.lines(fact.name, fact.after)
    return Row(
        label=words.label(fact.name),
        before=[(line, line not in after) for line in before],
        after=[(line, line not in before) for line in after],
    )


class Names:
    """What a file calls its terms."""

    def __init__(self, file: PolicyFile) -> None:
        self.currency = file.policy.currency
        self.keys: dict[str, Mapping[str, str]] = {
            "calendars": {row.key: row.title for row in file.calendars},
            "fees": {row.key: row.title for row in file.fees},
            "plans": {row.key: row.title for row in file.plans},
            "severities": {row.key: row.label for row in file.severities},
            "reasons": {row.key: row.label for row in file.reasons.severity_change},
        }
        self.reasons = {
            (kind, row.key): row.label
            for kind, rows in file.reasons.kinds().items()
            for row in rows
        }

    def title(self, place: Place) -> str:
        """Return what a term is called."""
        first, *rest = place
        if first == "targets":
            return self._target(*rest)
        if first in LISTS:
            return f"{LISTS[first]} “{self.keys[first].get(rest[0], rest[0])}”"
        if first == "reasons":
            return f"{REASONS[rest[0]]} “{self.reasons.get((rest[0], rest[1]), rest[1])}”"
        if first == "rules":
            return rest[0].replace("_", " ").capitalize()
        return "What the clause says" if first == "clauses" else "The policy itself"

    def _target(self, kind: str, plan: str, severity: str, channel: str, arrival: str) -> str:
        parts = [
            kind.capitalize(),
            self.keys["plans"].get(plan, plan),
            self.keys["severities"].get(severity, severity),
            f"by {channel.lower()}" if channel else "",
            f"{arrival} standard hours" if arrival else "",
        ]
        return ", ".join(filter(None, parts))

    def lines(self, name: str, fact: Any) -> list[str]:
        """Return a fact in words: a line, or one for each entry."""
        if fact in (None, ""):
            return [NOT_STATED]
        if isinstance(fact, dict) and not fact.keys() <= LENGTHS:
            return list(self._pairs(fact)) or ["none"]
        if isinstance(fact, list):
            return [line for each in fact for line in self._entry(name, each)] or ["none"]
        return [self.text(name, fact)]

    def _entry(self, name: str, entry: Any) -> list[str]:
        if isinstance(entry, dict):
            return ["; ".join(self._pairs(entry))]
        return [self.text(name, entry)]

    def _pairs(self, table: Mapping[str, Any]) -> Iterator[str]:
        for name, fact in table.items():
            if fact in (None, "", []):
                continue
            yield f"{words.label(name)}: {', '.join(self.lines(name, fact))}"

    def text(self, name: str, fact: Any) -> str:
        """Return one value in words, a key by the name of what it points to."""
        if isinstance(fact, Decimal):
            return f"{fact} {self.currency}"
        if isinstance(fact, time):
            return f"{fact:%H:%M}"
        listed = self.keys.get(NAMED_BY.get(name, "calendars" if "calendar" in name else ""), {})
        known = listed.get(fact) if isinstance(fact, str) else None
        return known or words.value(name, fact)
