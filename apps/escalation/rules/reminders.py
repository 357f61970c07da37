"""When the people who owe a Reason for Outage are reminded of it.

Clause: S-6, R-3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.contracts.rules.calendar import ServiceHours
from apps.tickets.rules.clock import due_at


@dataclass(frozen=True, slots=True)
class Mark:
    """An instant at which a share of the time is used up."""

    percent: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Reminder:
    """What there is to say now, and when there is something again.

    ``percent`` None: nothing now. ``next_at`` is the deadline itself after the last reminder.
    """

    percent: int | None
    next_at: datetime


def marks(
    *, started_at: datetime, target: timedelta, percents: Sequence[int], hours: ServiceHours
) -> list[Mark]:
    """Return the instants of reminders, in order. ``target`` is time of those hours.

    Clause: S-6.
    """
    return [
        Mark(percent, at)
        for percent in sorted(set(percents))
        for at in [
            due_at(started_at=started_at, target=target * percent / 100, pauses=(), hours=hours)
        ]
        if at is not None
    ]


def reminder(
    marks: Sequence[Mark], *, due_at: datetime, told_percent: int, at: datetime
) -> Reminder:
    """Return what to say at that instant. Of several that are due, the latest stands for all.

    The instant of a mark itself is time to say it. Nothing is said once the deadline has passed:
    then there is an alarm.

    Clause: S-6, R-17.
    """
    passed = [mark.percent for mark in marks if mark.at <= at]
    latest = passed[-1] if passed and at <= due_at else None
    coming = [mark.at for mark in marks if mark.at > at and mark.percent > told_percent]
    return Reminder(
        percent=latest if latest and latest > told_percent else None,
        next_at=min(coming[0], due_at) if coming else due_at,
    )
