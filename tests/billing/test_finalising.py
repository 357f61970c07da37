"""Drafts become final once: numbered without gaps, copied, booked, sent, and kept."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from apps.billing.models import (
    BillingProfile,
    Books,
    Charge,
    Document,
    LedgerAccount,
    Line,
    OpenItem,
    Seller,
    Series,
    TaxRate,
    Transfer,
)
from apps.billing.services import BillingRefused
from apps.billing.services.drafting import discard, draft_invoice, redraft
from apps.billing.services.finalising import finalise
from apps.billing.services.payments import record_payment
from apps.outbox.models import Message
from tests.billing_made import ISSUED_ON, make_charge, make_profile, make_tax
from tests.factories import MORNING

pytestmark = pytest.mark.django_db
THROUGH = ISSUED_ON


def drafted(profile: BillingProfile, *amounts: str) -> Document:
    for amount in amounts:
        make_charge(account=profile.account, amount=amount)
    return draft_invoice(account=profile.account, through_on=THROUGH, at=MORNING, by=None)


def final(document: Document, *, on: date = ISSUED_ON, at=MORNING) -> Document:
    return finalise(document=document, issued_on=on, at=at, by=None)


def sums(document: Document) -> tuple[Decimal, Decimal, Decimal]:
    document.refresh_from_db()
    return document.net_amount, document.tax_amount, document.total_amount


def moves() -> list[tuple[str, str, Decimal]]:
    return [
        (str(row.debit.kind), str(row.credit.kind), row.amount)
        for row in Transfer.objects.order_by("pk")
    ]


@pytest.mark.clause("V-3.4.6")
def test_a_draft_is_made_final_booked_and_sent():
    profile = make_profile(payment_days=14)

    invoice = final(drafted(profile, "125.00", "62.50"))

    invoice.refresh_from_db()
    assert (invoice.state, invoice.reference, invoice.number) == ("FINAL", "INV-000001", 1)
    assert (invoice.issued_on, invoice.due_on) == (ISSUED_ON, ISSUED_ON + timedelta(days=14))
    assert sums(invoice) == (Decimal("187.50"), Decimal("37.50"), Decimal("225.00"))
    item = OpenItem.objects.get()
    assert (item.side, item.open_amount, item.due_on) == (
        "DEBIT",
        invoice.total_amount,
        invoice.due_on,
    )
    assert moves() == [
        ("RECEIVABLE", "REVENUE", Decimal("187.50")),
        ("RECEIVABLE", "TAX", Decimal("37.50")),
    ]
    series = Series.objects.get(kind="INVOICE")
    assert (series.next_number, series.last_issued_on) == (2, ISSUED_ON)
    mail = Message.objects.get(topic="invoice.issued")
    assert (mail.recipient, mail.key) == (profile.email, f"document:{invoice.pk}:issued")
    assert set(Charge.objects.values_list("state", "line__document")) == {("BILLED", invoice.pk)}


@pytest.mark.clause("V-3.4.6")
def test_parties_and_terms_are_copies():
    profile = make_profile()
    order = profile.account.orders.get()
    charge = make_charge(account=profile.account)
    type(charge.event).objects.update(order=order)
    invoice = final(drafted(profile))

    BillingProfile.objects.update(legal_name="Renamed", payment_days=90)
    Seller.objects.update(name="Other seller")
    invoice.refresh_from_db()

    assert invoice.parties["buyer"]["name"] == f"{profile.account.name} Inc."
    assert invoice.parties["seller"]["name"] == "Harbour Voice Ltd"
    assert invoice.terms["payment_days"] == 30
    assert [each["number"] for each in invoice.terms["orders"]] == [order.number]


def test_twice_is_once():
    document = drafted(make_profile(), "10.00")

    first, again = final(document), final(document)

    assert (first.reference, again.reference) == ("INV-000001", "INV-000001")
    assert (OpenItem.objects.count(), Message.objects.count()) == (1, 1)
    assert Series.objects.get(kind="INVOICE").next_number == 2


def test_numbers_count_from_one_and_dates_never_decrease():
    documents = [drafted(make_profile(), "10.00") for _ in range(3)]
    later = MORNING + timedelta(days=2)
    final(documents[0], on=ISSUED_ON + timedelta(days=1), at=later)

    with pytest.raises(BillingRefused, match="dates of a series never go back"):
        final(documents[1], on=ISSUED_ON, at=later)
    second = final(documents[2], on=ISSUED_ON + timedelta(days=1), at=later)

    assert second.reference == "INV-000002"
    documents[1].refresh_from_db()
    assert (documents[1].state, documents[1].number) == ("DRAFT", None)


def test_not_in_a_closed_month_and_not_in_the_future():
    document = drafted(make_profile(), "10.00")
    with pytest.raises(BillingRefused, match="2026-03-05 is to come"):
        final(document, on=ISSUED_ON + timedelta(days=1))
    Books.objects.update_or_create(pk=1, defaults={"closed_through_on": ISSUED_ON})
    with pytest.raises(BillingRefused, match="books are closed"):
        final(document)

    document.refresh_from_db()
    assert (document.state, Series.objects.get(kind="INVOICE").next_number) == ("DRAFT", 1)
    assert not Message.objects.exists()


@pytest.mark.clause("V-3.4.6")
def test_lines_are_summed_before_they_are_taxed():
    invoice = final(drafted(make_profile(tax=make_tax(percent="7.5")), "0.10", "0.10", "0.10"))

    # 0.30 at 7.5 % is 0.0225; line by line it would be three times 0.01.
    assert sums(invoice) == (Decimal("0.30"), Decimal("0.02"), Decimal("0.32"))


def test_half_a_cent_goes_up():
    invoice = final(drafted(make_profile(tax=make_tax(percent="5")), "0.10"))

    assert sums(invoice) == (Decimal("0.10"), Decimal("0.01"), Decimal("0.11"))  # 0.005


def test_cents_that_floats_cannot_add():
    invoice = final(drafted(make_profile(tax=make_tax(percent="20")), "0.10", "0.20", "0.70"))

    assert sums(invoice) == (Decimal("1.00"), Decimal("0.20"), Decimal("1.20"))
    again = final(drafted(make_profile(tax=make_tax(key="huge", percent="100")), "0.10", "0.20"))
    assert sums(again) == (Decimal("0.30"), Decimal("0.30"), Decimal("0.60"))


@pytest.mark.parametrize(("on", "tax"), [(date(2026, 3, 3), "20.00"), (date(2026, 3, 4), "25.00")])
def test_the_rate_of_the_issue_date_counts(on, tax):
    category = make_tax(percent="20")
    TaxRate.objects.create(category=category, from_on=date(2026, 3, 4), percent=Decimal(25))

    invoice = final(drafted(make_profile(tax=category), "100.00"), on=on)

    assert sums(invoice)[1] == Decimal(tax)


def test_two_categories_on_one_invoice():
    profile = make_profile()
    document = drafted(profile, "100.00", "50.00")
    free = make_tax(key="reverse", percent="0", code="AE")
    type(free).objects.filter(pk=free.pk).update(note="Reverse charge: the buyer owes the tax.")
    Line.objects.filter(document=document, position=2).update(tax_category=free)

    invoice = final(document)

    assert sums(invoice) == (Decimal("150.00"), Decimal("20.00"), Decimal("170.00"))
    assert [(t.code, t.net_amount, t.tax_amount) for t in invoice.taxes.all()] == [
        ("S", Decimal("100.00"), Decimal("20.00")),
        ("AE", Decimal("50.00"), Decimal("0.00")),
    ]
    assert invoice.terms["notes"] == [
        {"code": "AE", "note": "Reverse charge: the buyer owes the tax."}
    ]
    # A tax of nought moves nothing.
    assert [amount for *_, amount in moves()] == [Decimal("150.00"), Decimal("20.00")]


def test_a_category_without_a_rate_is_refused():
    category = make_tax()
    TaxRate.objects.update(from_on=date(2026, 3, 5))
    profile = make_profile(tax=category)

    with pytest.raises(BillingRefused, match="no rate on 2026-03-04"):
        drafted(profile, "10.00")
    assert not Document.objects.exists()


@pytest.mark.clause("R-8")
def test_the_charges_of_an_event_are_one_line_or_none():
    profile = make_profile()
    charge = make_charge(account=profile.account, amount="100.00")
    make_charge(account=profile.account, amount="25.00", event=charge.event)
    gone = make_charge(account=profile.account, amount="40.00")
    make_charge(account=profile.account, amount="-40.00", event=gone.event)

    document = drafted(profile)

    assert [line.net_amount for line in document.lines.all()] == [Decimal("125.00")]
    assert [row.state for row in gone.event.charges.all()] == ["NETTED", "NETTED"]
    with pytest.raises(BillingRefused, match="nothing to invoice"):
        drafted(profile)


def test_what_was_waived_is_not_billed():
    profile = make_profile()
    charge = make_charge(account=profile.account, amount="100.00")
    Charge.objects.filter(pk=charge.pk).update(waived_amount=Decimal("99.90"))

    assert sums(drafted(profile))[0] == Decimal("0.10")


def test_what_was_incurred_later_waits():
    profile = make_profile()
    make_charge(account=profile.account, incurred_on=THROUGH + timedelta(days=1))
    document = drafted(profile, "10.00")

    assert sums(document)[0] == Decimal("10.00")
    assert Charge.objects.filter(state="READY").count() == 1


def test_a_draft_that_is_discarded_leaves_its_charges_ready():
    profile = make_profile()
    document = drafted(profile, "10.00")

    discard(document=document)

    assert not Document.objects.exists()
    assert list(Charge.objects.values_list("state", "line")) == [("READY", None)]
    with pytest.raises(BillingRefused, match="was discarded"):
        final(document)


@pytest.mark.clause("R-8")
def test_a_draft_is_made_anew_after_rating_moved_on():
    profile = make_profile()
    charge = make_charge(account=profile.account, amount="100.00")
    document = drafted(profile)
    make_charge(account=profile.account, amount="-60.00", event=charge.event)

    [anew] = redraft(document=document, through_on=THROUGH, at=MORNING, by=None)

    assert sums(anew) == (Decimal("40.00"), Decimal("8.00"), Decimal("48.00"))
    assert Document.objects.get() == anew


def test_a_final_invoice_is_neither_discarded_nor_drafted_anew():
    invoice = final(drafted(make_profile(), "10.00"))

    with pytest.raises(BillingRefused, match="INV-000001 is final"):
        discard(document=invoice)
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=invoice.pk).update(due_on=date(2030, 1, 1))


def test_credit_that_is_there_settles_a_new_invoice():
    profile = make_profile()
    document = drafted(profile, "100.00")
    record_payment(
        account=profile.account,
        amount=Decimal(50),
        currency="USD",
        received_on=ISSUED_ON,
        method="BANK",
        reference="In advance",
        source_key="advance",
        at=MORNING,
        by=None,
    )

    invoice = final(document)

    assert OpenItem.objects.get(document=invoice).open_amount == Decimal("70.00")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"currency": "EUR"}, "billed in EUR now"),
        ({"email": "no address"}, "No mail can be sent"),
    ],
)
def test_an_account_that_cannot_be_billed_is_refused(change, words):
    profile = make_profile()
    document = drafted(profile, "10.00")
    BillingProfile.objects.update(**change)

    with pytest.raises(BillingRefused, match=words):
        final(document)


def test_a_charge_in_another_currency_is_refused():
    profile = make_profile()
    make_charge(account=profile.account, currency="EUR")

    with pytest.raises(BillingRefused, match="billed in USD and has charges in EUR"):
        drafted(profile)
    assert LedgerAccount.objects.count() == 0


@pytest.mark.parametrize(
    ("on", "days", "due"),
    [
        (date(2024, 2, 28), 1, date(2024, 2, 29)),
        (date(2023, 2, 28), 1, date(2023, 3, 1)),
        (date(2024, 2, 29), 365, date(2025, 2, 28)),
        (date(2024, 2, 29), 0, date(2024, 2, 29)),
    ],
)
def test_due_days_over_a_leap_day(on, days, due):
    profile = make_profile(payment_days=days)
    make_charge(account=profile.account, incurred_on=on)
    document = draft_invoice(account=profile.account, through_on=on, at=MORNING, by=None)

    assert final(document, on=on).due_on == due
