"""What settles what: allocations of credits to debits, and what stays open of both.

Who calls these holds the account's row: its items are read and changed by one at a time.

Clause: S-12, R-5.
"""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, Q

from apps.billing.models import Allocation, BillingDispute, OpenItem
from apps.billing.rules.money import ZERO, to_cents
from apps.billing.services.ledger import hold_books
from apps.billing.services.refusal import BillingRefused
from apps.contracts.models import User

Side = OpenItem.Side


@transaction.atomic
def allocate(
    *,
    credit: OpenItem,
    debit: OpenItem,
    amount: Decimal,
    dated_on: date,
    at: datetime,
    by: User | None,
) -> Allocation:
    """Settle so much of a debit with a credit of the same account.

    What is under dispute on the debit is settled last; where less stays open than is disputed, the
    disputed amount shrinks with it.

    Clause: S-12, R-5.

    :raises BillingRefused: it is not positive or not in whole cents, more than either has open, of
        another account or currency, dated before either or before something of either was taken
        back, or in a closed month.
    """
    hold_books(dated_on=dated_on)
    _check(credit, debit, amount, dated_on)
    _check_day(credit, debit, dated_on)
    _change(credit, debit, by_amount=-amount)
    return Allocation.objects.create(
        credit=credit, debit=debit, amount=amount, dated_on=dated_on, at=at, by=by
    )


@transaction.atomic
def take_back(
    *, allocation: Allocation, dated_on: date, at: datetime, by: User | None
) -> Allocation:
    """Undo an allocation by one that says the opposite; both items are open again by its amount.

    :raises BillingRefused: it is undone already, is such an undoing, the day lies before it, or the
        month is closed.
    """
    hold_books(dated_on=dated_on)
    if dated_on < allocation.dated_on:
        raise BillingRefused(
            f"It stands since {allocation.dated_on}: take it back on that day or later."
        )
    if allocation.reverses_id is not None:
        raise BillingRefused("This allocation was taken back already.")
    undone, is_new = Allocation.objects.get_or_create(
        reverses=allocation,
        defaults={
            "credit": allocation.credit,
            "debit": allocation.debit,
            "amount": -allocation.amount,
            "dated_on": dated_on,
            "at": at,
            "by": by,
        },
    )
    if not is_new:
        raise BillingRefused("This allocation was taken back already.")
    _change(allocation.credit, allocation.debit, by_amount=allocation.amount)
    return undone


def _check(credit: OpenItem, debit: OpenItem, amount: Decimal, dated_on: date) -> None:
    is_money = amount.is_finite() and amount == to_cents(amount)
    problems = [
        (not is_money, "Allocate an amount in whole cents."),
        (is_money and amount <= 0, "Allocate more than nothing."),
        (credit.side != Side.CREDIT or debit.side != Side.DEBIT, "A credit settles a debit."),
        (
            credit.account_id != debit.account_id,
            f"{_named(debit)} is of another account, {debit.account}.",
        ),
        (
            credit.currency != debit.currency,
            f"{_named(debit)} is in {debit.currency}, not in {credit.currency}.",
        ),
        (
            dated_on < max(credit.dated_on, debit.dated_on),
            f"{_named(debit)} and {_named(credit)} cannot meet before they are there: use"
            f" {max(credit.dated_on, debit.dated_on)} or later.",
        ),
    ]
    refusal = next((words for is_so, words in problems if is_so), "")
    if refusal:
        raise BillingRefused(refusal)


def _check_day(credit: OpenItem, debit: OpenItem, dated_on: date) -> None:
    """Refuse a day on which what is free now was still allocated: it would be settled twice."""
    undone = Allocation.objects.filter(Q(credit=credit) | Q(debit=debit), reverses__isnull=False)
    last_on = undone.aggregate(last_on=Max("dated_on"))["last_on"]
    if last_on is not None and dated_on < last_on:
        raise BillingRefused(
            f"{_named(debit)} or {_named(credit)} was settled otherwise until {last_on}: use that"
            " day or a later one."
        )


def _change(credit: OpenItem, debit: OpenItem, *, by_amount: Decimal) -> None:
    """Lower or raise what is open of both, each written as it was reckoned here.

    Nothing is added in the database: SQLite adds as floating point, and a cent may be lost.
    """
    keys = [credit.pk, debit.pk]
    rows = {
        row.pk: row
        for row in OpenItem.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    }
    for item in (credit, debit):
        now = rows[item.pk]
        left = now.open_amount + by_amount
        if left < 0:
            raise BillingRefused(
                f"{_named(item)} has {now.open_amount} {item.currency} open, less than"
                f" {-by_amount}."
            )
        item.disputed_amount = min(_disputed(now, rises=by_amount > 0), left)
        item.open_amount = left
        OpenItem.objects.filter(pk=item.pk).update(
            open_amount=left, disputed_amount=item.disputed_amount
        )


def _disputed(now: OpenItem, *, rises: bool) -> Decimal:
    """Return what is disputed of an item. Where it was cut to what was open, its disputes say."""
    if not rises or now.document_id is None or now.disputed_amount < now.open_amount:
        return now.disputed_amount
    disputes = BillingDispute.objects.filter(
        document=now.document_id, state__in=BillingDispute.OPEN
    )
    return sum(disputes.values_list("total_amount", flat=True), ZERO)


def _named(item: OpenItem) -> str:
    return str(item.document or item.payment)
