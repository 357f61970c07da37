"""Documents and payments for tests of reports: as finalising and recording leave them."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from apps.billing.models import (
    BillingDispute,
    BillingProfile,
    Document,
    Line,
    OpenItem,
    Payment,
    Series,
    TaxTotal,
)
from apps.billing.rules.money import tax_on
from apps.billing.services.allocating import allocate
from apps.billing.services.ledger import Kind, Move, ledger_account, post, receivable_of
from tests.billing_made import ISSUED_ON
from tests.factories import MORNING

_serial = count(1)


def make_credit_note(
    *, invoice: Document, amount: str = "40.00", issued_on: date = ISSUED_ON, reason: str = "Agreed"
) -> Document:
    """Create a final credit note of one line, its open item and its posting."""
    profile = BillingProfile.objects.get(account=invoice.account)
    series = Series.objects.get(pk=profile.credit_series_id)
    line = invoice.lines.first()
    net = Decimal(amount)
    tax = tax_on(net, line.tax_percent)
    note = Document.objects.create(
        kind=Document.Kind.CREDIT_NOTE,
        account=invoice.account,
        series=series,
        currency=invoice.currency,
        corrects=invoice,
        reason=reason,
        net_amount=net,
        tax_amount=tax,
        total_amount=net + tax,
        drafted_at=MORNING,
    )
    Line.objects.create(
        document=note,
        position=1,
        credits=line,
        kind=line.kind,
        title=f"Credit of {line.title}",
        clause=line.clause,
        net_amount=net,
        tax_category=line.tax_category,
        tax_code=line.tax_code,
        tax_percent=line.tax_percent,
    )
    TaxTotal.objects.create(
        document=note,
        category=line.tax_category,
        code=line.tax_code,
        percent=line.tax_percent,
        net_amount=net,
        tax_amount=tax,
    )
    note.number = series.next_number
    note.reference = series.printed(series.next_number)
    note.state = Document.State.FINAL
    note.issued_on = note.due_on = issued_on
    note.finalised_at = MORNING
    note.save()
    Series.objects.filter(pk=series.pk).update(
        next_number=series.next_number + 1, last_issued_on=issued_on
    )
    OpenItem.objects.create(
        account=note.account,
        side=OpenItem.Side.CREDIT,
        document=note,
        currency=note.currency,
        dated_on=issued_on,
        amount=note.total_amount,
        open_amount=note.total_amount,
    )
    receivable = receivable_of(note.account, note.currency)
    post(
        key=f"document:{note.pk}",
        dated_on=issued_on,
        moves=[
            Move(ledger_account(Kind.REVENUE, line.kind, note.currency), receivable, net),
            Move(ledger_account(Kind.TAX, line.tax_category.key, note.currency), receivable, tax),
        ],
        at=MORNING,
        document=note,
    )
    return note


def make_receipt(
    *,
    profile: BillingProfile,
    amount: str = "50.00",
    received_on: date = ISSUED_ON,
    kind: str = Payment.Kind.RECEIPT,
    reference: str = "",
    reverses: Payment | None = None,
) -> OpenItem:
    """Create a receipt, a refund or a reversal with its open item and its posting."""
    payment = Payment.objects.create(
        account=profile.account,
        kind=kind,
        method=Payment.Method.BANK,
        currency=profile.currency,
        amount=Decimal(amount),
        received_on=received_on,
        reference=reference,
        reverses=reverses,
        source_key=f"test:{next(_serial)}",
        recorded_at=MORNING,
    )
    is_receipt = kind == Payment.Kind.RECEIPT
    item = OpenItem.objects.create(
        account=profile.account,
        side=OpenItem.Side.CREDIT if is_receipt else OpenItem.Side.DEBIT,
        payment=payment,
        currency=profile.currency,
        dated_on=received_on,
        due_on=None if is_receipt else received_on,
        amount=payment.amount,
        open_amount=payment.amount,
    )
    bank = ledger_account(Kind.BANK, payment.method, payment.currency)
    receivable = receivable_of(profile.account, payment.currency)
    sides = (bank, receivable) if is_receipt else (receivable, bank)
    post(
        key=f"payment:{payment.pk}",
        dated_on=received_on,
        moves=[Move(*sides, payment.amount)],
        at=MORNING,
        payment=payment,
    )
    return item


def settle(credit: OpenItem, debit: OpenItem, amount: str, *, dated_on: date = ISSUED_ON):
    """Allocate so much of a credit to a debit."""
    return allocate(
        credit=credit,
        debit=debit,
        amount=Decimal(amount),
        dated_on=dated_on,
        at=MORNING,
        by=None,
    )


def make_billing_dispute(*, invoice: Document, total: str, raised_days: int = 0) -> BillingDispute:
    """Create a dispute that was raised so many days after the morning of the tests."""
    dispute = BillingDispute.objects.create(
        line=invoice.lines.first(),
        document=invoice,
        account=invoice.account,
        amount=Decimal(total),
        total_amount=Decimal(total),
        reason="Not ordered",
        raised_at=MORNING + timedelta(days=raised_days),
        source_key=f"test:{next(_serial)}",
    )
    OpenItem.objects.filter(document=invoice).update(disputed_amount=dispute.total_amount)
    return dispute
