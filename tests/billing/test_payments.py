"""Payments: recorded once, posted, allocated; refunded, reversed, allocated anew."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from apps.billing.models import (
    Allocation,
    Books,
    OpenItem,
    Payment,
    Posting,
    Transfer,
)
from apps.billing.queries.verify import verify_ledger
from apps.billing.services import BillingRefused
from apps.billing.services.matching import apply_credit
from apps.billing.services.payments import record_payment
from apps.billing.services.reallocating import reallocate
from tests.billing_made import ISSUED_ON, make_invoice, make_profile
from tests.factories import MORNING, make_order

pytestmark = pytest.mark.django_db
TODAY = ISSUED_ON  # MORNING's day where the policy counts
LATER = MORNING + timedelta(days=10)


def pay(profile, amount: str = "120.00", **given) -> Payment:
    facts = {
        "account": profile.account,
        "currency": "USD",
        "received_on": TODAY,
        "method": "BANK",
        "reference": "",
        "source_key": f"test:{Payment.objects.count()}",
        "at": MORNING,
        "by": None,
        **given,
    }
    return record_payment(amount=Decimal(amount), **facts)


def left(*rows) -> list[str]:
    """Return what is open of documents or payments."""
    return [str(OpenItem.objects.get(pk=row.item.pk).open_amount) for row in rows]


def balanced() -> bool:
    """Tell whether the ledger, open items and allocations agree, on every day."""
    verified = verify_ledger(as_of=date(2026, 12, 31))
    assert [finding.words for finding in verified.findings] == []
    return verified.is_clean


@pytest.mark.clause("V-3.4.6")
def test_a_payment_is_a_credit_a_posting_and_what_it_settles():
    profile = make_profile()
    invoice = make_invoice(profile=profile)

    payment = pay(profile, "150.00", reference="inv 1")

    assert left(invoice, payment) == ["0.00", "30.00"]
    transfer = Transfer.objects.get(posting__payment=payment)
    assert (transfer.debit.kind, transfer.debit.key, transfer.credit.kind, transfer.amount) == (
        "BANK",
        "BANK",
        "RECEIVABLE",
        Decimal("150.00"),
    )
    assert balanced()


def test_the_same_key_again_is_the_same_payment():
    profile = make_profile()
    make_invoice(profile=profile)

    first, second = (pay(profile, source_key="k") for _ in range(2))

    assert first == second
    assert (Payment.objects.count(), Allocation.objects.count()) == (1, 1)
    with pytest.raises(BillingRefused, match="recorded already"):
        pay(profile, "121.00", source_key="k")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"amount": "0"}, "more than nothing"),
        ({"amount": "-5"}, "more than nothing"),
        ({"amount": "NaN"}, "not an amount"),
        ({"amount": "Infinity"}, "not an amount"),
        ({"amount": "1.001"}, "more than two decimals"),
        ({"amount": "1E+11"}, "larger than 9,999,999,999.99"),
        ({"amount": "1E+1000"}, "larger than"),
        ({"amount": "1E-1000"}, "more than two decimals"),
        ({"currency": "EUR"}, "billed in USD: a payment in EUR"),
        ({"received_on": TODAY + timedelta(days=1)}, "is to come. Use 2026-03-04 or"),
        ({"received_on": date(1970, 1, 1)}, "closed through 1970-01-01"),
        ({"method": "GOLD"}, "not a way to pay"),
        ({"reference": "x" * 141}, "longer than 140"),
        ({"reference": "a\x00b"}, "invisible character, U\\+0000"),
        ({"note": "x" * 251}, "longer than 250"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_booked(given, words):
    profile = make_profile()
    make_invoice(profile=profile)

    with pytest.raises(BillingRefused, match=words):
        pay(profile, **given)

    assert (Payment.objects.count(), Posting.objects.filter(payment__isnull=False).count()) == (
        0,
        0,
    )


def test_the_largest_amount_is_taken():
    assert pay(make_profile(), "9999999999.99").amount == Decimal("9999999999.99")


def test_the_day_is_counted_where_the_policy_is():
    profile = make_profile()  # New York
    one_at_night = MORNING.replace(hour=3)

    with pytest.raises(BillingRefused, match="Use 2026-03-03 or an earlier day"):
        pay(profile, at=one_at_night)


def test_an_account_that_is_not_billed_cannot_pay():
    account = make_order().account

    with pytest.raises(BillingRefused, match="no billing profile"):
        record_payment(
            account=account,
            amount=Decimal(1),
            currency="USD",
            received_on=TODAY,
            method="BANK",
            reference="",
            source_key="k",
            at=MORNING,
            by=None,
        )


def test_nothing_is_received_in_a_closed_month():
    profile = make_profile()
    Books.objects.update_or_create(pk=1, defaults={"closed_through_on": date(2026, 2, 28)})

    with pytest.raises(BillingRefused, match="closed through 2026-02-28"):
        pay(profile, received_on=date(2026, 2, 28))
    assert pay(profile, received_on=date(2026, 3, 1)).pk


def test_another_accounts_invoice_is_refused_and_named():
    other, profile = make_invoice(), make_profile()

    with pytest.raises(BillingRefused, match=f"INV-000001 is of another account, {other.account}"):
        pay(profile, reference="for INV-1")
    with pytest.raises(BillingRefused, match="is of another account"):
        pay(profile, allocations={other: Decimal(1)})

    assert Payment.objects.count() == 0


def test_several_numbers_in_one_reference_and_many_payments_of_one_invoice():
    profile = make_profile()
    old, *two = (make_invoice(profile=profile) for _ in range(3))

    pay(profile, "200.00", reference="INV-3 and inv 2")
    assert left(old, *two) == ["120.00", "0.00", "40.00"]

    pay(profile, "30.00", reference="INV-3")
    pay(profile, "10.00", reference="INV-3")
    assert left(old, *two) == ["120.00", "0.00", "0.00"]
    assert balanced()


@pytest.mark.clause("R-5")
def test_what_is_disputed_is_settled_last():
    profile = make_profile()
    first, second = (make_invoice(profile=profile) for _ in range(2))
    OpenItem.objects.filter(document=first).update(disputed_amount=Decimal(70))

    pay(profile, "170.00")
    assert left(first, second) == ["70.00", "0.00"]

    pay(profile, "20.00")
    assert OpenItem.objects.get(document=first).disputed_amount == Decimal(50)


def test_it_settles_as_said_and_the_rest_is_credit():
    profile = make_profile()
    first, second = (make_invoice(profile=profile) for _ in range(2))

    payment = pay(profile, "100.00", allocations={second: Decimal(60)})

    assert left(first, second, payment) == ["120.00", "60.00", "40.00"]
    with pytest.raises(BillingRefused, match="more than two decimals"):
        pay(profile, "100.00", allocations={second: Decimal("0.001")})
    with pytest.raises(BillingRefused, match=r"has 60\.00 USD open, less than 61"):
        pay(profile, "100.00", allocations={second: Decimal(61)})


def test_an_advance_settles_the_invoice_that_comes_later_on_its_day():
    profile = make_profile()
    payment = pay(profile, "50.00", received_on=TODAY - timedelta(days=30))
    invoice = make_invoice(profile=profile)

    assert apply_credit(account=profile.account, at=MORNING, by=None) == Decimal("50.00")
    assert apply_credit(account=profile.account, at=MORNING, by=None) == Decimal(0)

    assert left(payment, invoice) == ["0.00", "70.00"]
    assert Allocation.objects.get().dated_on == invoice.issued_on


def test_credit_settles_what_its_payer_named():
    profile = make_profile()
    pay(profile, "50.00", reference="INV-2")
    first, second = (make_invoice(profile=profile) for _ in range(2))

    apply_credit(account=profile.account, at=MORNING, by=None)

    assert left(first, second) == ["120.00", "70.00"]


def test_a_person_lets_a_payment_settle_something_else():
    profile = make_profile()
    first, second = (make_invoice(profile=profile) for _ in range(2))
    payment = pay(profile, "120.00")
    facts = {"credit": payment.item, "on": TODAY, "at": MORNING, "by": None}

    reallocate(allocations={first: Decimal(20), second: Decimal(70)}, **facts)
    assert left(first, second, payment) == ["100.00", "50.00", "30.00"]

    reallocate(allocations={first: Decimal(20), second: Decimal(0)}, **facts)
    assert left(first, second, payment) == ["100.00", "120.00", "100.00"]
    assert Allocation.objects.count() == 5  # one, taken back, two, one of them taken back
    assert balanced()


def test_what_cannot_be_allocated_anew_changes_nothing():
    profile = make_profile()
    invoice, other = make_invoice(profile=profile), make_invoice()
    payment = pay(profile, "100.00", at=MORNING)
    facts = {"credit": payment.item, "at": MORNING, "by": None}

    for allocations, on, words in [
        ({other: Decimal(10)}, TODAY, "another account"),
        ({invoice: Decimal("100.01")}, TODAY, "less than 100.01"),
        ({invoice: Decimal(10)}, TODAY - timedelta(days=1), "Use that day or a later one"),
    ]:
        with pytest.raises(BillingRefused, match=words):
            reallocate(allocations=allocations, on=on, **facts)

    assert left(invoice, payment) == ["20.00", "0.00"]
