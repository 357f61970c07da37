"""A rule's settings as rows that a page can show: a label, and words, clauses or a small table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.contracts.admin import words
from apps.contracts.models import Clause, PolicyVersion, Reason

# Settings whose values are keys of another list of the policy.
NAMED_BY = {
    "calendar": "calendars",
    "fee": "fees",
    "first": "severities",
    "outside_calendar": "calendars",
    "reason": "reasons",
    "served": "severities",
    "severities": "severities",
    "severity": "severities",
    "to": "severities",
}

# The columns of small tables, left to right: PostgreSQL does not keep the order of a JSON object.
COLUMNS = (
    "title",
    "severities",
    "severity",
    "from_days",
    "more_than_days",
    "to",
    "standing",
    "within",
    "after",
    "email",
    "phone",
    "clause",
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a rule, in words."""

    label: str
    text: str = ""
    clauses: Sequence[Clause] = ()
    headers: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """What the keys of a policy version are called, by the list that they are in."""

    clauses: Mapping[str, Clause]
    keys: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, version: PolicyVersion) -> "Names":
        """Read the names of a version, in a query a list."""
        changes = version.reasons.filter(kind=Reason.Kind.SEVERITY_CHANGE)
        return cls(
            clauses={clause.ref: clause for clause in version.clauses.all()},
            keys={
                "calendars": dict(version.calendars.values_list("key", "title")),
                "fees": dict(version.fees.values_list("key", "title")),
                "plans": dict(version.plans.values_list("key", "title")),
                "reasons": dict(changes.values_list("key", "label")),
                "severities": dict(version.severities.values_list("key", "label")),
            },
        )

    def named(self, setting: str, fact: Any) -> str:
        """Return a value of a setting: the name of what it points to, or the value in words."""
        known = self.keys.get(NAMED_BY.get(setting, ""), {})
        found = known.get(fact) if isinstance(fact, str) else None
        return found or words.value(setting, fact)


def settings_of(terms: Mapping[str, Any], names: Names) -> Iterator[Setting]:
    """Yield the settings of a rule or reason that say something; what it rests on comes last."""
    for setting, fact in sorted(terms.items(), key=lambda item: (item[0] == "also", item[0])):
        if fact is None or (fact == [] and setting == "also"):
            continue
        yield _setting(setting, fact, names)


def _setting(setting: str, fact: Any, names: Names) -> Setting:
    name = "Rests on too" if setting == "also" else words.label(setting)
    refs = fact if setting == "also" else [fact] if setting.endswith("_clause") else []
    if refs:
        return Setting(name, clauses=[names.clauses[ref] for ref in refs])
    if isinstance(fact, list) and fact and isinstance(fact[0], dict):
        return _table(name, fact, names)
    if isinstance(fact, dict) and not set(fact) <= {"hours", "minutes"}:
        plans = names.keys["plans"]
        keys = sorted(fact, key=list(plans).index)
        rows = [(plans[key], names.named(setting, fact[key])) for key in keys]
        return Setting(name, headers=("Plan", ""), rows=rows)
    return Setting(name, text=_text(setting, fact, names))


def _table(name: str, facts: Sequence[Mapping[str, Any]], names: Names) -> Setting:
    said = {column for fact in facts for column, each in fact.items() if each is not None}
    columns = sorted(said, key=_place)
    rows = [[_cell(column, fact, names) for column in columns] for fact in facts]
    return Setting(name, headers=[words.label(column) for column in columns], rows=rows)


def _cell(column: str, fact: Mapping[str, Any], names: Names) -> str:
    value = fact.get(column)
    return "" if value is None else _text(column, value, names)


def _place(column: str) -> tuple[int, str]:
    return COLUMNS.index(column) if column in COLUMNS else len(COLUMNS), column


def _text(setting: str, fact: Any, names: Names) -> str:
    if isinstance(fact, list):
        return ", ".join(names.named(setting, each) for each in fact) or "none"
    return names.named(setting, fact)
