"""Why a deadline is what it is, step by step.

A step is a sentence with named places and the figures that go there, so that each reader sees
instants in their own zone. Figures named ``…_at`` are ISO instants, ``…_seconds`` are lengths of
time in seconds; the rest is text.

Clause: V-2-response, V-2-resolution, S-5-targets, S-8, R-14.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from apps.contracts.rules.calendar import ServiceHours
from apps.contracts.rules.terms import TargetTerm, Terms
from apps.tickets.rules.history import Happening, Kind, Pause

# The sweep adds this step to what is stored, when it records a miss.
NOTHING_CAME = "Nothing came by then: missed. A miss stays, whatever happens later."

_CAUSES = {
    "waiting_on_client": "On the client's side",
    "closed": "Solved, and not yet taken back",
    "suspension": "Support was suspended",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the clause (and reading) it rests on, a sentence, its figures."""

    clause: str
    text: str
    figures: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Course:
    """What an explanation tells: the target, what happened, and where the clock stands."""

    rule: str
    target: TargetTerm
    duration: timedelta
    history: Sequence[Happening]
    pauses: Sequence[Pause]
    due_at: datetime | None
    missed_at: datetime | None
    ended_at: datetime | None
    used: timedelta


def instant(at: datetime) -> str:
    """Return an instant as a figure.

    Clause: none (form).
    """
    return at.isoformat()


def seconds(span: timedelta) -> int:
    """Return a length of time as a figure, in whole seconds.

    Clause: none (form).
    """
    return int(span.total_seconds())


def steps(course: Course, *, terms: Terms, hours: ServiceHours) -> tuple[Step, ...]:
    """Return the explanation of one deadline, from registration to where it stands.

    Clause: V-2-response, V-2-resolution, S-5-targets, S-8.
    """
    return (
        *_from_registration(course, terms, hours),
        *_changes(course, terms),
        _promise(course, terms),
        *_left_out(course, terms, hours),
        *_outcome(course, terms, hours),
    )


def _from_registration(course: Course, terms: Terms, hours: ServiceHours) -> Iterator[Step]:
    registered = course.history[0]
    clause = terms.rules[course.rule].clause
    yield Step(
        clause,
        "The clock starts at registration, {registered_at}, as {severity}.",
        {
            "registered_at": instant(registered.at),
            "severity": terms.severities[registered.facts["severity"]].label,
        },
    )
    if not hours.is_open(registered.at):
        yield Step(
            course.target.clause,
            "That is outside “{calendar}”: no time counts until it opens, {opens_at}.",
            {
                "calendar": course.target.calendar,
                "opens_at": instant(hours.next_opening(registered.at)),
            },
        )


def _changes(course: Course, terms: Terms) -> Iterator[Step]:
    rule = terms.rules["severity_change"]
    for happening in course.history:
        if happening.kind == Kind.SEVERITY_CHANGED:
            yield Step(
                _cited(rule.clause, rule.reading),
                "{changed_at}: changed from {before} to {after}; the new target counts from"
                " registration, on what has already run.",
                {
                    "changed_at": instant(happening.at),
                    "before": terms.severities[happening.facts["from"]].label,
                    "after": terms.severities[happening.facts["to"]].label,
                },
            )


def _promise(course: Course, terms: Terms) -> Step:
    target = course.target
    text = "{severity}: {kind} within {target_seconds} of “{calendar}”"
    figures: dict[str, str | int] = {
        "severity": terms.severities[target.severity].label,
        "kind": target.kind.lower(),
        "target_seconds": seconds(course.duration),
        "calendar": target.calendar,
    }
    if target.agreed_in:
        text += ", agreed in order {order}"
        figures["order"] = target.agreed_in
    return Step(_cited(target.clause, target.reading), f"{text}.", figures)


def _left_out(course: Course, terms: Terms, hours: ServiceHours) -> Iterator[Step]:
    clause = terms.rules[course.rule].clause
    for pause in course.pauses:
        if course.due_at is not None and course.due_at <= pause.starts_at:
            return  # too late to move it
        if pause.ends_at is None:
            yield Step(
                clause,
                f"{_CAUSES[pause.cause]} since {{from_at}}: the clock stands still.",
                {"from_at": instant(pause.starts_at)},
            )
        else:
            yield Step(
                clause,
                f"{_CAUSES[pause.cause]} from {{from_at}} to {{to_at}}:"
                " {out_seconds} of service time left out.",
                {
                    "from_at": instant(pause.starts_at),
                    "to_at": instant(pause.ends_at),
                    "out_seconds": seconds(hours.between(pause.starts_at, pause.ends_at)),
                },
            )


def _outcome(course: Course, terms: Terms, hours: ServiceHours) -> Iterator[Step]:
    clause = course.target.clause
    if course.due_at is None:
        yield Step(
            clause,
            "{used_seconds} are used, {left_seconds} remain when it goes on.",
            {
                "used_seconds": seconds(course.used),
                "left_seconds": seconds(course.duration - course.used),
            },
        )
    else:
        yield Step(clause, "That is {due_at}.", {"due_at": instant(course.due_at)})
    if course.missed_at is not None:
        yield _missed(course.missed_at, course.ended_at, clause, hours)
    elif course.ended_at is not None:
        yield Step(
            terms.rules[course.rule].clause,
            "Kept at {ended_at}, after {used_seconds} of service time.",
            {"ended_at": instant(course.ended_at), "used_seconds": seconds(course.used)},
        )


def _missed(
    missed_at: datetime, ended_at: datetime | None, clause: str, hours: ServiceHours
) -> Step:
    if ended_at is None or ended_at < missed_at:
        return Step(clause, NOTHING_CAME)
    return Step(
        clause,
        "It came at {ended_at}, {late_seconds} of service time late: missed.",
        {
            "ended_at": instant(ended_at),
            "late_seconds": seconds(hours.between(missed_at, ended_at)),
        },
    )


def _cited(clause: str, reading: str) -> str:
    return f"{clause}, {reading}" if reading else clause
