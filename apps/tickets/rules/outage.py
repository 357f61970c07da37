"""Until when a Reason for Outage is owed.

Clause: S-6, R-3, R-17.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from apps.contracts.rules.terms import RuleTerm, Terms
from apps.tickets.rules.explain import Step, instant
from apps.tickets.rules.history import Happening, Kind
from apps.tickets.rules.promise import (
    Deadline,
    DeadlineKind,
    Hours,
    Span,
    State,
    cited,
    length,
    of_rule,
    span_of,
)

CHANGES = {Kind.SEVERITY_CHANGED, Kind.STEPPED_DOWN}


def reason_for_outage(
    history: Sequence[Happening], *, terms: Terms, hours: Hours
) -> Iterator[Deadline]:
    """Yield the deadline of the Reason for Outage, if one is owed, was, or was missed.

    It runs from when the ticket first held a severity that owes one, whatever happens; of several
    the earliest holds. Stepping down leaves it owed; a change that corrects a wrong severity takes
    back what that one owed, but no miss.

    Clause: S-6, R-3, R-17.
    """
    rule = terms.rules.get("reason_for_outage")
    if rule is None:
        return
    within = {row["severity"]: length(row["within"]) for row in rule.settings["owed"]}
    since: dict[str, datetime] = {}
    ended_at: datetime | None = None
    missed: Span | None = None
    span: Span | None = None
    for happening in history:
        is_late = span is not None and ended_at is None and _is_over(span, happening)
        missed = missed or (span if is_late else None)
        if happening.kind == Kind.MERGED:
            since = {}
        _hold(since, happening, within)
        if _is_issued(happening, rule):
            ended_at = ended_at or happening.at
        spans = [
            _span(
                severity,
                held_at,
                within=within[severity],
                rule=rule,
                history=history,
                terms=terms,
                hours=hours,
            )
            for severity, held_at in since.items()
        ]
        span = min(spans, key=lambda each: each.due_at or each.starts_at, default=None)
    if missed is not None:
        yield _missed(missed, ended_at, terms)
    elif span is not None:
        yield _standing(span, ended_at, history[-1].at, terms)


def _hold(
    since: dict[str, datetime], happening: Happening, within: Mapping[str, timedelta]
) -> None:
    """Note which severity is held from here on, and forget one that never was the right one."""
    facts = happening.facts
    held = facts.get("severity") if happening.kind == Kind.REGISTERED else None
    if happening.kind in CHANGES:
        held = facts["to"]
        if facts.get("misclassified"):
            since.pop(facts["from"], None)
    if held in within:
        since.setdefault(str(held), happening.at)


def _is_over(span: Span, happening: Happening) -> bool:
    if happening.kind == Kind.DEADLINE_MISSED:
        return bool(happening.facts.get("deadline") == DeadlineKind.RFO)
    return span.due_at is not None and span.due_at < happening.at


def _is_issued(happening: Happening, rule: RuleTerm) -> bool:
    if happening.kind != Kind.RFO_ISSUED:
        return False
    return bool(rule.settings["preliminary_keeps"] or not happening.facts.get("preliminary"))


def _span(
    severity: str,
    held_at: datetime,
    *,
    within: timedelta,
    rule: RuleTerm,
    history: Sequence[Happening],
    terms: Terms,
    hours: Hours,
) -> Span:
    text = "{severity} since {held_at}: a Reason for Outage is owed."
    figures = {"severity": terms.severities[severity].label, "held_at": instant(held_at)}
    return span_of(
        rule=rule,
        history=history,
        starts_at=held_at,
        target=within,
        hours=hours,
        begins=Step(cited(rule), text, figures),
        stops=False,
        **of_rule(rule, terms),  # type: ignore[arg-type]
    )


def _missed(span: Span, ended_at: datetime | None, terms: Terms) -> Deadline:
    came = "It came at {ended_at}, too late: missed." if ended_at else "None came by then: missed."
    return span.deadline(
        DeadlineKind.RFO,
        1,
        state=State.MISSED,
        until=span.due_at or span.starts_at,
        ended_at=ended_at,
        outcome=came,
        warns_at_percent=terms.warn_at_percent,
    )


def _standing(span: Span, ended_at: datetime | None, latest_at: datetime, terms: Terms) -> Deadline:
    return span.deadline(
        DeadlineKind.RFO,
        1,
        state=State.MET if ended_at else State.OPEN,
        until=ended_at or latest_at,
        ended_at=ended_at,
        outcome="Issued at {ended_at}." if ended_at else "",
        warns_at_percent=terms.warn_at_percent,
    )
