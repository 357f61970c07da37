"""The provider's response and resolution: where a ticket's history and terms put them.

Clause: V-2-response, V-2-resolution, V-7.3, S-5-targets, S-8, S-9, R-14 to R-17.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from apps.contracts.rules.terms import TargetTerm, Terms
from apps.tickets.rules.clock import due_at, time_used
from apps.tickets.rules.explain import Course, steps
from apps.tickets.rules.history import (
    AFTER_SOLUTION,
    Happening,
    Kind,
    Pause,
    causes_of,
    severity_after,
    takes_back,
    trimmed,
)
from apps.tickets.rules.promise import Deadline, DeadlineKind, Hours, State


@dataclass(frozen=True, slots=True)
class _Promise:
    """What the kinds of deadline differ in."""

    kind: DeadlineKind
    rule: str
    ended_by: frozenset[Kind]
    reopens: bool


_PROMISES = (
    _Promise(DeadlineKind.RESPONSE, "response", frozenset({Kind.RESPONDED}), reopens=False),
    _Promise(
        DeadlineKind.RESOLUTION, "resolution", frozenset({Kind.SOLVED, Kind.CLOSED}), reopens=True
    ),
)
_TURNS = {
    Kind.REGISTERED,
    Kind.RESPONDED,
    Kind.ASKED_CLIENT,
    Kind.CLIENT_REPLIED,
    Kind.SEVERITY_CHANGED,
    Kind.HANDED_OUT,
    Kind.SOLVED,
    Kind.REFUSED,
    Kind.JUDGED,
    Kind.STEPPED_DOWN,
    Kind.SUSPENDED,
    Kind.RESUMED,
    Kind.JOINED,
    Kind.CLOSED,
    Kind.REOPENED,
}


# What may give the promise another target, take its end back, or rewrite a pause that has been.
_MOVES = frozenset(
    {
        Kind.SEVERITY_CHANGED,
        Kind.STEPPED_DOWN,
        Kind.HANDED_OUT,
        Kind.JUDGED,
        Kind.JOINED,
        Kind.REOPENED,
        Kind.MERGED,
        Kind.DEADLINE_MISSED,
    }
)


@dataclass(frozen=True, slots=True)
class _Reading:
    """How one promise stands after some of the history."""

    history: Sequence[Happening]
    target: TargetTerm
    duration: timedelta
    calendar_id: int
    pauses: Sequence[Pause]
    due_at: datetime | None
    ended_at: datetime | None
    missed_at: datetime | None = None


def promised(history: Sequence[Happening], *, terms: Terms, hours: Hours) -> tuple[Deadline, ...]:
    """Return response and resolution as owed after all that happened, response first.

    A target that the policy does not set, or sets as best effort, gives no deadline; neither does
    the resolution once a platform vendor has to change code and service does not suffer. A ticket
    that was merged into another owes nothing any more but what it missed or kept before.

    Clause: V-2-response, V-2-resolution, V-5, S-8, S-9.
    """
    readings = ((promise, _read(promise, history, terms, hours)) for promise in _PROMISES)
    return tuple(
        _deadline(promise, reading, terms, hours)
        for promise, reading in readings
        if reading is not None
    )


def waits_for_vendor(history: Sequence[Happening], terms: Terms) -> bool:
    """Tell whether a vendor's change of code has lifted the resolution's fixed time.

    Of a case that was corrected, what was said last counts.

    Clause: S-9.
    """
    rule = terms.rules.get("code_change")
    if rule is None or rule.settings["fixed_resolution"]:
        return False
    cases = {
        happening.facts.get("case", place): happening.facts
        for place, happening in enumerate(history)
        if happening.kind == Kind.HANDED_OUT
    }
    return any(
        facts.get("party") == "VENDOR" and not facts.get("service_affecting")
        for facts in cases.values()
    )


def dues_of(
    history: Sequence[Happening], *, terms: Terms, hours: Hours
) -> tuple[Mapping[int, datetime | None], Mapping[int, datetime | None]]:
    """Return when response and resolution were due after so many happenings.

    Known are the counts before and after each that moves the promise, such as a change of
    severity, until nothing moves it any more. None: no such deadline then, or its clock stood
    still.

    Clause: V-7.3, R-14.
    """
    response, resolution = (
        {
            count: reading.due_at if reading else None
            for count, reading in _readings(promise, history, terms, hours)
        }
        for promise in _PROMISES
    )
    return response, resolution


def _read(
    promise: _Promise, history: Sequence[Happening], terms: Terms, hours: Hours
) -> _Reading | None:
    *_, (_, reading) = _readings(promise, history, terms, hours)
    return reading


def _readings(
    promise: _Promise, history: Sequence[Happening], terms: Terms, hours: Hours
) -> Iterator[tuple[int, _Reading | None]]:
    """Walk the history up to the event that settles the promise for good; yield (count, reading).

    Once kept, a promise keeps its verdict until the ticket is reopened. An act that came when
    nothing was promised is not judged by a target that a later severity brings.

    Between two events that may move the promise its pauses tell all: a pause that begins at the
    due instant or later does not move it. So the clock is read at those events only, and a long
    conversation costs about what a short one does.
    """
    reading = _stand(promise, history[:1], terms, hours)
    yield 1, reading
    has_ended, turns, read = False, 1, 1  # turns: how many, up to the latest turn; read: so far
    for count, happening in enumerate(history[1:], start=2):
        is_turn = happening.kind in _TURNS and not (
            has_ended and not _takes_back(promise, happening)
        )
        if happening.kind not in _MOVES | promise.ended_by and count < len(history):
            turns = count if is_turn else turns
            continue
        if turns > read:
            reading, read = _stand(promise, history[:turns], terms, hours), turns
        yield count - 1, reading
        missed = reading and _missed(promise, reading, happening, history, terms)
        if not missed and is_turn:
            reading, turns, read = _stand(promise, history[:count], terms, hours), count, count
            has_ended = _ended_at(promise, history[:count], terms) is not None
            # A raised severity may bring a deadline that has passed already.
            missed = reading and _missed(promise, reading, happening, history, terms)
        if missed or happening.kind == Kind.MERGED:
            yield count, missed or (reading if has_ended else None)
            return
        yield count, reading


def _takes_back(promise: _Promise, happening: Happening) -> bool:
    return promise.reopens and takes_back(happening)


def _missed(
    promise: _Promise,
    reading: _Reading,
    happening: Happening,
    history: Sequence[Happening],
    terms: Terms,
) -> _Reading | None:
    """The promise as it stays once it is missed; None: by this event it is not."""
    missed_at = _missed_at(promise, reading, happening)
    if missed_at is None:
        return None
    ended_at = reading.ended_at or _ended_at(promise, history, terms)
    return replace(reading, due_at=missed_at, ended_at=ended_at, missed_at=missed_at)


def _missed_at(promise: _Promise, reading: _Reading, happening: Happening) -> datetime | None:
    """When the promise was missed, if it was before this event. A recorded miss is a fact."""
    if happening.kind == Kind.DEADLINE_MISSED:
        return happening.at if happening.facts.get("deadline") == promise.kind else None
    overdue = reading.due_at is not None and reading.due_at < happening.at
    return reading.due_at if overdue and reading.ended_at is None else None


def _stand(
    promise: _Promise, history: Sequence[Happening], terms: Terms, hours: Hours
) -> _Reading | None:
    """Put the promise on the clock after these events, none of which came too late."""
    registered = history[0]
    target = terms.target(
        kind=promise.kind,
        severity=severity_after(history),
        channel=registered.facts.get("channel", ""),
        arrival=registered.facts.get("arrival", ""),
    )
    if target is None or target.duration is None or target.calendar_id is None:
        return None
    if promise.kind == DeadlineKind.RESOLUTION and waits_for_vendor(history, terms):
        return None
    stops = terms.rules[promise.rule].settings["stops_for"]
    pauses = trimmed(
        pause
        for pause in causes_of(history)
        if pause.cause in stops
        or (pause.cause == AFTER_SOLUTION and promise.reopens and pause.ends_at is not None)
    )
    due = due_at(
        started_at=registered.at,
        target=target.duration,
        pauses=pauses,
        hours=hours[target.calendar_id],
    )
    return _Reading(
        history,
        target,
        target.duration,
        target.calendar_id,
        pauses,
        due,
        _ended_at(promise, history, terms),
    )


def _ended_at(promise: _Promise, history: Sequence[Happening], terms: Terms) -> datetime | None:
    """When the promised act came; reopening takes a solution back, never a response."""
    counts = terms.rules[promise.rule].settings.get("counts")
    ended_at: datetime | None = None
    for happening in history:
        if happening.kind in promise.ended_by and (counts is None or _way(happening) in counts):
            ended_at = ended_at or happening.at
        elif _takes_back(promise, happening):
            ended_at = None
    return ended_at


def _way(happening: Happening) -> str:
    """By which of the ways that a policy may count the act came."""
    return "logged_call" if happening.facts.get("by_phone") else "public_reply"


def _deadline(promise: _Promise, reading: _Reading, terms: Terms, hours: Hours) -> Deadline:
    """Say it in a value that can be stored, with its explanation."""
    clock = hours[reading.calendar_id]
    started_at = reading.history[0].at
    until = reading.missed_at or reading.ended_at or reading.history[-1].at
    used = time_used(started_at=started_at, at=until, pauses=reading.pauses, hours=clock)
    course = Course(
        rule=promise.rule,
        target=reading.target,
        duration=reading.duration,
        history=reading.history,
        pauses=reading.pauses,
        due_at=reading.due_at,
        missed_at=reading.missed_at,
        ended_at=reading.ended_at,
        used=used,
    )
    met = State.MET if reading.ended_at else State.OPEN
    return Deadline(
        kind=promise.kind,
        state=State.MISSED if reading.missed_at else met,
        target=reading.duration,
        calendar_id=reading.calendar_id,
        clause=reading.target.clause,
        started_at=started_at,
        due_at=reading.due_at,
        warn_at=due_at(
            started_at=started_at,
            target=reading.duration * terms.warn_at_percent / 100,
            pauses=reading.pauses,
            hours=clock,
        ),
        settled_at=reading.missed_at or reading.ended_at,
        ended_at=reading.ended_at,
        used=used,
        steps=steps(course, terms=terms, hours=clock),
    )
