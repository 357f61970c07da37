"""What a payment would settle, where nobody says it; and payments that look like it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from apps.billing.models import OpenItem, Payment
from apps.billing.queries.named import documents_named
from apps.billing.rules.matching import Owed, settled_by
from apps.billing.rules.money import ZERO
from apps.contracts.models import Account

MOST_SHOWN = 200  # open invoices on one page
MOST_ALIKE = 5


@dataclass(frozen=True, slots=True)
class Proposed:
    """Something that is owed, and how much of it would be settled."""

    item: OpenItem
    amount: Decimal


def proposed(account: Account, *, amount: Decimal, reference: str) -> Sequence[Proposed]:
    """Return what an account owes, oldest due first, with what the amount would settle of it.

    Clause: S-12, R-5.
    """
    rows = OpenItem.objects.filter(account=account, side=OpenItem.Side.DEBIT, open_amount__gt=0)
    items = rows.select_related("document", "payment").order_by("due_on", "dated_on", "pk")
    named = {each.pk for each in documents_named([reference])[reference]} if reference else set()
    owed = [
        Owed(
            key=item.pk,
            due_on=item.due_on or item.dated_on,
            dated_on=item.dated_on,
            open_amount=item.open_amount,
            disputed_amount=item.disputed_amount,
            is_named=item.document_id in named,
        )
        for item in items
    ]
    parts = settled_by(amount, owed=owed)
    every = [Proposed(item, parts.get(item.pk, ZERO)) for item in items]
    # What is settled is shown always; of the rest as much as a page holds.
    return [each for place, each in enumerate(every) if place < MOST_SHOWN or each.amount]


def alike_payments(
    account: Account, *, amount: Decimal, on: date, reference: str
) -> Sequence[Payment]:
    """Return receipts of the account that look like this one: its amount, on its day or for it."""
    rows = Payment.objects.filter(account=account, kind=Payment.Kind.RECEIPT, amount=amount)
    same = Q(received_on=on)
    if reference:
        same |= Q(reference__iexact=reference)
    return list(rows.filter(same, reversed_by__isnull=True)[:MOST_ALIKE])
