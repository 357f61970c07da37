"""What a credit settles, as a person says it.

Clause: S-12, R-5.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from apps.billing.models import Allocation, Document, OpenItem
from apps.billing.services.after import settled
from apps.billing.services.allocating import allocate, take_back
from apps.billing.services.disputed import recount_disputed
from apps.billing.services.holding import hold_account
from apps.billing.services.matching import day_of
from apps.billing.services.payment_checks import check_amount
from apps.billing.services.refusal import BillingRefused
from apps.contracts.models import User

Side = OpenItem.Side


@transaction.atomic
def reallocate(
    *,
    credit: OpenItem,
    allocations: Mapping[Document, Decimal],
    on: date,
    at: datetime,
    by: User | None,
    seen: int | None = None,
) -> None:
    """Let a credit settle exactly these invoices: what differs is taken back and allocated anew.

    What was refunded stays. What is left over is the account's credit. ``seen`` is how many
    allocations of it there were when somebody decided so, taken back ones too; None: no matter.

    Clause: S-12, R-5.

    :raises BillingRefused: somebody else allocated it meanwhile, an amount cannot be, is more than
        is open, is another account's, or the month of ``on`` is closed.
    """
    account = hold_account(credit.account)
    if seen is not None and seen != Allocation.objects.filter(credit=credit).count():
        raise BillingRefused("What this payment settles was just changed. Look again.")
    wanted = {document.pk: amount for document, amount in allocations.items() if amount}
    kept: dict[int, Decimal] = {}
    for allocation in live_allocations(credit).filter(debit__document__isnull=False):
        document = allocation.debit.document_id or 0
        if wanted.get(document) == allocation.amount and document not in kept:
            kept[document] = allocation.amount
        else:
            undo(allocation, on=on, at=at, by=by)
    credit.refresh_from_db()
    anew = {each: sum_ for each, sum_ in allocations.items() if sum_ and each.pk not in kept}
    settle_as_said(credit, anew, at=at, by=by, on=on)
    settled(account=account, at=at)


def live_allocations(credit: OpenItem) -> QuerySet[Allocation]:
    """Return what a credit settles now: allocations that were not taken back."""
    rows = Allocation.objects.filter(credit=credit, amount__gt=0, reversed_by__isnull=True)
    return rows.select_related("debit__document__account", "debit__payment").order_by("pk")


def settle_as_said(
    credit: OpenItem,
    allocations: Mapping[Document, Decimal],
    *,
    at: datetime,
    by: User | None,
    on: date | None = None,
) -> None:
    for document in sorted(allocations, key=lambda each: each.pk):
        amount = allocations[document]
        check_amount(amount)
        debit = OpenItem.objects.filter(document=document, side=Side.DEBIT).first()
        if debit is None:
            raise BillingRefused(f"{document} is not a final invoice: nothing is paid on it.")
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
