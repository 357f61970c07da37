"""Writing a payment: its row, its open item, its posting. For who holds the account.

Clause: S-12.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from apps.billing.models import OpenItem, Payment
from apps.billing.services.ledger import Kind, Move, ledger_account, post, receivable_of
from apps.billing.services.refusal import BillingRefused
from apps.contracts.models import Account, User

Side = OpenItem.Side


@dataclass(frozen=True, slots=True)
class Facts:
    """What a payment says of itself."""

    currency: str
    amount: Decimal
    on: date
    method: str
    reference: str
    note: str
    source_key: str


def already_there(account: Account, kind: str, facts: Facts) -> Payment | None:
    """Return the payment that is there under the key.

    :raises BillingRefused: the key is of another payment.
    """
    there = Payment.objects.filter(source_key=facts.source_key).first()
    if there is not None:
        same = (account.pk, kind, facts.amount, facts.on)
        if (there.account_id, there.kind, there.amount, there.received_on) != same:
            raise BillingRefused(
                f"This was recorded already, as {there}. Begin a new payment for another one."
            )
    return there


def book(
    account: Account,
    kind: str,
    facts: Facts,
    *,
    at: datetime,
    by: User | None,
    reverses: Payment | None = None,
) -> tuple[Payment, OpenItem]:
    """Write a payment, its open item and its posting."""
    payment = Payment.objects.create(
        account=account,
        kind=kind,
        method=facts.method,
        currency=facts.currency,
        amount=facts.amount,
        received_on=facts.on,
        reference=facts.reference,
        note=facts.note,
        reverses=reverses,
        source_key=facts.source_key,
        recorded_at=at,
        recorded_by=by,
    )
    comes_in = kind == Payment.Kind.RECEIPT
    item = OpenItem.objects.create(
        account=account,
        side=Side.CREDIT if comes_in else Side.DEBIT,
        payment=payment,
        currency=facts.currency,
        dated_on=facts.on,
        due_on=None if comes_in else facts.on,
        amount=facts.amount,
        open_amount=facts.amount,
    )
    bank = ledger_account(Kind.BANK, facts.method, facts.currency)
    receivable = receivable_of(account, facts.currency)
    move = Move(bank, receivable, facts.amount if comes_in else -facts.amount)
    post(key=f"payment:{payment.pk}", dated_on=facts.on, moves=[move], at=at, payment=payment)
    return payment, item
