"""How long the client has to answer a question: as long as the provider has to respond.

Clause: V-3.4.2, R-13, R-17.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from apps.contracts.rules.terms import RuleTerm, TargetTerm, Terms
from apps.tickets.rules.explain import Step, instant
from apps.tickets.rules.history import Happening, Kind, severity_after
from apps.tickets.rules.promise import (
    Deadline,
    DeadlineKind,
    Hours,
    Span,
    State,
    cited,
    span_of,
)

ANSWERS = {Kind.CLIENT_REPLIED, Kind.JOINED}
# What makes the question moot.
MOOT = {Kind.ASKED_CLIENT, Kind.SOLVED, Kind.CLOSED, Kind.MERGED}


def client_replies(
    history: Sequence[Happening], *, terms: Terms, hours: Hours
) -> Iterator[Deadline]:
    """Yield the client's deadline for each question: open, kept or missed.

    A new question takes the place of one that is not answered yet. What happens after the due
    instant leaves a miss in place.

    Clause: V-3.4.2, R-17.
    """
    rule = terms.rules.get("client_reply")
    if rule is None:
        return
    asked = [place for place, each in enumerate(history) if each.kind == Kind.ASKED_CLIENT]
    for serial, place in enumerate(asked, start=1):
        target = _target(history, place, terms)
        if target is None or target.duration is None or target.calendar_id is None:
            continue
        span = span_of(
            rule=rule,
            history=history,
            starts_at=history[place].at,
            target=target.duration,
            calendar_id=target.calendar_id,
            calendar=target.calendar,
            hours=hours,
            begins=_begins(rule, history[place].at, target, terms),
        )
        found = _outcome(span, serial, history[place + 1 :])
        if found is not None:
            yield found


def _target(history: Sequence[Happening], place: int, terms: Terms) -> TargetTerm | None:
    """The response's target for the severity at the moment of asking."""
    facts = history[0].facts
    return terms.target(
        kind=DeadlineKind.RESPONSE,
        severity=severity_after(history[: place + 1]),
        channel=facts.get("channel", ""),
        arrival=facts.get("arrival", ""),
    )


def _begins(rule: RuleTerm, asked_at: datetime, target: TargetTerm, terms: Terms) -> Step:
    return Step(
        cited(rule),
        "Asked at {asked_at}: the client has as long as the response time of {severity}.",
        {
            "asked_at": instant(asked_at),
            "severity": terms.severities[target.severity].label,
        },
    )


def _outcome(span: Span, serial: int, later: Sequence[Happening]) -> Deadline | None:
    end = next((each for each in later if each.kind in ANSWERS | MOOT), None)
    answered_at = next((each.at for each in later if each.kind in ANSWERS), None)
    kind, due = DeadlineKind.CLIENT_REPLY, span.due_at
    if _is_missed(span, serial, later, end):
        came = "The answer came at {ended_at}, too late." if answered_at else "No answer came."
        return span.deadline(
            kind,
            serial,
            state=State.MISSED,
            until=due or span.starts_at,
            ended_at=answered_at,
            outcome=came,
        )
    if end is None:
        return span.deadline(kind, serial, state=State.OPEN, until=_last(span, later))
    if end.kind in ANSWERS:
        return span.deadline(
            kind,
            serial,
            state=State.MET,
            until=end.at,
            ended_at=end.at,
            outcome="Answered at {ended_at}.",
        )
    return None


def _is_missed(span: Span, serial: int, later: Sequence[Happening], end: Happening | None) -> bool:
    due = span.due_at
    if due is None:
        return False
    recorded = any(
        each.kind == Kind.DEADLINE_MISSED
        and each.facts.get("deadline") == DeadlineKind.CLIENT_REPLY
        and each.facts.get("serial") == serial
        for each in later
    )
    return recorded or (end is not None and due < end.at)


def _last(span: Span, later: Sequence[Happening]) -> datetime:
    return later[-1].at if later else span.starts_at
