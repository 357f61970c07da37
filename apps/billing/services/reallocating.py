"""What a credit settles, as a person says it.

Clause: S-12, R-5.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, QuerySet

from apps.billing.models import Allocation, Document, OpenItem, Payment
from apps.billing.services.after import settled
from apps.billing.services.allocating import allocate, take_back
from apps.billing.services.disputed import recount_disputed
from apps.billing.services.holding import hold_account
from apps.billing.services.matching import day_of
from apps.billing.services.payment_checks import check_amount
from apps.billing.services.refusal import BillingRefused
from apps.contracts.models import User

Side = OpenItem.Side
# What is owed: an invoice, or the part of a reversal that had been given back.
Owing = Document | Payment


@transaction.atomic
def reallocate(
    *,
    credit: OpenItem,
    allocations: Mapping[Owing, Decimal],
    on: date,
    at: datetime,
    by: User | None,
    seen: int | None = None,
) -> None:
    """Let a credit settle exactly these invoices: what differs is taken back and allocated anew.

    Of other receipts their reversals are named, where something of them is owed. What was refunded
    or reversed of this one stays. What is left over is the account's credit. ``seen`` is how many
    allocations of it there were when somebody decided so, taken back ones too; None: no matter.

    Clause: S-12, R-5.

    :raises BillingRefused: somebody else allocated it meanwhile, an amount cannot be, is more than
        is open, is another account's, or the month of ``on`` is closed.
    """
    account = hold_account(credit.account)
    if seen is not None and seen != Allocation.objects.filter(credit=credit).count():
        raise BillingRefused("What this payment settles was just changed. Look again.")
    kept: set[Owing] = set()
    for allocation in movable_allocations(credit):
        owing = allocation.debit.document or allocation.debit.payment
        if owing and owing not in kept and allocations.get(owing) == allocation.amount:
            kept.add(owing)
        else:
            undo(allocation, on=on, at=at, by=by)
    credit.refresh_from_db()
    anew = {each: sum_ for each, sum_ in allocations.items() if sum_ and each not in kept}
    settle_as_said(credit, anew, at=at, by=by, on=on)
    settled(account=account, at=at)


def movable_allocations(credit: OpenItem) -> QuerySet[Allocation]:
    """Return of those what may settle something else: not refunds, nor the reversal of itself."""
    reversed_ = Q(debit__payment__kind=Payment.Kind.REVERSAL)
    its_own = Q(debit__payment__reverses__item=credit)
    rows = live_allocations(credit).filter(Q(debit__document__isnull=False) | reversed_)
    return rows.exclude(its_own)


def live_allocations(credit: OpenItem) -> QuerySet[Allocation]:
    """Return what a credit settles now: allocations that were not taken back."""
    rows = Allocation.objects.filter(credit=credit, amount__gt=0, reversed_by__isnull=True)
    return rows.select_related("debit__document__account", "debit__payment").order_by("pk")


def settle_as_said(
    credit: OpenItem,
    allocations: Mapping[Owing, Decimal],
    *,
    at: datetime,
    by: User | None,
    on: date | None = None,
) -> None:
    for owing in sorted(allocations, key=lambda each: (each._meta.model_name or "", each.pk)):
        amount = allocations[owing]
        check_amount(amount)
        name = "document" if isinstance(owing, Document) else "payment"
        debit = OpenItem.objects.filter(**{name: owing}, side=Side.DEBIT).first()
        if debit is None:
            raise BillingRefused(f"{owing} is not a final invoice: nothing is paid on it.")
        day = max(day_of(credit, debit), on) if on else day_of(credit, debit)
        allocate(credit=credit, debit=debit, amount=amount, dated_on=day, at=at, by=by)


def undo(allocation: Allocation, *, on: date, at: datetime, by: User | None) -> None:
    if on < allocation.dated_on:
        raise BillingRefused(
            f"It settles {allocation.debit.document or allocation.debit.payment} since"
            f" {allocation.dated_on}. Use that day or a later one."
        )
    take_back(allocation=allocation, dated_on=on, at=at, by=by)
    recount_disputed(item=allocation.debit)
