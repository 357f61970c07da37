"""The statement of an account: what it owed, each document and payment, and what it owes then.

Clause: V-3.4.6, S-12.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from apps.billing.models import OpenItem, Payment
from apps.billing.queries.reports.shape import Asked, Column, Kind, Report
from apps.billing.rules.money import ZERO, to_cents

OPENING, CLOSING = "OPENING", "CLOSING"
KINDS = {
    OPENING: "Balance before",
    "INVOICE": "Invoice",
    "CREDIT_NOTE": "Credit note",
    **{str(key): str(label) for key, label in Payment.Kind.choices},
    CLOSING: "Balance after",
}
Row = tuple[date, str, str, date | None, str, Decimal | None, Decimal | None, Decimal]


def statement_rows(asked: Asked) -> Iterator[Row]:
    """Yield, for each currency, the balance before, what happened in order, the balance after.

    Debits raise the balance, credits lower it. The balance after is the ledger's receivable of the
    last day.
    """
    items = _items(asked)
    before = _balances(items.filter(dated_on__lt=asked.since))
    within: dict[str, list[OpenItem]] = defaultdict(list)
    for item in items.filter(dated_on__gte=asked.since, dated_on__lte=asked.until):
        within[item.currency].append(item)
    for currency in sorted({*before, *within}):
        balance = before.get(currency, ZERO)
        yield (asked.since, OPENING, "", None, currency, None, None, balance)
        for item in within[currency]:
            is_debit = item.side == OpenItem.Side.DEBIT
            balance += item.amount if is_debit else -item.amount
            debit, credit = (item.amount, None) if is_debit else (None, item.amount)
            due_on = item.due_on if item.document_id else None
            yield (item.dated_on, *_named(item), due_on, currency, debit, credit, balance)
        yield (asked.until, CLOSING, "", None, currency, None, None, balance)


def _items(asked: Asked) -> QuerySet[OpenItem]:
    items = OpenItem.objects.select_related("document", "payment").order_by("dated_on", "pk")
    # Nobody's statement is everybody's: without an account there is nothing to state.
    items = items.filter(account=asked.account_id)
    return items.filter(currency=asked.currency) if asked.currency else items


def _balances(items: QuerySet[OpenItem]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for currency, side, amount in (
        items.order_by().values_list("currency", "side").annotate(Sum("amount"))
    ):
        signed = amount if side == OpenItem.Side.DEBIT else -amount
        sums[currency] = to_cents(sums.get(currency, ZERO) + signed)
    return sums


def _named(item: OpenItem) -> tuple[str, str]:
    if item.document:
        return item.document.kind, item.document.reference or ""
    payment: Any = item.payment
    return payment.kind, payment.reference


STATEMENT = Report(
    key="statement",
    title="Statement of account",
    about="One account: what it owed, each document and payment of the period, what it owes then.",
    icon="account_balance",
    columns=(
        Column("dated_on", Kind.DATE, title="Date"),
        Column("entry", Kind.CODE, labels=KINDS),
        Column("reference", Kind.TEXT),
        Column("due_on", Kind.DATE, title="Due"),
        Column("currency", Kind.CODE),
        Column("debit_amount", Kind.MONEY, title="Debit", summed=True),
        Column("credit_amount", Kind.MONEY, title="Credit", summed=True),
        Column("balance", Kind.MONEY),
    ),
    rows=statement_rows,
    one_account=True,
)
