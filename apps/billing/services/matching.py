"""Which debits a credit settles, where nobody says it: see ``apps.billing.rules.matching``.

Clause: S-12, R-5.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, Q

from apps.billing.models import Allocation, Books, OpenItem
from apps.billing.queries.named import documents_named
from apps.billing.rules.matching import Owed, settled_by
from apps.billing.rules.money import ZERO
from apps.billing.services.after import settled
from apps.billing.services.allocating import allocate
from apps.billing.services.holding import hold_account
from apps.contracts.models import Account, User

Side = OpenItem.Side


@transaction.atomic
def apply_credit(*, account: Account, at: datetime, by: User | None) -> Decimal:
    """Settle what an account owes with the credit that it has; return how much was settled.

    The oldest credit goes first. A credit note settles the invoice that it corrects, a receipt what
    its payer named; after that the oldest due.

    Clause: S-12, R-5.
    """
    account = hold_account(account)
    credits = OpenItem.objects.filter(account=account, side=Side.CREDIT, open_amount__gt=0)
    rows = credits.select_related("document", "payment").order_by("dated_on", "pk")
    total = sum((_settle(credit, at=at, by=by) for credit in rows), ZERO)
    if total:
        settled(account=account, at=at)
    return total


def settle_open(*, credit: OpenItem, named: Collection[int], at: datetime, by: User | None) -> None:
    """Settle open debits with a credit, those of the documents ``named`` first.

    The caller holds the account.

    Clause: S-12, R-5.
    """
    _settle_all(credit, named, at=at, by=by)


def day_of(credit: OpenItem, debit: OpenItem) -> date:
    """Return the first day on which a credit can settle a debit: see ``days_of``."""
    return days_of(credit, [debit])[debit.pk]


def days_of(credit: OpenItem, debits: Sequence[OpenItem]) -> dict[int, date]:
    """Return debit -> the first day on which the credit can settle it.

    Both are there by then, nothing of either is taken back later (or it would be settled twice in
    between), and the month is open.
    """
    keys = [debit.pk for debit in debits]
    undone = Allocation.objects.filter(amount__lt=0).filter(Q(debit__in=keys) | Q(credit=credit))
    days: dict[int, date] = {}
    latest = undone.values_list("debit", "credit").annotate(last_on=Max("dated_on"))
    closed = Books.objects.filter(pk=Books.ONLY).values_list("closed_through_on", flat=True)
    floor = max([credit.dated_on, *(on + timedelta(days=1) for on in closed)])
    for debit, of_credit, last_on in latest.order_by():
        if of_credit == credit.pk:
            floor = max(floor, last_on)
        days[debit] = max(days.get(debit, last_on), last_on)
    return {each.pk: max(each.dated_on, floor, days.get(each.pk, floor)) for each in debits}


def _settle(credit: OpenItem, *, at: datetime, by: User | None) -> Decimal:
    document, payment = credit.document, credit.payment
    if document is not None:
        named = [document.corrects_id] if document.corrects_id else []
    else:
        words = payment.reference if payment else ""
        named = [each.pk for each in documents_named([words])[words]] if words else []
    return _settle_all(credit, named, at=at, by=by)


def _settle_all(
    credit: OpenItem, named: Collection[int], *, at: datetime, by: User | None
) -> Decimal:
    debits = {debit.pk: debit for debit in _open_debits(credit)}
    owed = [_owed(debit, named) for debit in debits.values()]
    parts = settled_by(credit.open_amount, owed=owed)
    days = days_of(credit, [debits[key] for key in parts]) if parts else {}
    for key, amount in parts.items():
        allocate(credit=credit, debit=debits[key], amount=amount, dated_on=days[key], at=at, by=by)
    return sum(parts.values(), ZERO)


def _open_debits(credit: OpenItem) -> Sequence[OpenItem]:
    rows = OpenItem.objects.filter(
        account=credit.account_id, currency=credit.currency, side=Side.DEBIT, open_amount__gt=0
    )
    # Locked in the order of their keys, as everywhere.
    return list(rows.select_for_update(of=("self",)).select_related("document").order_by("pk"))


def _owed(debit: OpenItem, named: Collection[int]) -> Owed:
    return Owed(
        key=debit.pk,
        due_on=debit.due_on or debit.dated_on,
        dated_on=debit.dated_on,
        open_amount=debit.open_amount,
        disputed_amount=debit.disputed_amount,
        is_named=debit.document_id in named,
    )
