"""Closing a month: nothing is dated into it any more, and what it came to is kept.

Clause: V-3.4.6, S-13.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction

from apps.billing.models import Books, ClosedMonth, LedgerCheck
from apps.billing.models.ledger import validate_zone
from apps.billing.queries import month_end
from apps.billing.queries.balances import as_kept, balances
from apps.billing.queries.month_end import LeftOver, last_day
from apps.billing.queries.verify import verify_ledger
from apps.billing.services.ledger import close_books_alone
from apps.billing.services.refusal import BillingRefused
from apps.contracts.models import User


class LedgerDisagrees(BillingRefused):
    """The ledger was checked and something was found: nothing is closed on that."""


def check_ledger(*, as_of: date, at: datetime, by: User | None) -> LedgerCheck:
    """Verify the ledger, and keep what was found."""
    verified = verify_ledger(as_of=as_of)
    return LedgerCheck.objects.create(
        checked_at=at,
        checked_by=by,
        as_of=as_of,
        check_count=len(verified.checked),
        found_count=verified.found,
        counts=verified.counts,
        findings=[asdict(finding) for finding in verified.findings],
    )


def close_month(
    *, month: date, at: datetime, by: User, confirmed: Mapping[str, int] | None = None
) -> ClosedMonth:
    """Close the month that begins on ``month``.

    ``confirmed`` is what is known not to be done, by its key and number: what is left over stays
    for a later month. The ledger is verified first; while that goes on, others work. Then the books
    are held alone, for as long as what is left over and the totals take to read.

    Clause: V-3.4.6, S-13.

    :raises LedgerDisagrees: the ledger was checked, and something was found.
    :raises BillingRefused: the month is not the next to be closed or not over, or something is left
        over of it that was not confirmed.
    """
    _check_turn(month, month_end.books(), at)
    _check_left_over(month_end.left_over(through_on=last_day(month)), confirmed or {})
    check = check_ledger(as_of=last_day(month), at=at, by=by)
    if check.found_count:
        raise LedgerDisagrees(
            f"The ledger was checked and {check.found_count} things do not agree. The check says"
            " which: put them right, then close the month."
        )
    return _close(month, at=at, by=by, confirmed=confirmed or {})


@transaction.atomic
def _close(month: date, *, at: datetime, by: User, confirmed: Mapping[str, int]) -> ClosedMonth:
    held = close_books_alone()
    _check_turn(month, held, at)
    ends_on = last_day(month)
    left = month_end.left_over(through_on=ends_on)
    _check_left_over(left, confirmed)
    closed = ClosedMonth.objects.create(
        starts_on=month,
        ends_on=ends_on,
        closed_at=at,
        closed_by=by,
        totals=as_kept(balances(through_on=ends_on)),
        left_over=[
            {"key": each.todo.key, "title": each.todo.title, "count": each.count} for each in left
        ],
    )
    held.closed_through_on = ends_on
    held.save(update_fields=["closed_through_on"])
    return closed


@transaction.atomic
def set_time_zone(*, time_zone: str) -> Books:
    """Set the zone in which a month ends.

    :raises ValidationError: there is no such zone.
    """
    validate_zone(time_zone)
    held = close_books_alone()
    held.time_zone = time_zone
    held.save(update_fields=["time_zone"])
    return held


def _check_turn(month: date, held: Books, at: datetime) -> None:
    following = month_end.next_month()
    if following is None:
        raise BillingRefused("Nothing was ever posted: there is no month to close.")
    if month < following:
        raise BillingRefused(f"{month:%B %Y} is closed already.")
    if month != following:
        raise BillingRefused(f"Close {following:%B %Y} first: months are closed in order.")
    if not month_end.is_over(month, time_zone=held.time_zone, at=at):
        raise BillingRefused(
            f"{month:%B %Y} is over after {last_day(month)} in {held.time_zone}. Close it then."
        )


def _check_left_over(left: Sequence[LeftOver], confirmed: Mapping[str, int]) -> None:
    unknown = [each for each in left if confirmed.get(each.todo.key, 0) != each.count]
    if unknown:
        listed = "; ".join(f"{each.todo.title}: {each.count}" for each in unknown)
        raise BillingRefused(
            f"Not done yet: {listed}. Do it, or confirm that it stays for a later month."
        )
