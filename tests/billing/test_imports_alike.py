"""Rows of a bank that two files write in other columns: nothing is booked twice unasked."""

from decimal import Decimal

import pytest

from apps.billing.models import PaymentImportRow
from apps.billing.services import BillingRefused
from apps.billing.services.import_rows import book_row
from tests.billing.test_imports import booked, states
from tests.billing.test_payments import balanced, left, pay
from tests.billing_made import make_invoice, make_profile
from tests.factories import MORNING, make_staff

pytestmark = pytest.mark.django_db


@pytest.mark.clause("V-3.4.6")
def test_a_row_that_another_file_wrote_in_other_columns_waits_for_a_person_with_a_reason():
    profile = make_profile()
    invoice, second = (make_invoice(profile=profile) for _ in range(2))
    name, by = profile.account.name, make_staff()
    booked("Date,Amount,Reference\n2026-03-04,5.00,INV-1\n2026-03-04,5.00,INV-1\n")

    rows = booked(
        "Date,Amount,Payer,ID\n"
        f"2026-03-04,5.00,{name},b1\n2026-03-04,5.00,{name},b2\n2026-03-04,5.00,{name},b3\n"
        f"2026-03-04,5.00,{name},b1\n2026-03-03,5.00,{name},b4\n2026-03-04,6.00,{name},b5\n",
        name="april.csv",
    )

    like = "It looks like row {} of march.csv, booked on 2026-03-04. Is it another payment?"
    assert [(row.number, row.state, row.why) for row in rows] == [
        (2, "DUPLICATE", like.format(2)),
        (3, "DUPLICATE", like.format(3)),
        (4, "BOOKED", ""),  # the bank has three that are equal, of which two were there
        (5, "DUPLICATE", "The bank gave row 2 the same number. Is it another payment?"),
        (6, "BOOKED", ""),
        (7, "BOOKED", ""),
    ]
    named = f"2026-03-04,6.00,for {second},{name},EUR\n2026-03-04,5.00,for {second},,\n"
    assert states(booked(named, name="may.csv")) == [(2, "REFUSED"), (3, "DUPLICATE")]
    facts = {"row": rows[0], "account": profile.account, "as_credit": False, "by": by}
    for reason, words in [("", r"looks like row 2 of march\.csv"), ("x" * 401, "longer than 400")]:
        with pytest.raises(BillingRefused, match=words):
            book_row(reason=reason, at=MORNING, **facts)
    payment = book_row(reason="They paid the second month", at=MORNING, **facts)

    row = PaymentImportRow.objects.get(pk=rows[0].pk)
    assert (row.state, row.payment, row.decided_by, row.why) == (
        *("BOOKED", payment, by),
        "They paid the second month",
    )
    assert payment.note == "Row 2 of an imported file. They paid the second month"
    with pytest.raises(BillingRefused, match="was just booked"):
        book_row(reason="x", at=MORNING, **facts)
    assert left(invoice) == ["89.00"]  # 2, 1 and 1 of 5.00, one of 6.00, and the one by hand
    assert balanced()


def test_rows_that_no_two_files_wrote_are_two():
    one, two = make_profile(), make_profile()
    first, second = make_invoice(profile=one), make_invoice(profile=one)
    make_invoice(profile=two)
    booked(
        f"2026-03-04,5.00,for {first},,\n2026-03-04,7.00,Wire,Harbour,\n2026-03-04,8.00,Wire,,\n"
        "2026-03-04,9.00,,,\n"
    )

    rows = booked(
        f"2026-03-04,5.00,for {second},,\n2026-03-04,5.00,,{two.account.name},\n"
        "2026-03-04,7.00,wire 1,Mole,\n2026-03-04,8.00,Wire 88,Mole,\n2026-03-04,9.00,x,y,EUR\n",
        name="april.csv",
    )

    assert states(rows) == [
        *[(2, "BOOKED"), (3, "BOOKED"), (4, "UNMATCHED"), (5, "DUPLICATE"), (6, "UNMATCHED")],
    ]
    assert rows[3].why == (
        "It looks like row 4 of march.csv, imported on 2026-03-04: no account."
        " Is it another payment?"
    )
    facts = {"row": rows[2], "as_credit": False, "by": make_staff(), "at": MORNING}
    pay(two, "7.00")
    with pytest.raises(BillingRefused, match=r"paid 7\.00 USD on 2026-03-04 already\. Say why"):
        book_row(account=two.account, **facts)
    assert book_row(account=one.account, **facts).amount == Decimal(7)


def test_two_equal_rows_of_one_file_are_two_payments():
    make_invoice()

    rows = booked("2026-03-04,1.00,INV-1,,\n2026-03-04,1.00,INV-1,,\n")

    assert states(rows) == [(2, "BOOKED"), (3, "BOOKED")]
    assert states(booked("2026-03-04,1.00,INV-1,,\n2026-03-03,1.00,,,\n", name="april.csv")) == [
        *[(2, "DUPLICATE"), (3, "UNMATCHED")],
    ]
