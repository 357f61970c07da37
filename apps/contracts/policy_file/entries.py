"""The terms of a policy file one by one, so that two files can be compared."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from apps.contracts.policy_file.parts import Part
from apps.contracts.policy_file.shape import PolicyFile
from apps.contracts.rules.difference import Entry

LISTS = ("calendars", "severities", "plans", "fees")


def entries_of(file: PolicyFile) -> list[Entry]:
    """Return every term, a target for each plan and severity; facts are plain values.

    A term that is stated as its default says the same as one that leaves it out.
    """
    return [
        Entry(("policy",), "", _facts(file.policy)),
        *_targets(file),
        *(
            Entry((name, part.key), part.clause, _facts(part, "key"))
            for name in LISTS
            for part in getattr(file, name)
        ),
        *(
            Entry(("rules", name), rule.clause, _facts(rule))
            for name, rule in file.rules.stated().items()
        ),
        *(
            Entry(("reasons", kind, reason.key), reason.clause, _facts(reason, "key"))
            for kind, reasons in file.reasons.kinds().items()
            for reason in reasons
        ),
        *(
            Entry(("clauses", clause.ref), clause.ref, _facts(clause, "ref"))
            for clause in file.clauses
        ),
    ]


def _targets(file: PolicyFile) -> Iterator[Entry]:
    conditions = ("kind", "plans", "severities", "channel", "arrival")
    for target in file.targets:
        facts = _facts(target, *conditions)
        for plan, severity in product(target.plans, target.severities):
            place = ("targets", target.kind, plan, severity, target.channel, target.arrival)
            yield Entry(place, target.clause, facts)


def _facts(part: Part, *named_by: str) -> dict[str, Any]:
    content = part.model_dump(exclude=set(named_by))
    return {name: fact for name, fact in content.items() if fact is not None}
