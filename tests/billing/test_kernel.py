"""What everything on money rests on: final documents stay, postings balance, items settle."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from apps.billing.models import (
    Books,
    Charge,
    Document,
    LedgerAccount,
    Line,
    OpenItem,
    Payment,
    Posting,
    Transfer,
)
from apps.billing.services import BillingRefused
from apps.billing.services.allocating import allocate, take_back
from apps.billing.services.ledger import Kind, Move, ledger_account, post, receivable_of
from tests.billing_made import ISSUED_ON, make_charge, make_invoice, make_profile
from tests.factories import MORNING, make_order

pytestmark = pytest.mark.django_db


def paid(profile, amount: str) -> OpenItem:
    payment = Payment.objects.create(
        account=profile.account,
        method="BANK",
        currency="USD",
        amount=Decimal(amount),
        received_on=ISSUED_ON,
        source_key=f"test:{amount}",
        recorded_at=MORNING,
    )
    return OpenItem.objects.create(
        account=profile.account,
        side="CREDIT",
        payment=payment,
        currency="USD",
        dated_on=ISSUED_ON,
        amount=payment.amount,
        open_amount=payment.amount,
    )


def refused(act) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        act()


def test_a_final_document_its_lines_and_taxes_stay():
    invoice = make_invoice()
    line = invoice.lines.get()

    refused(lambda: Document.objects.filter(pk=invoice.pk).update(reason="Other"))
    refused(invoice.lines.all().delete)
    refused(lambda: Line.objects.filter(pk=line.pk).update(net_amount=1))
    refused(lambda: invoice.taxes.update(tax_amount=0))
    refused(lambda: Line.objects.create(**{**_fields(line), "position": 2}))

    assert (invoice.reference, invoice.total_amount) == ("INV-000001", Decimal("120.00"))


def _fields(line: Line) -> dict:
    left_out = {"id"}
    return {
        f.attname: getattr(line, f.attname) for f in line._meta.fields if f.name not in left_out
    }


def test_a_charge_keeps_its_amount_and_never_goes():
    charge = make_charge(account=make_order().account)

    refused(lambda: Charge.objects.filter(pk=charge.pk).update(amount=1))
    refused(lambda: Charge.objects.filter(pk=charge.pk).delete())

    Charge.objects.filter(pk=charge.pk).update(state="NETTED")
    charge.refresh_from_db()
    assert (charge.state, charge.amount) == ("NETTED", Decimal("125.00"))


def test_a_posting_is_written_once_and_moves_below_nought_go_back():
    invoice = make_invoice()
    receivable = receivable_of(invoice.account, "USD")
    revenue = ledger_account(Kind.REVENUE, "HOURLY", "USD")
    facts = {"key": f"document:{invoice.pk}", "dated_on": ISSUED_ON, "at": MORNING}

    again = post(moves=[Move(receivable, revenue, Decimal(5))], document=invoice, **facts)

    assert again.pk == invoice.posting.pk
    assert [t.amount for t in Transfer.objects.order_by("pk")] == [Decimal(100), Decimal(20)]


def test_nothing_is_posted_into_a_closed_month():
    invoice = make_invoice()
    Books.objects.update_or_create(pk=1, defaults={"closed_through_on": date(2026, 3, 31)})
    facts = {"key": "x", "moves": [], "at": MORNING, "document": invoice}

    with pytest.raises(BillingRefused, match="closed through 2026-03-31"):
        post(dated_on=date(2026, 3, 31), **facts)
    refused(
        lambda: Posting.objects.create(
            key="x", dated_on=date(2026, 3, 31), posted_at=MORNING, document=invoice
        )
    )


def test_a_transfer_is_of_one_currency():
    invoice = make_invoice()
    euros = LedgerAccount.objects.create(kind="BANK", key="BANK", currency="EUR")
    receivable = receivable_of(invoice.account, "USD")

    refused(
        lambda: Transfer.objects.create(
            posting=invoice.posting, debit=euros, credit=receivable, amount=1, currency="USD"
        )
    )


def test_an_allocation_lowers_both_and_is_taken_back():
    profile = make_profile()
    invoice = make_invoice(profile=profile)
    credit, debit = paid(profile, "50.00"), invoice.item

    kept = allocate(
        credit=credit, debit=debit, amount=Decimal(50), dated_on=ISSUED_ON, at=MORNING, by=None
    )
    assert opened(credit, debit) == [Decimal(0), Decimal(70)]

    take_back(allocation=kept, dated_on=ISSUED_ON, at=MORNING, by=None)
    assert opened(credit, debit) == [Decimal(50), Decimal(120)]
    with pytest.raises(BillingRefused, match="taken back already"):
        take_back(allocation=kept, dated_on=ISSUED_ON, at=MORNING, by=None)


def opened(*items: OpenItem) -> list[Decimal]:
    for item in items:
        item.refresh_from_db()
    return [item.open_amount for item in items]


@pytest.mark.parametrize(
    ("amount", "dated_on", "words"),
    [
        ("0", ISSUED_ON, "more than nothing"),
        ("-1", ISSUED_ON, "more than nothing"),
        ("50.01", ISSUED_ON, "has 50.00 USD open, less than 50.01"),
        ("1", ISSUED_ON - timedelta(days=1), "use 2026-03-04 or later"),
    ],
)
def test_what_cannot_be_allocated_is_refused(amount, dated_on, words):
    profile = make_profile()
    debit, credit = make_invoice(profile=profile).item, paid(profile, "50.00")

    with pytest.raises(BillingRefused, match=words):
        allocate(
            credit=credit,
            debit=debit,
            amount=Decimal(amount),
            dated_on=dated_on,
            at=MORNING,
            by=None,
        )
    assert opened(credit, debit) == [Decimal(50), Decimal(120)]


def test_another_accounts_invoice_is_not_settled():
    debit, credit = make_invoice().item, paid(make_profile(), "50.00")

    with pytest.raises(BillingRefused, match="of another account"):
        allocate(
            credit=credit, debit=debit, amount=Decimal(1), dated_on=ISSUED_ON, at=MORNING, by=None
        )
