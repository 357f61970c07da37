"""Postings: one for each final document or payment, in its transaction.

A posting is a list of moves. Each debits one ledger account and credits another, so that it
balances by its form. The books are held shared while something is posted, and alone while a month
is closed: nothing gets into a month after its totals were taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction

from apps.billing.models import Books, Document, LedgerAccount, Payment, Posting, Transfer
from apps.billing.services.refusal import BillingRefused
from apps.contracts.models import Account

Kind = LedgerAccount.Kind


@dataclass(frozen=True, slots=True)
class Move:
    """An amount from the ledger account ``credit`` to ``debit``; below nought it goes back."""

    debit: LedgerAccount
    credit: LedgerAccount
    amount: Decimal


def hold_books(*, dated_on: date) -> None:
    """Hold the books open until the transaction ends, for something dated on that day.

    :raises BillingRefused: that month is closed.
    """
    row = _books(shared=True)
    if dated_on <= row.closed_through_on:
        raise BillingRefused(
            f"The books are closed through {row.closed_through_on}: nothing is dated"
            f" {dated_on} any more. Use a later date."
        )


def close_books_alone() -> Books:
    """Return the books, held alone until the transaction ends."""
    return _books(shared=False)


def _books(*, shared: bool) -> Books:
    Books.objects.get_or_create(pk=Books.ONLY)
    if connection.vendor == "postgresql" and shared:
        # Django has no word for a shared lock.
        rows = Books.objects.raw("SELECT * FROM billing_books WHERE id = 1 FOR SHARE")
        return rows[0]
    return Books.objects.select_for_update().get(pk=Books.ONLY)


def receivable_of(account: Account, currency: str) -> LedgerAccount:
    """Return the ledger account of what an account owes."""
    return LedgerAccount.objects.get_or_create(
        kind=Kind.RECEIVABLE, account=account, currency=currency
    )[0]


def ledger_account(kind: str, key: str, currency: str) -> LedgerAccount:
    """Return the one ledger account of a kind of revenue, a tax category or a way of payment."""
    return LedgerAccount.objects.get_or_create(kind=kind, key=key, currency=currency)[0]


@transaction.atomic
def post(
    *,
    key: str,
    dated_on: date,
    moves: Sequence[Move],
    at: datetime,
    document: Document | None = None,
    payment: Payment | None = None,
) -> Posting:
    """Write a posting and its transfers. Moves of nought are left out. The same key again: nothing.

    :raises BillingRefused: its month is closed.
    """
    hold_books(dated_on=dated_on)
    posting, is_new = Posting.objects.get_or_create(
        key=key,
        defaults={
            "dated_on": dated_on,
            "posted_at": at,
            "document": document,
            "payment": payment,
        },
    )
    if is_new:
        Transfer.objects.bulk_create(_transfer(posting, move) for move in moves if move.amount)
    return posting


def _transfer(posting: Posting, move: Move) -> Transfer:
    debit, credit = move.debit, move.credit
    if move.amount < 0:
        debit, credit = credit, debit
    return Transfer(
        posting=posting,
        debit=debit,
        credit=credit,
        amount=abs(move.amount),
        currency=debit.currency,
    )
