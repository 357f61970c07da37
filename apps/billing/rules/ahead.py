"""What an overdue account has ahead of it, and when its client is told.

Clause: S-12.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from apps.billing.rules.delinquency import Change, Delinquency, Owed, before, on_day
from apps.billing.rules.ladder import Ladder, is_harder


def coming(
    *, ladder: Ladder, owed: Sequence[Owed], changes: Iterable[Change], on: date, until: date
) -> Iterator[Delinquency]:
    """Yield how the account will stand on each day, through a day, on which that gets harder.

    That is if nothing is paid or disputed meanwhile.

    Clause: S-12, R-4.
    """
    past = before(ladder, owed, changes)
    state = on_day(ladder, owed, past, on).state
    for ahead in range(1, (until - on).days + 1):
        then = on_day(ladder, owed, past, on + timedelta(days=ahead))
        if is_harder(then.state, state):
            state = then.state
            yield then


def notice_due(
    *, ladder: Ladder, owed: Sequence[Owed], changes: Iterable[Change], on: date
) -> tuple[Delinquency, int] | None:
    """Return the next step that the client is to be told of today, and the days before it.

    Where a night was missed it is the notice that comes next to the step, and only that one: not
    three mails in a morning. A step that is taken is past telling.

    Clause: S-12.
    """
    if not ladder.notice_days:
        return None
    until = on + timedelta(days=max(ladder.notice_days))
    for then in coming(ladder=ladder, owed=owed, changes=changes, on=on, until=until):
        ahead = (then.on - on).days
        return then, min(days for days in ladder.notice_days if ahead <= days)
    return None
