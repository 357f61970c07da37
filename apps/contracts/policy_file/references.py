"""What one table of a policy file says about another by its key."""

import re
from collections.abc import Iterator
from typing import Any

from apps.contracts.policy_file.problems import Finding, Path

# Where a key is named, and what it names. A star stands for each entry of a list.
REFERENCES = {
    "policy.standard_calendar": "calendar",
    "targets.*.plans.*": "plan",
    "targets.*.severities.*": "severity",
    "targets.*.calendar": "calendar",
    "fees.*.outside_calendar": "calendar",
    "reasons.category.*.fee": "fee",
    "rules.client_reply.reason": "reason to change severity",
    "rules.closure_confirmation.calendar": "calendar",
    "rules.step_down.steps.*.severities.*": "severity",
    "rules.step_down.steps.*.to": "severity",
    "rules.step_down.calendar": "calendar",
    "rules.reason_for_outage.owed.*.severity": "severity",
    "rules.reason_for_outage.calendar": "calendar",
    "rules.order_of_work.first.*": "severity",
    "rules.account_manager.reachable.*": "plan",
    "rules.off_hours.calendar": "calendar",
    "rules.off_hours.served.*": "severity",
    "rules.installs.calendar": "calendar",
    "rules.installs.fee": "fee",
    "rules.fault_review.severities.*": "severity",
    "rules.fault_review.outside_calendar": "calendar",
    "rules.fault_review.fee": "fee",
}

# What can be named, and where the file lists it.
LISTS: dict[str, tuple[str, ...]] = {
    "calendar": ("calendars",),
    "severity": ("severities",),
    "plan": ("plans",),
    "fee": ("fees",),
    "reason to change severity": ("reasons", "severity_change"),
}

# The keys that hold the ref of a clause, or as `also` several: clause, term_clause, reading …
CITATION = re.compile(r"(.*_)?(clause|reading)|also")


def unknown_references(document: dict[str, Any]) -> Iterator[Finding]:
    """Every key that is named is listed in the file."""
    for pattern, kind in REFERENCES.items():
        known = _listed(document, LISTS[kind])
        if known is None:
            continue
        for path, key in _named(document, tuple(pattern.split("."))):
            if key not in known:
                # A list of keys is shown as the list: its third entry says nothing to a reader.
                place = path[:-1] if isinstance(path[-1], int) else path
                yield Finding(place, f'there is no {kind} "{key}"; the file has {_row(known)}')


def unknown_citations(document: dict[str, Any]) -> Iterator[Finding]:
    """Every clause and every reading that is cited is in the catalogue."""
    clauses = document.get("clauses")
    if clauses is None:
        return
    catalogue = {clause["ref"] for clause in clauses}
    for path, ref in _cited(document, ()):
        if ref not in catalogue:
            yield Finding(path, f'there is no clause "{ref}" in the catalogue')


def unused_calendars(document: dict[str, Any]) -> Iterator[Finding]:
    """A calendar that nothing names is a mistake. Asked only of a file whose parts are whole."""
    patterns = [pattern for pattern, kind in REFERENCES.items() if kind == "calendar"]
    used = {key for pattern in patterns for _, key in _named(document, tuple(pattern.split(".")))}
    for number, calendar in enumerate(document["calendars"]):
        if calendar["key"] not in used:
            yield Finding(("calendars", number), f'nothing uses the calendar "{calendar["key"]}"')


def _listed(document: dict[str, Any], path: tuple[str, ...]) -> list[str] | None:
    """Return the keys of a list, in order; None where that part of the file is broken."""
    table: Any = document
    for step in path:
        if step not in table:
            return None
        table = table[step]
    return [entry["key"] for entry in table]


def _named(table: Any, pattern: tuple[str, ...], path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield the place and the key of everything that a pattern finds."""
    if table is None:
        return
    if not pattern:
        yield path, table
    elif pattern[0] != "*":
        yield from _named(table.get(pattern[0]), pattern[1:], (*path, pattern[0]))
    elif isinstance(table, dict):
        yield from (((*path, key), key) for key in table)
    else:
        for number, entry in enumerate(table):
            yield from _named(entry, pattern[1:], (*path, number))


def _cited(table: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the place and the reference of every clause or reading that is cited."""
    entries = table.items() if isinstance(table, dict) else enumerate(table)
    for key, value in entries:
        place = (*path, key)
        if isinstance(value, dict | list):
            if key != "features":  # their keys are the provider's own words
                yield from _cited(value, place)
        elif value and CITATION.fullmatch(_name(place)):
            yield place, value


def _name(path: Path) -> str:
    """Return the last key of a path, of an entry of a list that of the list."""
    return next(step for step in reversed(path) if isinstance(step, str))


def _row(keys: list[str]) -> str:
    return ", ".join(dict.fromkeys(keys)) or "none"
