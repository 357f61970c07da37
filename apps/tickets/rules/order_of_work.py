"""Which ticket is worked on first: the one order that a policy names, and why.

A ticket's place is a band and an instant: lower bands go first, and within a band the earlier
instant. So one index sorts the tickets of all policies.

Clause: V-8.2.3, R-19, S-5-targets.
"""

from dataclasses import dataclass
from datetime import datetime

from apps.contracts.rules.terms import Terms
from apps.tickets.rules.explain import Step, instant

FIRST, REST = 0, 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ticket stands in the order of work, and why, in one step."""

    band: int
    at: datetime
    why: Step


def place_of(
    *, severity: str, registered_at: datetime, resolution_due_at: datetime | None, terms: Terms
) -> Place:
    """Return the place of a ticket.

    The policy's first severities go by when their resolution is due, or by registration where no
    time was agreed or the clock stands still; the rest by registration. A policy that names no
    order has a band for each severity, the worst first.

    Clause: V-8.2.3, R-19, S-5-targets.
    """
    term = terms.severities[severity]
    rule = terms.rules.get("order_of_work")
    figures = {"severity": term.label, "registered_at": instant(registered_at)}
    if rule is None:
        clause = terms.rules["severity_change"].clause
        text = "{severity}: by severity, the worst first; then first come, first served."
        return Place(term.rank - 1, registered_at, Step(clause, text, figures))
    clause = f"{rule.clause}, {rule.reading}" if rule.reading else rule.clause
    if severity not in rule.settings["first"]:
        text = "{severity}: first come, first served, since {registered_at}."
        return Place(REST, registered_at, Step(clause, text, figures))
    if resolution_due_at is None:
        text = "{severity} goes first; no resolution is due, so by arrival, {registered_at}."
        return Place(FIRST, registered_at, Step(clause, text, figures))
    text = "{severity} goes first, by its resolution, due {due_at}."
    figures = {"severity": term.label, "due_at": instant(resolution_due_at)}
    return Place(FIRST, resolution_due_at, Step(clause, text, figures))
