"""A small history of money for the tests of the ledger, written as the services leave it."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from apps.billing.models import Charge, Document, OpenItem, Payment, Waiver
from apps.billing.services.allocating import allocate, take_back
from apps.billing.services.ledger import Kind, Move, ledger_account, post, receivable_of
from apps.contracts.models import User
from tests.billing_made import ISSUED_ON, make_charge, make_invoice, make_profile
from tests.factories import MORNING

_serial = count(1)
NEXT_DAY = ISSUED_ON + timedelta(days=1)


def make_payment(
    *,
    profile,
    amount: str,
    on: date = ISSUED_ON,
    kind: str = Payment.Kind.RECEIPT,
    reverses: Payment | None = None,
) -> Payment:
    """Create a payment, its open item and its posting."""
    comes_in = kind == Payment.Kind.RECEIPT
    payment = Payment.objects.create(
        account=profile.account,
        kind=kind,
        method=Payment.Method.BANK,
        currency=profile.currency,
        amount=Decimal(amount),
        received_on=on,
        reverses=reverses,
        source_key=f"ledger-test:{next(_serial)}",
        recorded_at=MORNING,
    )
    OpenItem.objects.create(
        account=profile.account,
        side=OpenItem.Side.CREDIT if comes_in else OpenItem.Side.DEBIT,
        payment=payment,
        currency=payment.currency,
        dated_on=on,
        due_on=None if comes_in else on,
        amount=payment.amount,
        open_amount=payment.amount,
    )
    bank = ledger_account(Kind.BANK, payment.method, payment.currency)
    receivable = receivable_of(profile.account, payment.currency)
    post(
        key=f"payment:{payment.pk}",
        dated_on=on,
        moves=[Move(bank, receivable, payment.amount if comes_in else -payment.amount)],
        at=MORNING,
        payment=payment,
    )
    return payment


def settle(*, payment: Payment, debit: OpenItem, amount: str, on: date = ISSUED_ON):
    """Allocate so much of a payment."""
    return allocate(
        credit=OpenItem.objects.get(payment=payment),
        debit=OpenItem.objects.get(pk=debit.pk),
        amount=Decimal(amount),
        dated_on=on,
        at=MORNING,
        by=None,
    )


def make_billed(*, profile, amounts: tuple[str, ...], issued_on: date = ISSUED_ON) -> Document:
    """Create an invoice of charges, one a line."""
    invoice = make_invoice(profile=profile, amounts=amounts, issued_on=issued_on)
    for line in invoice.lines.all():
        charge = make_charge(account=profile.account, amount=str(line.net_amount))
        Charge.objects.filter(pk=charge.pk).update(state="BILLED", line=line)
    return invoice


def make_history():
    """Return a profile with invoices, charges, payments, a reversal, and something taken back."""
    profile = make_profile()
    first = make_billed(profile=profile, amounts=("100.10", "0.33"))
    make_invoice(profile=profile, amounts=("9.99",), issued_on=NEXT_DAY)
    paid = make_payment(profile=profile, amount="70.70")
    settle(payment=paid, debit=first.item, amount="50.35")
    kept = settle(payment=paid, debit=first.item, amount="20.35")
    take_back(allocation=kept, dated_on=NEXT_DAY, at=MORNING, by=None)
    bounced = make_payment(profile=profile, amount="12.34")
    reversal = make_payment(
        profile=profile, amount="12.34", on=NEXT_DAY, kind="REVERSAL", reverses=bounced
    )
    settle(payment=bounced, debit=reversal.item, amount="12.34", on=NEXT_DAY)
    waived = make_charge(account=profile.account, amount="5.00")
    person = User.objects.create(username="finance")
    Waiver.objects.create(
        charge=waived,
        amount=5,
        reason="Promised",
        asked_by=person,
        approved_by=person,
        at=MORNING,
    )
    Charge.objects.filter(pk=waived.pk).update(state="WAIVED", waived_amount=5)
    return profile
