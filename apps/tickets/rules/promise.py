"""A promise on a ticket, as a value: what the rules return and the rows in the database cache.

Clause: V-2-response, V-2-resolution, V-3.4.2, V-3.4.4, S-5-step-down, S-6, R-17.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from apps.contracts.rules.calendar import ServiceHours
from apps.contracts.rules.terms import RuleTerm, Terms
from apps.tickets.rules.clock import due_at, time_used
from apps.tickets.rules.explain import Step, instant, seconds
from apps.tickets.rules.history import SUSPENSION, Happening, Pause, causes_of, trimmed

Hours = Mapping[int, ServiceHours]


class DeadlineKind(StrEnum):
    """What has to come by then."""

    RESPONSE = "RESPONSE"
    RESOLUTION = "RESOLUTION"
    RFO = "RFO"
    CLIENT_REPLY = "CLIENT_REPLY"
    CONFIRMATION = "CONFIRMATION"
    STEP_DOWN = "STEP_DOWN"
    AUTO_CLOSE = "AUTO_CLOSE"


# What the provider promises; the others are the client's to keep, or done by the sweep.
PROVIDERS = (DeadlineKind.RESPONSE, DeadlineKind.RESOLUTION, DeadlineKind.RFO)


class State(StrEnum):
    """What became of a deadline."""

    OPEN = "OPEN"
    MET = "MET"
    MISSED = "MISSED"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A promise on a ticket.

    ``serial`` counts those of a kind: the second question to the client has the second one.
    ``due_at`` None: the clock stands still. ``warn_at``: when the policy's share of the target is
    used; None: nobody is warned. ``settled_at``: when it was kept, or, missed, when it fell due.
    ``ended_at``: when the promised act came, in time or late. ``target`` and ``used`` are service
    time.
    """

    kind: DeadlineKind
    state: State
    target: timedelta
    calendar_id: int
    clause: str
    started_at: datetime
    due_at: datetime | None
    warn_at: datetime | None
    settled_at: datetime | None
    ended_at: datetime | None
    used: timedelta
    steps: tuple[Step, ...]
    serial: int = 1


@dataclass(frozen=True, slots=True)
class Span:
    """A length of service time from an instant on: when it is over, and how it is told."""

    rule: RuleTerm
    starts_at: datetime
    target: timedelta
    calendar_id: int
    calendar: str
    hours: ServiceHours
    pauses: Sequence[Pause]
    begins: Step

    @property
    def due_at(self) -> datetime | None:
        """When it is over; None while it stands still."""
        if not self.target:
            return self.starts_at
        return due_at(
            started_at=self.starts_at, target=self.target, pauses=self.pauses, hours=self.hours
        )

    def deadline(
        self,
        kind: DeadlineKind,
        serial: int,
        *,
        state: State,
        until: datetime,
        ended_at: datetime | None = None,
        outcome: str = "",
        warns_at_percent: int | None = None,
    ) -> Deadline:
        """Return it as a deadline. ``until`` is up to when its time has run; ``outcome`` is told.

        Clause: V-3.4.2, V-3.4.4, S-5-step-down, S-6.
        """
        due = self.due_at
        is_missed = state == State.MISSED
        used = self._used(min(until, due) if is_missed and due else until)
        return Deadline(
            kind=kind,
            serial=serial,
            state=state,
            target=self.target,
            calendar_id=self.calendar_id,
            clause=self.rule.clause,
            started_at=self.starts_at,
            due_at=due,
            warn_at=self._warn_at(warns_at_percent),
            settled_at=due if is_missed else ended_at,
            ended_at=ended_at,
            used=used,
            steps=tuple(self._steps(outcome, ended_at, used)),
        )

    def _used(self, until: datetime) -> timedelta:
        return time_used(started_at=self.starts_at, at=until, pauses=self.pauses, hours=self.hours)

    def _warn_at(self, percent: int | None) -> datetime | None:
        if percent is None:
            return None
        share = self.target * percent / 100
        return due_at(started_at=self.starts_at, target=share, pauses=self.pauses, hours=self.hours)

    def _steps(self, outcome: str, ended_at: datetime | None, used: timedelta) -> list[Step]:
        clause, due = cited(self.rule), self.due_at
        told = [self.begins]
        if self.target:
            figures: dict[str, str | int] = {
                "target_seconds": seconds(self.target),
                "calendar": self.calendar,
            }
            told.append(Step(clause, "{target_seconds} of “{calendar}” from then.", figures))
        told += [
            _stood_still(clause, pause)
            for pause in self.pauses
            if (due is None or pause.starts_at < due)
            and (pause.ends_at is None or pause.ends_at > self.starts_at)
        ]
        if due is None:
            left = {"left_seconds": seconds(self.target - used)}
            told.append(Step(clause, "{left_seconds} remain when it goes on.", left))
        else:
            told.append(Step(clause, "That is {due_at}.", {"due_at": instant(due)}))
        if outcome:
            told.append(Step(clause, outcome, {"ended_at": instant(ended_at)} if ended_at else {}))
        return told


def _stood_still(clause: str, pause: Pause) -> Step:
    from_at = instant(pause.starts_at)
    if pause.ends_at is None:
        return Step(clause, "Standing still since {from_at}.", {"from_at": from_at})
    text = "Standing still from {from_at} to {to_at}."
    return Step(clause, text, {"from_at": from_at, "to_at": instant(pause.ends_at)})


def span_of(
    *,
    rule: RuleTerm,
    history: Sequence[Happening],
    starts_at: datetime,
    target: timedelta,
    calendar_id: int,
    calendar: str,
    hours: Hours,
    begins: Step,
    further: Sequence[Pause] = (),
    stops: bool = True,
) -> Span:
    """Return a length of time that stands still while support is suspended, and in ``further``.

    ``stops`` False: it runs on whatever happens.

    Clause: R-13.
    """
    suspended = [pause for pause in causes_of(history) if pause.cause == SUSPENSION]
    pauses = trimmed([*suspended, *further]) if stops else ()
    return Span(rule, starts_at, target, calendar_id, calendar, hours[calendar_id], pauses, begins)


def length(setting: Mapping[str, int]) -> timedelta:
    """Return a length of time as a policy's rule states it, in hours and minutes.

    Clause: none (form).
    """
    return timedelta(hours=setting["hours"], minutes=setting["minutes"])


def cited(rule: RuleTerm) -> str:
    """Return clause and reading of a rule as an explanation cites them.

    Clause: none (form).
    """
    return f"{rule.clause}, {rule.reading}" if rule.reading else rule.clause


def of_rule(rule: RuleTerm, terms: Terms) -> dict[str, int | str]:
    """Return the calendar that a rule names, as ``span_of`` takes it.

    Clause: none (form).
    """
    calendar = terms.calendars[rule.settings["calendar"]]
    return {"calendar_id": calendar.pk, "calendar": calendar.title}
