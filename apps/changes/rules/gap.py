"""Who is owed a GAP analysis, what one lacks, and when somebody is told of it.

Clause: V-2-gap.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FEATURE = "gap_analysis"


@dataclass(frozen=True, slots=True)
class Bought:
    """What of an order decides: its plan, whether that has the feature, and its term.

    Both ends belong to the term; ``ends_on`` None: it has no end.
    """

    plan: str
    has_feature: bool
    clause: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether an order is owed an analysis, why, and the clause that says so."""

    is_entitled: bool
    why: str
    clause: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What somebody found of one thing that breaks. ``is_affected`` None: nothing yet."""

    title: str
    is_affected: bool | None
    to_do: str


def entitled(bought: Bought, *, on: date) -> Answer:
    """Say whether an executed order is owed the analysis of a change that takes effect on a day.

    Clause: V-2-gap, V-3.1, V-4.
    """
    if not bought.has_feature:
        return Answer(False, f"{bought.plan} has no GAP analysis.", bought.clause)
    if on < bought.starts_on:
        return Answer(False, f"Its term begins on {bought.starts_on}, later.", "V-3.1")
    if bought.ends_on is not None and on > bought.ends_on:
        return Answer(False, f"Its term ends on {bought.ends_on}, before that day.", "V-3.1")
    return Answer(
        True, f"{bought.plan} has GAP analysis, and the order is in force then.", bought.clause
    )


def lacking(findings: Sequence[Finding], *, plan: str) -> list[str]:
    """Return what an analysis lacks before it can be sent, in words; none: nothing.

    Clause: V-2-gap.
    """
    said = [
        f"whether “{each.title}” hits the client"
        if each.is_affected is None
        else f"what to do about “{each.title}”"
        for each in findings
        if each.is_affected is None or (each.is_affected and not each.to_do)
    ]
    needs_plan = any(each.is_affected for each in findings) and not plan
    return [*said, "a plan"] if needs_plan else said


def over_at(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which a day is over on a clock.

    Clause: V-2-gap.
    """
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone).astimezone(UTC)


def remind_at(day: date, *, days: int, zone: ZoneInfo) -> datetime:
    """Return the beginning of the day that lies so many days before the due day.

    Clause: V-2-gap.
    """
    begins = datetime.combine(day - timedelta(days=days), time.min, tzinfo=zone)
    return begins.astimezone(UTC)
