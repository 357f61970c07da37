"""What settles what: allocations of credits to debits, and what stays open of both.

Clause: S-12, R-5.
"""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from apps.billing.models import Allocation, OpenItem
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

    :raises BillingRefused: it is not positive, more than either has open, of another account or
        currency, dated before either, or in a closed month.
    """
    hold_books(dated_on=dated_on)
    _check(credit, debit, amount, dated_on)
    _lower(credit, amount)
    _lower(debit, amount)
    return Allocation.objects.create(
        credit=credit, debit=debit, amount=amount, dated_on=dated_on, at=at, by=by
    )


@transaction.atomic
def take_back(
    *, allocation: Allocation, dated_on: date, at: datetime, by: User | None
) -> Allocation:
    """Undo an allocation by one that says the opposite; both items are open again by its amount.

    :raises BillingRefused: it is undone already, is such an undoing, or the month is closed.
    """
    hold_books(dated_on=dated_on)
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
    if not is_new or allocation.reverses_id is not None:
        raise BillingRefused("This allocation was taken back already.")
    items = OpenItem.objects.filter(pk__in=[allocation.credit_id, allocation.debit_id])
    items.update(open_amount=F("open_amount") + allocation.amount)
    return undone


def _check(credit: OpenItem, debit: OpenItem, amount: Decimal, dated_on: date) -> None:
    problems = [
        (amount <= 0, "Allocate more than nothing."),
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


def _lower(item: OpenItem, amount: Decimal) -> None:
    """Lower what is open in one statement, whoever else does it at the same moment."""
    rows = OpenItem.objects.select_for_update().filter(pk=item.pk)
    now = rows.get()
    if now.open_amount < amount:
        raise BillingRefused(
            f"{_named(item)} has {now.open_amount} {item.currency} open, less than {amount}."
        )
    left = now.open_amount - amount
    lowered = rows.filter(open_amount=now.open_amount).update(
        open_amount=left, disputed_amount=min(now.disputed_amount, left)
    )
    if not lowered:
        raise BillingRefused(f"{_named(item)} was just settled by somebody else. Look again.")
    item.open_amount = left


def _named(item: OpenItem) -> str:
    return str(item.document or item.payment)
