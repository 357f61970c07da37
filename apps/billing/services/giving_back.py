"""Money that goes back, or never came: refunds of credit and reversals of receipts.

Clause: S-12, R-4, R-5.
"""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from apps.billing.models import OpenItem, Payment
from apps.billing.rules.money import ZERO
from apps.billing.services.after import settled
from apps.billing.services.allocating import allocate
from apps.billing.services.booking import Facts, already_there, book
from apps.billing.services.holding import hold_account
from apps.billing.services.matching import apply_credit, day_of
from apps.billing.services.payment_checks import check_facts
from apps.billing.services.reallocating import movable_allocations, undo
from apps.billing.services.refusal import BillingRefused
from apps.contracts.models import Account, User

Side = OpenItem.Side


@transaction.atomic
def refund_credit(
    *,
    account: Account,
    amount: Decimal,
    paid_on: date,
    method: str,
    reference: str,
    source_key: str,
    at: datetime,
    by: User | None,
    note: str = "",
    currency: str = "",
) -> Payment:
    """Give an account's credit back, its oldest credit first. The same key again: the same refund.

    ``currency`` is that of the credit; "": the one in which the account is billed.

    :raises BillingRefused: it is more than the account's credit by that day, or what
        ``record_payment`` refuses.
    """
    account = hold_account(account)
    currency = currency or _currency(account)
    facts = Facts(currency, amount, paid_on, method, reference, note, source_key)
    there = already_there(account, Payment.Kind.REFUND, facts)
    if there is not None:
        return there
    check_facts(
        account=account,
        amount=amount,
        currency=currency,
        on=paid_on,
        method=method,
        texts={"reference": reference, "note": note},
        at=at,
        goes_back=True,
    )
    refund, debit = book(account, Payment.Kind.REFUND, facts, at=at, by=by)
    _pay_out(account, debit, at=at, by=by)
    settled(account=account, at=at)
    return refund


@transaction.atomic
def reverse_receipt(
    *, receipt: Payment, on: date, reason: str, at: datetime, by: User | None
) -> Payment:
    """Undo a receipt that was none, such as one that bounced: what it settled is open again.

    Its invoices are owed as before, from their original due dates. What of it was given back stays
    so: as much of the reversal is owed, from the day of the reversal. Other credit that the account
    has settles what is owed again. A second reversal is the first.

    Clause: S-12, R-4, R-5.

    :raises BillingRefused: it is no receipt, the day lies before it or before something that it
        settled, or the month is closed.
    """
    account = hold_account(receipt.account)
    there = Payment.objects.filter(reverses=receipt).first()
    if there is not None:
        return there
    _check_reversal(receipt, on, reason)
    _check_currency(account, receipt)
    check_facts(
        account=account,
        amount=receipt.amount,
        currency=receipt.currency,
        on=on,
        method=receipt.method,
        texts={"note": reason},
        at=at,
    )
    key = f"reversal:{receipt.pk}"
    facts = Facts(
        receipt.currency, receipt.amount, on, receipt.method, receipt.reference, reason, key
    )
    _free(receipt.item, on=on, at=at, by=by)
    reversal, debit = book(account, Payment.Kind.REVERSAL, facts, at=at, by=by, reverses=receipt)
    credit = OpenItem.objects.get(payment=receipt)
    if credit.open_amount:  # not all of it was given back
        part, day = credit.open_amount, day_of(credit, debit)
        allocate(credit=credit, debit=debit, amount=part, dated_on=day, at=at, by=by)
    # What is owed again is settled by the credit that there is.
    apply_credit(account=account, at=at, by=by)
    settled(account=account, at=at)
    return reversal


def _currency(account: Account) -> str:
    profile = getattr(account, "billing", None)
    if profile is None:
        raise BillingRefused(f"{account} has no billing profile. Add one first.")
    return str(profile.currency)


def _pay_out(account: Account, debit: OpenItem, *, at: datetime, by: User | None) -> None:
    """Settle a refund in full from the account's credit: it is never left open.

    :raises BillingRefused: the credit by that day does not suffice.
    """
    debit.refresh_from_db()
    rows = OpenItem.objects.filter(account=account, side=Side.CREDIT, open_amount__gt=0)
    credits = list(
        rows.filter(currency=debit.currency, dated_on__lte=debit.dated_on)
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    available = sum((credit.open_amount for credit in credits), ZERO)
    if available < debit.open_amount:
        raise BillingRefused(
            f"{account} has {available} {debit.currency} of credit by {debit.dated_on}, less than"
            f" the {debit.open_amount} to be paid out."
        )
    left = debit.open_amount
    for credit in sorted(credits, key=lambda each: (each.dated_on, each.pk)):
        part = min(left, credit.open_amount)
        if part:
            day = day_of(credit, debit)
            allocate(credit=credit, debit=debit, amount=part, dated_on=day, at=at, by=by)
            left -= part


def _free(credit: OpenItem, *, on: date, at: datetime, by: User | None) -> None:
    """Take back all that a credit settles, but what was given back: that money is gone."""
    for allocation in movable_allocations(credit):
        undo(allocation, on=on, at=at, by=by)


def _check_currency(account: Account, receipt: Payment) -> None:
    # What it settled would be owed in a currency in which nothing else is, beside the new one.
    now = _currency(account)
    if receipt.currency != now:
        raise BillingRefused(
            f"It is in {receipt.currency}, and {account} is billed in {now}: what it settled cannot"
            f" be owed in both. Once nothing is open in {now}, bill the account in"
            f" {receipt.currency} again, on its billing profile; then reverse it."
        )


def _check_reversal(receipt: Payment, on: date, reason: str) -> None:
    if receipt.kind != Payment.Kind.RECEIPT:
        raise BillingRefused("Only a receipt is reversed.")
    if on < receipt.received_on:
        raise BillingRefused(
            f"It was received on {receipt.received_on}. Use that day or a later one."
        )
    if not reason.strip():
        raise BillingRefused("Say why, such as that it bounced.")
