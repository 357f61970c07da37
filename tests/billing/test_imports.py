"""Imports of payments: planned, booked once, whatever comes twice; the rest waits for a person."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from apps.billing.bank_files.choices import Choices
from apps.billing.bank_files.read import read_bank_file
from apps.billing.models import Allocation, Books, Payment, PaymentImport, PaymentImportRow
from apps.billing.services import BillingRefused
from apps.billing.services.import_plan import Plan, plan_of
from apps.billing.services.import_rows import book_row, set_row_aside
from apps.billing.services.imports import (
    BATCH,
    ImportChanged,
    book_import,
    book_pending,
    start_import,
)
from tests.billing.test_payments import TODAY, balanced, left, pay
from tests.billing_made import make_invoice, make_profile
from tests.factories import MORNING, make_order, make_staff

pytestmark = pytest.mark.django_db
CHOICES = Choices(day_form="ISO", method="BANK", currency="USD")
HEAD = "Date,Amount,Reference,Payer,Currency\n"


def plan(text: str, *, name: str = "march.csv") -> Plan:
    data = (text if text.startswith("Date") else HEAD + text).encode()
    return plan_of(file=read_bank_file(data=data, name=name, choices=CHOICES), at=MORNING)


def start(text: str, *, by=None, name: str = "march.csv") -> PaymentImport:
    found = plan(text, name=name)
    return start_import(
        file=found.file, choices=CHOICES, seen=found.digest, by=by or make_staff(), at=MORNING
    )


def booked(text: str, **given) -> list[PaymentImportRow]:
    made = start(text, **given)
    book_import(payment_import=made, at=MORNING)
    return list(made.rows.select_related("account", "payment"))


def states(rows) -> list[tuple[int, str]]:
    return [(row.number, row.state) for row in rows]


def said(found: Plan) -> list[tuple]:
    return [
        (
            each.row.number,
            each.state,
            [(part.name, str(part.amount)) for part in each.parts],
            str(each.credit_amount),
        )
        for each in found.rows
    ]


@pytest.mark.clause("V-3.4.6")
def test_the_plan_shows_what_each_row_would_settle_after_those_above_it():
    profile = make_profile()
    make_invoice(profile=profile)
    make_invoice(profile=profile)
    text = (
        "2026-03-04,50.00,inv 2,,\n"
        f"2026-03-04,200.00,no number,{profile.account.name},USD\n"
        f"2026-03-03,7.00,,{profile.legal_name.upper()},\n"
    )

    found = plan(text)

    assert said(found) == [
        (2, "WAITING", [("INV-000002", "50.00")], "0.00"),
        (3, "WAITING", [("INV-000001", "120.00"), ("INV-000002", "70.00")], "10.00"),
        (4, "WAITING", [], "7.00"),
    ]
    assert Payment.objects.count() == 0
    assert states(booked(text)) == [(2, "BOOKED"), (3, "BOOKED"), (4, "BOOKED")]
    assert balanced()
    shown = sorted((part.name, part.amount) for each in found.rows for part in each.parts)
    settled = Allocation.objects.values_list("debit__document__reference", "amount")
    assert sorted(settled) == shown


def test_each_row_that_cannot_be_booked_says_why_and_the_others_go_on():
    profile, other, euros = make_profile(), make_profile(), make_profile(currency="EUR")
    unbilled = make_order().account
    for each in (profile, other):
        make_invoice(profile=each)
    Books.objects.update_or_create(pk=1, defaults={"closed_through_on": "2026-01-31"})
    rows = booked(
        "2026-03-04,1.00,INV-1,,\n"
        "2026-03-04,1.00,nothing,Nobody,\n"
        "2026-03-04,1.00,nothing,,\n"
        "2026-03-04,1.00,INV-1 and INV-2,,\n"
        f"2026-03-04,1.00,INV-2,{profile.account.name},\n"
        "2026-03-04,1.00,INV-1,,EUR\n"
        f"2026-03-04,1.00,,{euros.account.name},USD\n"
        f"2026-03-04,1.00,,{unbilled.name},\n"
        "2026-03-05,1.00,INV-1,,\n"
        "2026-01-31,1.00,INV-1,,\n"
    )

    mine, theirs = profile.account, other.account
    assert [(row.number, row.state, row.why) for row in rows] == [
        (2, "BOOKED", ""),
        (3, "UNMATCHED", "It names no invoice of ours, and no account is called “Nobody”."),
        (4, "UNMATCHED", "It names no invoice of ours, and nobody who paid."),
        (
            5,
            "REFUSED",
            f"It names INV-000001 of {mine} and INV-000002 of {theirs}. Book it by hand.",
        ),
        (6, "REFUSED", f"INV-000002 is of another account, {theirs}, than {mine}."),
        (7, "REFUSED", f"{mine} is billed in USD, not in EUR."),
        (8, "REFUSED", f"{euros.account} is billed in EUR, not in USD."),
        (9, "REFUSED", f"{unbilled} has no billing profile. Add one first."),
        (10, "REFUSED", "2026-03-05 is to come. Use 2026-03-04 or an earlier day."),
        (
            11,
            "REFUSED",
            "The books are closed through 2026-01-31: nothing is dated 2026-01-31 any more."
            " Use a later date.",
        ),
    ]
    assert Payment.objects.count() == 1


def test_a_name_that_two_accounts_have_is_asked_for():
    one, two = make_profile(), make_profile()
    two.legal_name = one.legal_name
    two.save()

    (row,) = plan(f"2026-03-04,1.00,,{one.legal_name},\n").rows

    assert (row.state, row.why) == (
        "UNMATCHED",
        f"“{one.legal_name}” may be {one.account} or {two.account}.",
    )


def test_the_same_file_again_is_refused_and_says_who_imported_it():
    make_invoice()
    by = make_staff(name="Frida")
    text = "2026-03-04,1.00,INV-1,,\n"
    booked(text, by=by)

    with pytest.raises(
        BillingRefused, match=r"Frida imported this file on 2026-03-04 at 14:00 UTC, as march\.csv"
    ):
        start(text, name="other.csv")
    assert Payment.objects.count() == 1


def test_a_row_that_another_file_brought_is_marked_and_not_booked_again():
    make_invoice()
    booked("2026-03-03,1.00,INV-1,,\n2026-03-04,2.00,INV-1,,\n")

    rows = booked("2026-03-04,2.00,INV-1,,\n2026-03-04,3.00,INV-1,,\n", name="april.csv")

    assert states(rows) == [(2, "DUPLICATE"), (3, "BOOKED")]
    assert rows[0].why == "Row 3 of march.csv is it: booked."
    assert Payment.objects.count() == 3


def test_the_same_amount_twice_on_a_day_is_two_payments():
    make_invoice()

    rows = booked(
        "Date,Amount,Reference,Time\n2026-03-04,1.00,INV-1,10:00\n2026-03-04,1.00,INV-1,11:00\n"
    )
    assert states(rows) == [(2, "BOOKED"), (3, "BOOKED")]

    rows = booked(
        "Date,Amount,Reference,Time\n2026-03-04,1.00,INV-1,10:00\n2026-03-04,1.00,INV-1,11:00\n"
        "2026-03-04,1.00,INV-1,12:00\n",
        name="april.csv",
    )
    assert states(rows) == [(2, "DUPLICATE"), (3, "DUPLICATE"), (4, "BOOKED")]


def test_what_was_recorded_by_hand_waits_for_a_person():
    profile = make_profile()
    make_invoice(profile=profile)
    pay(profile, "50.00")

    rows = booked("2026-03-04,50.00,INV-1,,\n2026-03-03,50.00,INV-1,,\n")

    assert states(rows) == [(2, "DUPLICATE"), (3, "BOOKED")]
    assert "recorded by hand. Is it another payment?" in rows[0].why


def test_a_person_says_whose_an_unmatched_row_is():
    profile = make_profile()
    invoice = make_invoice(profile=profile)
    first, second = booked("2026-03-04,50.00,hm,,\n2026-03-04,20.00,hm,,\n")
    facts = {"account": profile.account, "by": make_staff(), "at": MORNING}

    book_row(row=first, as_credit=False, **facts)
    payment = book_row(row=second, as_credit=True, **facts)

    assert left(invoice, payment) == ["70.00", "20.00"]
    assert payment.source_key == f"import:{second.payment_import_id}:3"
    assert balanced()


def test_a_row_for_another_accounts_invoice_is_refused_again_unless_it_settles_nothing():
    other, profile = make_invoice(), make_profile()
    (row,) = booked(f"2026-03-04,1.00,INV-1,{profile.account.name},\n")
    facts = {"row": row, "account": profile.account, "by": make_staff(), "at": MORNING}

    with pytest.raises(BillingRefused, match=f"is of another account, {other.account}"):
        book_row(as_credit=False, **facts)

    assert book_row(as_credit=True, **facts).account == profile.account


def test_a_row_is_set_aside_for_a_reason_and_can_still_be_booked():
    profile = make_profile()
    (row,) = booked("2026-03-04,1.00,Interest,,\n")
    by = make_staff()

    for why, words in [(" ", "Say why"), ("x" * 401, "longer than 400")]:
        with pytest.raises(BillingRefused, match=words):
            set_row_aside(row=row, why=why, by=by, at=MORNING)
    set_row_aside(row=row, why="Interest of the bank", by=by, at=MORNING)

    row.refresh_from_db()
    assert (row.state, row.why, row.decided_by) == ("ASIDE", "Interest of the bank", by)
    again = booked("2026-03-04,1.00,Interest,,\n2026-03-04,2.00,,,\n", name="april.csv")
    assert (again[0].state, again[0].why) == (
        "DUPLICATE",
        "Row 2 of march.csv is it: set aside.",
    )
    facts = {"row": row, "account": profile.account, "as_credit": False, "by": by, "at": MORNING}
    with pytest.raises(BillingRefused, match=r"was set aside\. Say why"):
        book_row(**facts)
    book_row(reason="It was theirs", **facts)
    assert Payment.objects.count() == 1


def test_what_waits_to_be_booked_is_nobodys_to_decide():
    make_invoice()
    row = start("2026-03-04,1.00,INV-1,,\n").rows.get()

    with pytest.raises(BillingRefused, match="about to be booked"):
        set_row_aside(row=row, why="x", by=make_staff(), at=MORNING)


def test_a_plan_that_is_not_what_was_shown_is_refused():
    profile = make_profile()
    make_invoice(profile=profile)
    shown = plan("2026-03-04,120.00,INV-1,,\n")
    pay(profile, "20.00", received_on=TODAY - timedelta(days=1))

    with pytest.raises(ImportChanged, match="Nothing was booked yet"):
        start_import(
            file=shown.file, choices=CHOICES, seen=shown.digest, by=make_staff(), at=MORNING
        )
    assert PaymentImport.objects.count() == 0


def test_a_file_with_a_row_that_cannot_be_read_is_not_booked_at_all():
    make_invoice()
    found = plan("2026-03-04,1.00,INV-1,,\n2026-03-04,abc,INV-1,,\n")

    with pytest.raises(BillingRefused, match="cannot be read"):
        start_import(
            file=found.file, choices=CHOICES, seen=found.digest, by=make_staff(), at=MORNING
        )
    assert PaymentImport.objects.count() == 0


def test_what_became_wrong_between_is_refused_and_the_rest_is_booked():
    profile = make_profile()
    make_invoice(profile=profile)
    made = start("2026-03-04,1.00,INV-1,,\n2026-02-04,1.00,INV-1,,\n")
    Books.objects.update_or_create(pk=1, defaults={"closed_through_on": "2026-02-28"})

    assert book_pending(at=MORNING) == 2
    assert book_pending(at=MORNING) == 0

    made.refresh_from_db()
    assert states(made.rows.all()) == [(2, "BOOKED"), (3, "REFUSED")]
    assert (made.state, made.finished_at) == ("DONE", MORNING)


def test_rows_are_booked_in_batches_and_the_next_run_goes_on():
    make_invoice()
    lines = [f"2026-03-04,1.00,INV-1 no {n},,\n" for n in range(BATCH + 5)]
    made = start("".join(lines))

    assert book_import(payment_import=made, at=MORNING, most=BATCH) == BATCH
    assert made.rows.filter(state="WAITING").count() == 5
    assert book_pending(at=MORNING) == 5

    made.refresh_from_db()
    assert (made.state, Payment.objects.count()) == ("DONE", BATCH + 5)


def test_a_long_reference_keeps_the_numbers_that_it_names():
    make_invoice()
    (row,) = booked(f"2026-03-04,1.00,{'x' * 200} INV-1,,\n")

    assert row.payment.reference == f"INV-000001 {'x' * 129}"
    assert row.reference == f"{'x' * 200} INV-1"


def test_the_database_keeps_what_a_row_says():
    make_invoice()
    (row,) = booked("2026-03-04,1.00,INV-1,,\n")
    rows = PaymentImportRow.objects.filter(pk=row.pk)

    for act in [
        lambda: rows.update(amount=2),
        lambda: rows.update(state="WAITING", payment=None),
        rows.delete,
        lambda: PaymentImport.objects.update(digest="x"),
    ]:
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def test_ten_thousand_rows_are_planned_in_few_queries(django_assert_max_num_queries):
    invoices = [make_invoice() for _ in range(5)]
    lines = [
        f"2026-02-{1 + n % 28:02d},1.00,{invoices[n % 5].reference} no {n},,\n"
        for n in range(10_000)
    ]

    with django_assert_max_num_queries(40):
        found = plan("".join(lines))

    assert len(found.of("WAITING")) == 10_000
    settled = sum((part.amount for each in found.rows for part in each.parts), Decimal(0))
    assert settled == 5 * Decimal("120.00")
