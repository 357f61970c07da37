"""Money that goes back, or never came: refunds of credit, and receipts that are reversed."""

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.billing.models import Allocation, OpenItem, Payment
from apps.billing.queries.reports.aging import aging
from apps.billing.services import BillingRefused
from apps.billing.services.giving_back import refund_credit, reverse_receipt
from apps.billing.services.reallocating import reallocate
from tests.billing.test_payments import LATER, TODAY, balanced, left, pay
from tests.billing_made import make_invoice, make_profile
from tests.factories import MORNING, make_order

pytestmark = pytest.mark.django_db


@pytest.mark.clause("S-12")
def test_a_bounced_receipt_opens_its_invoice_again_from_its_due_date():
    profile = make_profile()
    invoice = make_invoice(profile=profile)
    receipt = pay(profile, "150.00")
    due_on = invoice.item.due_on

    facts = {"receipt": receipt, "reason": "It bounced", "at": LATER, "by": None}
    reversal = reverse_receipt(on=TODAY + timedelta(days=5), **facts)

    assert left(invoice, receipt, reversal) == ["120.00", "0.00", "0.00"]
    assert OpenItem.objects.get(document=invoice).due_on == due_on
    assert (reversal.kind, reversal.reverses, reversal.amount) == (
        "REVERSAL",
        receipt,
        Decimal("150.00"),
    )
    assert reverse_receipt(on=TODAY + timedelta(days=6), **facts) == reversal
    assert balanced()

    again = pay(profile, "120.00", at=LATER)
    taken = Allocation.objects.get(credit=again.item)
    assert taken.dated_on == TODAY + timedelta(days=5)  # until then the first one settled it


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"on": TODAY - timedelta(days=1)}, "received on 2026-03-04"),
        ({"on": TODAY + timedelta(days=11)}, "is to come"),
        ({"reason": " "}, "Say why"),
    ],
)
def test_a_reversal_that_cannot_be_is_refused(given, words):
    receipt = pay(make_profile())
    facts = {"on": TODAY, "reason": "Bounced", "at": LATER, "by": None, **given}

    with pytest.raises(BillingRefused, match=words):
        reverse_receipt(receipt=receipt, **facts)


@pytest.mark.clause("S-12", "R-5")
def test_of_a_receipt_that_bounces_what_was_given_back_is_owed_from_that_day():
    profile = make_profile()
    invoice = make_invoice(profile=profile)
    receipt = pay(profile, "150.00")
    back = refund(profile, "20.00")
    bounced_on = TODAY + timedelta(days=5)
    facts = {"receipt": receipt, "on": bounced_on, "reason": "Bounced", "at": LATER, "by": None}
    with pytest.raises(BillingRefused, match="Only a receipt"):
        reverse_receipt(**{**facts, "receipt": back})

    reversal = reverse_receipt(**facts)

    # 120 of the invoice, and 20 that were sent to it and that it never had paid.
    assert left(invoice, receipt, back, reversal) == ["120.00", "0.00", "0.00", "20.00"]
    sums = [[(each.owed, each.credit) for each in aging(as_of=on)] for on in (TODAY, bounced_on)]
    assert sums == [[(Decimal(0), Decimal(10))], [(Decimal(140), Decimal(0))]]
    assert OpenItem.objects.get(payment=reversal).due_on == bounced_on
    assert reverse_receipt(**facts) == reversal
    assert balanced()

    paid = pay(profile, "130.00", at=LATER, received_on=bounced_on)
    assert left(invoice, reversal, paid) == ["10.00", "0.00", "0.00"]
    again = {"credit": paid.item, "on": bounced_on, "at": LATER, "by": None}
    reallocate(allocations={reversal: Decimal(10), invoice: Decimal(120)}, **again)
    assert left(invoice, reversal, paid) == ["0.00", "10.00", "0.00"]
    reverse_receipt(**{**facts, "receipt": paid})
    assert left(invoice, reversal, paid) == ["120.00", "20.00", "0.00"]
    assert balanced()


def test_other_credit_stands_in_for_what_was_given_back_of_a_receipt_that_bounces():
    profile = make_profile()
    receipt = pay(profile, "50.00")
    back = refund(profile, "50.00", paid_on=TODAY + timedelta(days=1), at=LATER)
    other = pay(profile, "30.00")

    facts = {"receipt": receipt, "reason": "Bounced", "at": LATER, "by": None}
    reversal = reverse_receipt(on=TODAY, **facts)

    assert left(receipt, back, other, reversal) == ["0.00", "0.00", "0.00", "20.00"]
    assert balanced()


def refund(profile, amount: str, **given) -> Payment:
    facts = {
        "paid_on": TODAY,
        "method": "BANK",
        "reference": "Refund",
        "source_key": f"refund:{amount}",
        "at": MORNING,
        "by": None,
        **given,
    }
    return refund_credit(account=profile.account, amount=Decimal(amount), **facts)


def test_credit_is_given_back_once_and_never_more_than_there_is():
    profile = make_profile()
    first, second = pay(profile, "30.00"), pay(profile, "30.00")

    back = refund(profile, "40.00")

    assert refund(profile, "40.00") == back
    assert left(first, second, back) == ["0.00", "20.00", "0.00"]
    assert balanced()
    with pytest.raises(BillingRefused, match=r"has 20\.00 USD of credit by 2026-03-04, less than"):
        refund(profile, "20.01")
    with pytest.raises(BillingRefused, match="more than nothing"):
        refund(profile, "-1")
    with pytest.raises(BillingRefused, match="no billing profile"):
        refund_credit(
            account=make_order().account,
            amount=Decimal(1),
            paid_on=TODAY,
            method="BANK",
            reference="",
            source_key="none",
            at=MORNING,
            by=None,
        )


@pytest.mark.clause("R-5")
def test_a_payment_that_is_taken_back_leaves_the_dispute_as_it_was():
    profile = make_profile()
    invoice = make_invoice(profile=profile)
    line = invoice.lines.get()
    line.disputes.create(
        document=invoice,
        account=profile.account,
        amount=Decimal(50),
        total_amount=Decimal(60),
        reason="Not ours",
        raised_at=MORNING,
        source_key="d",
    )
    OpenItem.objects.filter(document=invoice).update(disputed_amount=Decimal(60))
    receipt = pay(profile, "100.00")
    assert OpenItem.objects.get(document=invoice).disputed_amount == Decimal(20)

    reverse_receipt(receipt=receipt, on=TODAY, reason="Bounced", at=MORNING, by=None)

    assert OpenItem.objects.get(document=invoice).disputed_amount == Decimal(60)
