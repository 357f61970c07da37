"""What everything on money rests on, to the cent and on any day: both engines."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from apps.billing.models import BillingDispute, Books, Charge, Document, OpenItem, Payment
from apps.billing.services import BillingRefused
from apps.billing.services.allocating import allocate, take_back
from tests.billing_made import ISSUED_ON, make_charge, make_invoice, make_profile
from tests.factories import MORNING

pytestmark = pytest.mark.django_db
LATER = ISSUED_ON + timedelta(days=10)


def refused(act) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        act()


def paid(profile, amount: str, *, key: str = "test:1", on: date = ISSUED_ON) -> OpenItem:
    payment = Payment.objects.create(
        account=profile.account,
        method="BANK",
        currency=profile.currency,
        amount=Decimal(amount),
        received_on=on,
        source_key=key,
        recorded_at=MORNING,
    )
    return OpenItem.objects.create(
        account=profile.account,
        side="CREDIT",
        payment=payment,
        currency=payment.currency,
        dated_on=on,
        amount=payment.amount,
        open_amount=payment.amount,
    )


def settle(credit, debit, amount: str, *, on: date = ISSUED_ON):
    return allocate(
        credit=credit, debit=debit, amount=Decimal(amount), dated_on=on, at=MORNING, by=None
    )


@pytest.mark.parametrize(
    ("net", "tax"), [("1408.92", "746.07"), ("8270.37", "275.20"), ("0.10", "0.20")]
)
def test_a_total_is_net_and_tax_to_the_cent(net, tax):
    profile = make_profile()
    facts = {
        "kind": "INVOICE",
        "account": profile.account,
        "series": profile.series,
        "currency": "USD",
        "net_amount": Decimal(net),
        "tax_amount": Decimal(tax),
        "drafted_at": MORNING,
    }
    total = Decimal(net) + Decimal(tax)

    Document.objects.create(**facts, total_amount=total)
    refused(lambda: Document.objects.create(**facts, total_amount=total + Decimal("0.01")))


def test_what_is_taken_back_can_be_settled_again_whatever_its_cents():
    profile = make_profile()
    debit, credit = make_invoice(profile=profile, amounts=("83.59",)).item, paid(profile, "100.31")
    for cents in ("0.10", "0.70", "33.33", "66.69"):
        kept = settle(credit, debit, cents)
        take_back(allocation=kept, dated_on=ISSUED_ON, at=MORNING, by=None)

    settle(credit, debit, "100.31")

    assert OpenItem.objects.get(pk=debit.pk).open_amount == 0


def test_what_is_disputed_comes_back_with_what_is_taken_back():
    profile = make_profile()
    invoice = make_invoice(profile=profile)
    debit, credit = invoice.item, paid(profile, "70.00")
    BillingDispute.objects.create(
        line=invoice.lines.get(),
        document=invoice,
        account=profile.account,
        amount=Decimal(75),
        total_amount=Decimal(90),
        reason="Not what was agreed",
        raised_at=MORNING,
        source_key="test",
    )
    OpenItem.objects.filter(pk=debit.pk).update(disputed_amount=90)

    kept = settle(credit, debit, "70.00")
    cut = OpenItem.objects.get(pk=debit.pk).disputed_amount
    take_back(allocation=kept, dated_on=ISSUED_ON, at=MORNING, by=None)

    assert (cut, OpenItem.objects.get(pk=debit.pk).disputed_amount) == (50, 90)


@pytest.mark.parametrize("amount", ["0.001", "1.005", "NaN", "Infinity"])
def test_only_whole_cents_are_allocated(amount):
    profile = make_profile()
    debit, credit = make_invoice(profile=profile).item, paid(profile, "50.00")

    with pytest.raises(BillingRefused, match="whole cents"):
        settle(credit, debit, amount)


def test_nothing_is_settled_twice_between_a_settlement_and_its_taking_back():
    profile = make_profile()
    debit, credit = make_invoice(profile=profile).item, paid(profile, "50.00")
    kept = settle(credit, debit, "50.00")
    with pytest.raises(BillingRefused, match="stands since 2026-03-04"):
        take_back(allocation=kept, dated_on=ISSUED_ON - timedelta(days=1), at=MORNING, by=None)
    undone = take_back(allocation=kept, dated_on=LATER, at=MORNING, by=None)

    with pytest.raises(BillingRefused, match="settled otherwise until 2026-03-14"):
        settle(credit, debit, "50.00", on=LATER - timedelta(days=1))
    with pytest.raises(BillingRefused, match="taken back already"):
        take_back(allocation=undone, dated_on=LATER, at=MORNING, by=None)
    assert settle(credit, debit, "50.00", on=LATER).amount == 50


def test_what_an_invoice_bills_stays_on_it():
    invoice = make_invoice()
    line = invoice.lines.get()
    charge = make_charge(account=invoice.account, amount="100.00")
    rows = Charge.objects.filter(pk=charge.pk)
    rows.update(state="BILLED", line=line)

    refused(lambda: rows.update(state="READY", line=None))
    refused(lambda: rows.update(waived_amount=1))
    refused(lambda: rows.update(explanation=[]))


def test_an_open_item_keeps_its_source_and_its_due_date():
    profile = make_profile()
    rows = OpenItem.objects.filter(pk=make_invoice(profile=profile).item.pk)
    other = Payment.objects.get(pk=paid(profile, "5.00").payment_id)

    refused(lambda: rows.update(due_on=ISSUED_ON))
    refused(lambda: rows.update(document=None, payment=other))


def test_the_books_stay_and_never_open_again():
    Books.objects.update_or_create(pk=1, defaults={"closed_through_on": date(2026, 3, 31)})

    refused(lambda: Books.objects.update(closed_through_on=date(2026, 2, 28)))
    refused(lambda: Books.objects.all().delete())
