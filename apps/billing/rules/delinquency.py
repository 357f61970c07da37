"""How an account stands on a day, from what it owes and what its policy's ladder says.

The answer is a function of the facts alone: what was owed, paid and disputed on which day. It does
not depend on how often somebody asked, so a night that nobody reviewed loses no rung.

Clause: S-12, R-4, R-5, R-12.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from apps.billing.rules.ladder import GOOD, Ladder, Rung
from apps.billing.rules.money import ZERO


@dataclass(frozen=True, slots=True)
class Owed:
    """A document that is owed. Amounts are after tax; ``excluded_amount`` is under a dispute.

    ``pk`` is that of its open item. ``amount`` is what it was at first.
    """

    pk: int
    name: str
    due_on: date
    amount: Decimal
    open_amount: Decimal
    excluded_amount: Decimal = ZERO

    @property
    def counted_amount(self) -> Decimal:
        """What counts as overdue once it is past due (R-5)."""
        return max(self.open_amount - self.excluded_amount, ZERO)


@dataclass(frozen=True, slots=True)
class Change:
    """On a day, so much of a document was settled, or disputed; below nought: the reverse."""

    on: date
    pk: int
    settled_amount: Decimal = ZERO
    excluded_amount: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Overdue:
    """A document past due, on a day. ``days``: today less the due date."""

    owed: Owed
    days: int


@dataclass(frozen=True, slots=True)
class Delinquency:
    """How an account stands, and the arithmetic of it.

    ``overdue`` are the documents that count, the oldest first; ``clears_amount`` paid against them
    ends it. ``kept``: the rung was reached by a document that is settled by now. ``since_on`` is
    the first day of the spell: from then on something has been overdue. ``first_due_on`` is the
    earliest due date of all that is owed and undisputed, overdue or not.
    """

    on: date
    state: str
    rung: Rung | None
    kept: bool
    overdue: tuple[Overdue, ...]
    overdue_amount: Decimal
    clears_amount: Decimal
    since_on: date | None
    first_due_on: date | None

    @property
    def days(self) -> int:
        """Days overdue of the oldest document; 0: nothing is overdue."""
        return self.overdue[0].days if self.overdue else 0

    @property
    def oldest_due_on(self) -> date | None:
        """The due date of the oldest document that is overdue."""
        return self.overdue[0].owed.due_on if self.overdue else None


def standing_on(
    *, ladder: Ladder, owed: Sequence[Owed], changes: Iterable[Change], on: date
) -> Delinquency:
    """Return how an account stands on a day, in which nothing more is paid or disputed.

    ``owed`` are its documents as they are now; ``changes`` all that was settled or disputed of
    them, in the order in which it happened: of one day, the payments that came together are one
    moment. A rung that was reached on any day holds until nothing undisputed is overdue.

    Clause: S-12, R-4, R-5.
    """
    return on_day(ladder, owed, before(ladder, owed, changes, on=on), on)


Before = tuple[int, date | None]


def before(ladder: Ladder, owed: Sequence[Owed], changes: Iterable[Change], *, on: date) -> Before:
    """Return what of an account's past counts, for ``on_day``: most days overdue, spell's start.

    What is dated after ``on`` is there already, and counts as of that day: nothing ages ahead.

    Clause: S-12, R-5.
    """
    known = [replace(each, on=min(each.on, on)) for each in changes]
    return _reached(ladder, owed, known) if ladder.keeps else (0, None)


def on_day(ladder: Ladder, owed: Sequence[Owed], past: Before, on: date) -> Delinquency:
    """Return how an account stands on a day, given what of its past counts.

    Clause: S-12, R-4, R-5.
    """
    reached, since = past
    overdue = _overdue(ladder, owed, on)
    days = overdue[0].days if overdue else 0
    rung = ladder.rung_at(max(days, reached)) if overdue else None
    if overdue:
        since = min(since or on, overdue[0].owed.due_on + timedelta(days=1))
    return Delinquency(
        on=on,
        state=rung.state if rung else GOOD,
        rung=rung,
        kept=rung is not None and days < rung.first_day,
        overdue=overdue,
        overdue_amount=_sum(overdue),
        clears_amount=_clears(ladder, rung, overdue),
        since_on=since if overdue else None,
        first_due_on=min((each.due_on for each in owed if each.counted_amount), default=None),
    )


def _reached(
    ladder: Ladder, owed: Sequence[Owed], changes: list[Change]
) -> tuple[int, date | None]:
    """Return the most days overdue that this spell has seen before its last change, and its start.

    Goes through the days on which something changed: what was open the day before ages until
    then, and once a day has left nothing overdue, what was before counts no more.
    """
    rows = {each.pk: each for each in owed}
    left = {each.pk: each.amount for each in owed}
    excluded = dict.fromkeys(rows, ZERO)
    most, since = 0, None
    for on, of_day in groupby(sorted(changes, key=lambda each: each.on), key=lambda each: each.on):
        before = _overdue(ladder, _as_of(rows, left, excluded), on)
        if before:
            most = max(most, before[0].days)
            since = since or before[0].owed.due_on + timedelta(days=1)
        for change in of_day:
            left[change.pk] -= change.settled_amount
            excluded[change.pk] += change.excluded_amount
        if not _overdue(ladder, _as_of(rows, left, excluded), on):
            most, since = 0, None
    return most, since


def _as_of(
    rows: Mapping[int, Owed], left: Mapping[int, Decimal], excluded: Mapping[int, Decimal]
) -> list[Owed]:
    return [
        Owed(pk, row.name, row.due_on, row.amount, left[pk], excluded[pk])
        for pk, row in rows.items()
        if left[pk] > excluded[pk]
    ]


def _overdue(ladder: Ladder, owed: Iterable[Owed], on: date) -> tuple[Overdue, ...]:
    """Return what counts as overdue on a day, oldest first; none where it is too little."""
    late = [
        Overdue(each, (on - each.due_on).days)
        for each in owed
        if each.due_on < on and each.counted_amount
    ]
    if _sum(late) < ladder.ignore_below:
        return ()
    return tuple(sorted(late, key=lambda each: (each.owed.due_on, each.owed.pk)))


def _sum(overdue: Iterable[Overdue]) -> Decimal:
    return sum((each.owed.counted_amount for each in overdue), ZERO)


def _clears(ladder: Ladder, rung: Rung | None, overdue: Sequence[Overdue]) -> Decimal:
    """What has to be paid until nothing is suspended; nought where nothing is."""
    if rung is None:
        return ZERO
    first = ladder.rungs[0].first_day
    return _sum(each for each in overdue if ladder.keeps or each.days >= first)
