"""Whether a time can be booked, what it costs, and from which day on.

A business day is a day, in the zone of the hours, on which they open at all: half a day counts, a
holiday does not, and hours that never close open every day.

Clause: S-2.1 (new installs), S-3 (help off hours), R-7 (what is billed by the hour).
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from apps.contracts.rules.calendar import BeyondHorizon, NoServiceTime, ServiceHours
from apps.contracts.rules.entitlement import Step

# Ours, and no promise of a policy: what lasts longer is a typing error, or several appointments.
LONGEST = timedelta(hours=24)
DAY = timedelta(days=1)


class Kind(StrEnum):
    """What is booked."""

    INSTALL = "INSTALL"
    OFF_HOURS = "OFF_HOURS"


@dataclass(frozen=True, slots=True)
class Wish:
    """The time that is asked for, [starts_at, ends_at), since ``asked_at``; kept in UTC.

    Two instants of one zone would be subtracted by the wall clock, which jumps twice a year.
    """

    kind: Kind
    starts_at: datetime
    ends_at: datetime
    asked_at: datetime
    is_priority: bool = False

    def __post_init__(self) -> None:
        for name in ("starts_at", "ends_at", "asked_at"):
            # What no clock shows in UTC stays as it is: it lies beyond all calendars.
            with suppress(OverflowError):
                object.__setattr__(self, name, getattr(self, name).astimezone(UTC))


@dataclass(frozen=True, slots=True)
class NamedHours:
    """Hours with the title that people know them by, and the clause that sets them."""

    title: str
    clause: str
    hours: ServiceHours


@dataclass(frozen=True, slots=True)
class Installs:
    """What the policy says of new installs. ``fee_clause`` and ``fee`` say what costs how much."""

    clause: str
    notice_business_days: int
    measure: NamedHours
    fee_clause: str
    fee: str


@dataclass(frozen=True, slots=True)
class OffHours:
    """What the policy says of help outside of the hours that it is measured by."""

    clause: str
    measure: NamedHours


@dataclass(frozen=True, slots=True)
class Bookable:
    """Yes or no, the clause it rests on, the facts in words, and the checks that were made.

    ``is_billable``: the fee of installs applies. ``is_priority``: it is taken at shorter notice
    than is owed. ``earliest_on``: the first day on which an install owes no priority handling.
    ``is_slip``: the time itself is none that anybody could book, whatever the policy says.
    ``is_after_hours``: it is allowed, and lies outside of the hours, at least in part.
    """

    allowed: bool
    clause: str
    why: str
    steps: tuple[Step, ...]
    is_billable: bool = False
    is_priority: bool = False
    earliest_on: date | None = None
    is_slip: bool = False
    is_after_hours: bool = False


def earliest_install_on(
    *, asked_at: datetime, hours: ServiceHours, notice_business_days: int
) -> date:
    """Return the n-th business day after the day of asking, as a date in the hours' zone.

    No notice at all gives the day of asking itself, whatever day it is.

    Clause: S-2.1.

    :raises NoServiceTime: the hours do not open on so many days.
    :raises BeyondHorizon: that lies outside the years that calendars answer for.
    """
    day = asked_at.astimezone(hours.zone).date()
    for _ in range(notice_business_days):
        opens_at = hours.next_opening(_midnight(day + DAY, hours.zone))
        day = opens_at.astimezone(hours.zone).date()
    return day


def bookable(
    *,
    wish: Wish,
    at: datetime,
    standard: NamedHours,
    installs: Installs | None,
    off_hours: OffHours | None,
) -> Bookable:
    """Answer whether the wish can be booked, as of ``at``; a refusal says what can be.

    ``installs`` and ``off_hours`` None: the policy has no such rule. Then an install owes neither
    notice nor fee, and there is no help to be booked outside of the ``standard`` hours.

    Clause: S-2.1, S-3, R-7.
    """
    problem = _problem_of(wish, at, standard.hours)
    if problem:
        return replace(_refused([Step("", False, problem)]), is_slip=True)
    if wish.kind == Kind.OFF_HOURS:
        return _off_hours(wish, off_hours, standard)
    if installs is None:
        says = "The policy asks for no notice of a new install, and takes no fee for it."
        return _allowed([Step(standard.clause, True, says)])
    try:
        return _install(wish, installs)
    except NoServiceTime:
        says = f"“{installs.measure.title}” has no business days left: put its hours right first."
        return _refused([Step(installs.clause, False, says)])


def _problem_of(wish: Wish, at: datetime, hours: ServiceHours) -> str:
    """Return what is wrong with the time itself; "": nothing."""
    if wish.starts_at < at:
        return "That time has passed: choose one that lies ahead."
    if wish.ends_at <= wish.starts_at:
        return "It ends before it begins: choose an end after its start."
    if wish.ends_at - wish.starts_at > LONGEST:
        longest = LONGEST // timedelta(hours=1)
        return f"It lasts longer than {longest} hours: book it in several appointments."
    try:
        hours.between(wish.starts_at, wish.ends_at)
    except BeyondHorizon as beyond:
        return str(beyond)
    return ""


def _off_hours(wish: Wish, rule: OffHours | None, standard: NamedHours) -> Bookable:
    measure = rule.measure if rule else standard
    clause = rule.clause if rule else standard.clause
    if _is_inside(wish, measure.hours):
        says = f"“{measure.title}” is open all that time: open a ticket, no appointment is needed."
        return _refused([Step(clause, False, says)])
    if rule is None:
        says = f"The policy offers no help outside of “{measure.title}”: choose a time inside."
        return _refused([Step(clause, False, says)])
    says = (
        f"It lies outside of “{measure.title}”, at least in part: such help is booked ahead,"
        " and depends on who is free. The booking itself costs nothing."
    )
    return replace(_allowed([Step(clause, True, says)]), is_after_hours=True)


def _install(wish: Wish, rule: Installs) -> Bookable:
    hours = rule.measure.hours
    earliest_on = earliest_install_on(
        asked_at=wish.asked_at, hours=hours, notice_business_days=rule.notice_business_days
    )
    is_early = wish.starts_at.astimezone(hours.zone).date() < earliest_on
    is_inside = _is_inside(wish, hours)
    is_billable = is_early or not is_inside
    steps = list(_steps_of_install(wish, rule, earliest_on, is_early, is_inside))
    if not steps[-1].holds:
        return _refused(steps, earliest_on=earliest_on)
    if is_billable:
        steps.append(Step(rule.fee_clause, True, f"It is billed: {rule.fee}."))
    else:
        steps.append(Step(rule.clause, True, "Nothing is charged for it."))
    return replace(
        _allowed(steps, is_billable=is_billable, is_priority=is_early, earliest_on=earliest_on),
        is_after_hours=not is_inside,
    )


def _steps_of_install(
    wish: Wish, rule: Installs, earliest_on: date, is_early: bool, is_inside: bool
) -> Iterator[Step]:
    asked_on = wish.asked_at.astimezone(rule.measure.hours.zone).date()
    days = rule.notice_business_days
    notice = (
        f"A new install is booked {days} business day{'s' if days != 1 else ''} ahead or more."
        f" Asked for on {told(asked_on)}, the earliest possible date is {told(earliest_on)}."
    )
    if not is_early:
        yield Step(rule.clause, True, notice)
    elif wish.is_priority:
        yield Step(rule.clause, True, f"{notice} It is taken sooner, as priority handling.")
    else:
        says = f"{notice} Choose that day or a later one; sooner is priority handling, billable."
        yield Step(rule.clause, False, says)
        return
    where = "All of it lies inside of" if is_inside else "It lies outside of"
    part = "" if is_inside else ", at least in part"
    yield Step(rule.measure.clause, True, f"{where} “{rule.measure.title}”{part}.")


def told(day: date) -> str:
    """Return a date as people write it, such as “Friday 27 November 2026”.

    Clause: none (the form of a date).
    """
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def _is_inside(wish: Wish, hours: ServiceHours) -> bool:
    """Whether the hours are open from its start to its end."""
    return hours.between(wish.starts_at, wish.ends_at) == wish.ends_at - wish.starts_at


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _refused(steps: list[Step], *, earliest_on: date | None = None) -> Bookable:
    last = steps[-1]
    return Bookable(False, last.clause, last.says, tuple(steps), earliest_on=earliest_on)


def _allowed(
    steps: list[Step],
    *,
    is_billable: bool = False,
    is_priority: bool = False,
    earliest_on: date | None = None,
) -> Bookable:
    return Bookable(
        True, steps[0].clause, steps[-1].says, tuple(steps), is_billable, is_priority, earliest_on
    )
