"""Payments at the same time: PostgreSQL lets one after the other through."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection

from apps.billing.models import Allocation, OpenItem, Payment
from apps.billing.services import BillingRefused
from apps.billing.services.giving_back import refund_credit, reverse_receipt
from apps.billing.services.reallocating import reallocate
from tests.billing.test_payments import TODAY, balanced, pay
from tests.billing_made import make_invoice, make_profile
from tests.factories import MORNING

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def at_once(*acts) -> list[str]:
    """Do all acts in threads of their own; return what each was told, or "done"."""

    def run(act):
        try:
            act()
        except BillingRefused as refusal:
            return str(refusal)[:20]
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(max_workers=len(acts)) as threads:
        return sorted(threads.map(run, acts))


def test_eight_payments_at_once_pay_an_invoice_once_and_the_rest_is_credit():
    profile = make_profile()
    invoice = make_invoice(profile=profile)  # 120.00

    said = at_once(
        *(
            lambda number=number: pay(profile, "50.00", reference="INV-1", source_key=f"{number}")
            for number in range(8)
        )
    )

    assert said == ["done"] * 8
    assert OpenItem.objects.get(document=invoice).open_amount == 0
    credits = OpenItem.objects.filter(side="CREDIT").values_list("open_amount", flat=True)
    assert sum(credits) == Decimal("280.00")
    paid = Allocation.objects.filter(debit=invoice.item).values_list("amount", flat=True)
    assert sorted(paid) == [Decimal(20), Decimal(50), Decimal(50)]
    assert balanced()


def test_eight_times_the_same_payment_is_one():
    profile = make_profile()
    make_invoice(profile=profile)

    assert at_once(*(lambda: pay(profile, source_key="k") for _ in range(8))) == ["done"] * 8
    assert (Payment.objects.count(), Allocation.objects.count()) == (1, 1)
    assert balanced()


def test_credit_is_given_back_once_and_a_receipt_reversed_once():
    profile = make_profile()
    receipt = pay(profile, "50.00")
    facts = {"method": "BANK", "reference": "", "at": MORNING, "by": None}

    said = at_once(
        *(
            lambda number=number: refund_credit(
                account=profile.account,
                amount=Decimal(50),
                paid_on=TODAY,
                source_key=f"{number}",
                **facts,
            )
            for number in range(4)
        ),
        *(
            lambda: reverse_receipt(receipt=receipt, on=TODAY, reason="x", at=MORNING, by=None)
            for _ in range(4)
        ),
    )

    kinds = Counter(Payment.objects.exclude(pk=receipt.pk).values_list("kind", flat=True))
    refunds = kinds.pop("REFUND", 0)  # the first, if it came before the reversal
    assert (kinds, refunds in (0, 1)) == ({"REVERSAL": 1}, True)
    assert said.count("done") == 4 + refunds
    assert balanced()


def test_of_many_who_allocate_anew_the_last_word_stands_whole():
    profile = make_profile()
    first, second = (make_invoice(profile=profile) for _ in range(2))
    credit = pay(profile, "120.00").item

    said = at_once(
        *(
            lambda to=to: reallocate(
                credit=credit, allocations={to: Decimal(120)}, on=TODAY, at=MORNING, by=None
            )
            for to in (first, second, first, second)
        )
    )

    assert said == ["done"] * 4
    opened = [OpenItem.objects.get(document=each).open_amount for each in (first, second)]
    assert sorted(opened) == [Decimal(0), Decimal(120)]
    assert balanced()
