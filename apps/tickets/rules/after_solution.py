"""What follows a solution: the client confirms it, or it is watched, steps down and closes.

Clause: V-3.4.4, V-8.3, S-5-step-down, R-10, R-13, R-17.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.contracts.rules.terms import RuleTerm, Terms
from apps.tickets.rules.explain import Step, instant
from apps.tickets.rules.history import (
    AFTER_SOLUTION,
    Happening,
    Kind,
    Pause,
    Status,
    severity_after,
    stretches_of,
    takes_back,
)
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

HEARD = {Kind.CONFIRMED, Kind.REFUSED, Kind.CLIENT_REPLIED, Kind.JOINED}


@dataclass(frozen=True, slots=True)
class _Solved:
    """One solution: where it stands in the history, and what came after it until it was over."""

    serial: int
    place: int
    later: Sequence[Happening]
    history: Sequence[Happening]
    terms: Terms
    hours: Hours

    @property
    def at(self) -> datetime:
        return self.history[self.place].at

    def span(self, rule: RuleTerm, starts_at: datetime, within: Any, begins: Step) -> Span:
        """A length of time that stands still while a client's answer waits to be judged."""
        return span_of(
            rule=rule,
            history=self.history,
            starts_at=starts_at,
            target=length(within),
            hours=self.hours,
            begins=begins,
            further=_being_judged(self.history),
            **of_rule(rule, self.terms),  # type: ignore[arg-type]
        )


def after_solution(
    history: Sequence[Happening], *, terms: Terms, hours: Hours
) -> Iterator[Deadline]:
    """Yield, for each solution, the deadline to confirm it, its steps down and its closing.

    Clause: V-3.4.4, S-5-step-down, R-10.
    """
    steps = 0
    solved = [place for place, each in enumerate(history) if each.kind == Kind.SOLVED]
    for serial, place in enumerate(solved, start=1):
        later = _until_over(history[place + 1 :])
        one = _Solved(serial, place, later, history, terms, hours)
        yield from _confirmation(one)
        for deadline in _stepping(one, steps):
            steps += deadline.kind == DeadlineKind.STEP_DOWN
            yield deadline


def _until_over(later: Sequence[Happening]) -> Sequence[Happening]:
    """Return what came after a solution, up to what took it back or closed the ticket."""
    for count, happening in enumerate(later, start=1):
        if takes_back(happening) or happening.kind in (Kind.CLOSED, Kind.MERGED, Kind.SOLVED):
            return later[:count]
    return later


def _being_judged(history: Sequence[Happening]) -> list[Pause]:
    return [
        Pause(AFTER_SOLUTION, stretch.starts_at, stretch.ends_at)
        for stretch in stretches_of(history)
        if stretch.status == Status.ANSWERED
    ]


def _confirmation(one: _Solved) -> Iterator[Deadline]:
    rule = one.terms.rules.get("closure_confirmation")
    if rule is None or not one.history[one.place].facts.get("asks", True):
        return
    asked = Step(cited(rule), "Asked to confirm at {asked_at}.", {"asked_at": instant(one.at)})
    span = one.span(rule, one.at, rule.settings["within"], asked)
    kind, serial = DeadlineKind.CONFIRMATION, one.serial
    end = next((each for each in one.later if each.kind in HEARD or _ends(each)), None)
    if end is None:
        yield span.deadline(kind, serial, state=State.OPEN, until=one.history[-1].at)
    elif end.kind in HEARD:
        yield _done(span, kind, serial, end.at, "The client answered at {ended_at}.")
    elif end.facts.get("silence") and span.due_at is not None:
        yield span.deadline(
            kind,
            serial,
            state=State.MISSED,
            until=span.due_at,
            outcome="Nobody answered: the ticket closed.",
        )


def _ends(happening: Happening) -> bool:
    return takes_back(happening) or happening.kind in (Kind.CLOSED, Kind.MERGED, Kind.SOLVED)


def _stepping(one: _Solved, before: int) -> Iterator[Deadline]:
    """Yield the steps down that were done, and the next one, or the closing that follows them."""
    rule = one.terms.rules.get("step_down")
    if rule is None:
        return
    since, severity = one.at, severity_after(one.history[: one.place + 1])
    for count, happening in enumerate(one.later, start=1):
        if happening.kind == Kind.STEPPED_DOWN:
            before += 1
            step = next_step(rule.settings, severity)
            if step is not None:
                span = one.span(rule, since, step["after"], _watched(one, rule, since, severity))
                yield _done(
                    span, DeadlineKind.STEP_DOWN, before, happening.at, "Done at {ended_at}."
                )
            since = happening.at
        severity = severity_after(one.history[: one.place + 1 + count])
        if _ends(happening):
            yield from _closed(one, rule, since, happening)
            return
    yield _next(one, rule, since, severity, before + 1)


def next_step(settings: Mapping[str, Any], severity: str) -> Any:
    """Return the step of the rule that a severity takes, as the policy states it; None: none.

    Clause: S-5-step-down.
    """
    return next((step for step in settings["steps"] if severity in step["severities"]), None)


def _done(span: Span, kind: DeadlineKind, serial: int, at: datetime, outcome: str) -> Deadline:
    return span.deadline(kind, serial, state=State.MET, until=at, ended_at=at, outcome=outcome)


def _closed(
    one: _Solved, rule: RuleTerm, since: datetime, happening: Happening
) -> Iterator[Deadline]:
    if happening.kind == Kind.CLOSED and happening.facts.get("by_itself"):
        span = _closing(one, rule, since)
        kind, outcome = DeadlineKind.AUTO_CLOSE, "Closed at {ended_at}."
        yield _done(span, kind, one.serial, happening.at, outcome)


def _next(one: _Solved, rule: RuleTerm, since: datetime, severity: str, serial: int) -> Deadline:
    step, latest_at = next_step(rule.settings, severity), one.history[-1].at
    if step is None:
        span = _closing(one, rule, since)
        return span.deadline(DeadlineKind.AUTO_CLOSE, one.serial, state=State.OPEN, until=latest_at)
    span = one.span(rule, since, step["after"], _watched(one, rule, since, severity, step["to"]))
    return span.deadline(DeadlineKind.STEP_DOWN, serial, state=State.OPEN, until=latest_at)


def _closing(one: _Solved, rule: RuleTerm, since: datetime) -> Span:
    begins = Step(
        cited(rule),
        "Stepped down as far as the policy goes, since {since_at}: then it closes by itself.",
        {"since_at": instant(since)},
    )
    return one.span(rule, since, rule.settings["close_after"], begins)


def _watched(one: _Solved, rule: RuleTerm, since: datetime, severity: str, to: str = "") -> Step:
    severities = one.terms.severities
    figures = {"severity": severities[severity].label, "since_at": instant(since)}
    text = "Solved, and watched as {severity} since {since_at}."
    if to:
        figures["to"] = severities[to].label
        text = "Solved, and watched as {severity} since {since_at}; then it becomes {to}."
    return Step(cited(rule), text, figures)
