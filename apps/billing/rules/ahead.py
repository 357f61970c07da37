"""What an overdue account has ahead of it, and when its client is told.

Clause: S-12.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from apps.billing.rules.delinquency import Change, Delinquency, Owed, before, on_day
from apps.billing.rules.ladder import Ladder, is_harder


@dataclass(frozen=True, slots=True)
class Spared:
    """An account is spared through a day, and stands so until then."""

    until_on: date
    state: str


def coming(
    *,
    ladder: Ladder,
    owed: Sequence[Owed],
    changes: Iterable[Change],
    on: date,
    until: date,
    spared: Spared | None = None,
) -> Iterator[Delinquency]:
    """Yield how the account will stand on each day, through a day, on which that gets harder.

    That is if nothing is paid or disputed meanwhile. Of one that is spared nothing comes before the
    day after; what was passed until then comes on that day.

    Clause: S-12, R-4.
    """
    past = before(ladder, owed, changes, on=on)
    state = spared.state if spared else on_day(ladder, owed, past, on).state
    days = _turning(ladder, owed)
    if spared:
        back_on = spared.until_on + timedelta(days=1)
        days = {back_on, *(day for day in days if day > back_on)}
    for day in sorted(day for day in days if on < day <= until):
        then = on_day(ladder, owed, past, day)
        if is_harder(then.state, state):
            state = then.state
            yield then


def _turning(ladder: Ladder, owed: Sequence[Owed]) -> set[date]:
    """Return the days on which a standing may change by itself.

    On others no document comes to a rung, and none adds to what is too little to matter.
    """
    counted = {each.due_on for each in owed if each.counted_amount}
    after = {rung.first_day for rung in ladder.rungs} | ({1} if ladder.ignore_below else set())
    return {due_on + timedelta(days=days) for due_on in counted for days in after}


def notice_due(
    *,
    ladder: Ladder,
    owed: Sequence[Owed],
    changes: Iterable[Change],
    on: date,
    spared: Spared | None = None,
) -> tuple[Delinquency, int] | None:
    """Return the next step that the client is to be told of today, and the days before it.

    Where a night was missed it is the notice that comes next to the step, and only that one: not
    three mails in a morning. A step that is taken is past telling.

    Clause: S-12.
    """
    if not ladder.notice_days:
        return None
    until = on + timedelta(days=max(ladder.notice_days))
    steps = coming(ladder=ladder, owed=owed, changes=changes, on=on, until=until, spared=spared)
    for then in steps:
        ahead = (then.on - on).days
        return then, min(days for days in ladder.notice_days if ahead <= days)
    return None
