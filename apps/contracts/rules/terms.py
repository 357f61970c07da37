"""The terms that a ticket was registered under, as a value.

Clause: V-2-order, V-4, S-5-targets (what is promised), R-14 (tickets pin their terms).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class SeverityTerm:
    """One severity. ``rank`` 1 is the worst; ``pk`` is that of its row.

    ``is_default``: what a request gets until somebody has looked.
    """

    key: str
    rank: int
    label: str
    is_incident: bool
    pk: int = 0
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class TargetTerm:
    """A promise in time. ``duration`` is service time; None is a best effort without an instant.

    ``channel`` and ``arrival`` ("INSIDE", "OUTSIDE") are conditions; empty: any. ``agreed_in`` is
    the order that sets it instead of the plan; empty: the plan's own.
    """

    kind: str
    severity: str
    duration: timedelta | None
    calendar_id: int | None
    calendar: str
    clause: str
    reading: str = ""
    channel: str = ""
    arrival: str = ""
    agreed_in: str = ""


@dataclass(frozen=True, slots=True)
class RuleTerm:
    """A rule of the policy with its settings."""

    clause: str
    reading: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CalendarTerm:
    """Hours that a rule names by their key."""

    pk: int
    title: str


@dataclass(frozen=True, slots=True)
class Terms:
    """All that a ticket's clocks need to know of its policy and plan."""

    severities: Mapping[str, SeverityTerm]
    targets: Sequence[TargetTerm]
    rules: Mapping[str, RuleTerm]
    warn_at_percent: int
    time_zone: str
    calendars: Mapping[str, CalendarTerm] = field(default_factory=dict)
    standard_calendar: str = ""  # the key of the one that says what is inside and outside

    @property
    def default_severity(self) -> SeverityTerm:
        """What a request gets until somebody has looked (S-1)."""
        return next(severity for severity in self.severities.values() if severity.is_default)

    def target(self, *, kind: str, severity: str, channel: str, arrival: str) -> TargetTerm | None:
        """Return the promise for a ticket of that kind; the most specific row wins.

        A row that names the channel beats one that names the arrival. None: nothing is promised.

        Clause: V-4, V-5, S-5-targets.
        """
        fitting = [
            target
            for target in self.targets
            if (target.kind, target.severity) == (kind, severity)
            and target.channel in ("", channel)
            and target.arrival in ("", arrival)
        ]
        return max(
            fitting, key=lambda target: (target.channel != "", target.arrival != ""), default=None
        )

    def with_agreed(self, agreed: Sequence[TargetTerm]) -> Self:
        """Return these terms with an order's own targets in the place of the plan's.

        Each replaces all of the plan's targets of its kind and severity, on whatever condition.

        Clause: V-2-order, V-5.
        """
        if not agreed:
            return self
        replaced = {(target.kind, target.severity) for target in agreed}
        kept = [target for target in self.targets if (target.kind, target.severity) not in replaced]
        return replace(self, targets=(*kept, *agreed))

    def clause_of(self, *, kind: str, severity: str) -> str:
        """Return the clause on which a promise of that kind rests, plan or order.

        It is that of the plan's target; where the plan has none, that of the rule of its kind.

        Clause: V-5, V-2-order.
        """
        for target in self.targets:
            if (target.kind, target.severity) == (kind, severity):
                return target.clause
        return self.rules[kind.lower()].clause
