"""The pages of payments, files of a bank and disputes, as somebody of finance uses them."""

from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from apps.billing.models import (
    Allocation,
    BillingDispute,
    Payment,
    PaymentImport,
    PaymentImportRow,
)
from tests.billing.test_disputes import dispute
from tests.billing.test_imports import booked
from tests.billing.test_payments import left, pay
from tests.billing_made import make_invoice, make_profile
from tests.factories import MORNING, make_staff

pytestmark = pytest.mark.django_db
ADD = reverse("admin:billing_payment_add")
IMPORT = reverse("admin:billing_paymentimport_add")
DISPUTE = reverse("admin:billing_billingdispute_add")
KEY = "7d0bb2a5-1f86-4f5a-9a40-3a9f0f8d5a11"


@pytest.fixture(autouse=True)
def that_morning():
    with time_machine.travel(MORNING, tick=False):
        yield


def sign_in(role: str = "Finance", name: str = "fiona") -> Client:
    user = make_staff(name=name)
    user.groups.add(Group.objects.get(name=role))
    browser = Client()
    browser.force_login(user)
    return browser


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def page(row) -> str:
    return reverse(f"admin:billing_{row._meta.model_name}_change", args=[row.pk])


def act(row, name: str) -> str:
    return reverse(f"admin:billing_{row._meta.model_name}_act", args=[row.pk, name])


def typed(profile, **given) -> dict:
    return {
        "whose": profile.account.name,
        "amount": "150.00",
        "received_on": "2026-03-04",
        "method": "BANK",
        "reference": "",
        "note": "",
        "act_key": KEY,
        "then": "show",
        **given,
    }


def test_what_a_payment_would_settle_is_shown_and_then_recorded_once():
    profile = make_profile()
    first, second = (make_invoice(profile=profile) for _ in range(2))
    browser = sign_in()

    shown = text_of(browser.post(ADD, typed(profile, reference="INV-2")))
    field = 'name="settle_{}" inputmode="decimal" autocomplete="off" maxlength="20" value="{}"'
    assert field.format(second.pk, "120.00") in shown
    assert field.format(first.pk, "30.00") in shown
    assert Payment.objects.count() == 0

    said = typed(profile, reference="INV-2", then="record")
    sums = {f"settle_{second.pk}": "120.00", f"settle_{first.pk}": "10.00"}
    for _ in range(2):
        assert browser.post(ADD, {**said, **sums}).status_code == 302

    payment = Payment.objects.get()
    assert left(first, second, payment) == ["110.00", "0.00", "20.00"]
    assert payment.recorded_by.username == "fiona"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"amount": "-5"}, "must be more than nothing"),
        ({"amount": "1e5"}, "is not an amount like 1,234.56"),
        ({"amount": "٥"}, "is not an amount like 1,234.56"),
        ({"amount": ""}, "Say how much."),
        ({"whose": "Nobody"}, "There is no account “Nobody”"),
        ({"whose": ""}, "Say whose it is."),
        ({"received_on": "2026-03-05"}, "is to come"),
        ({"received_on": "03/04/2026"}, "That is not a day"),
        ({"method": "GOLD"}, "not a way to pay"),
        ({"reference": "for INV-2"}, "INV-000002 is of another account"),
        ({"reference": "a\u202eb"}, "invisible character"),
    ],
)
def test_what_cannot_be_recorded_is_said_beside_what_was_typed(given, words):
    profile = make_profile()
    make_invoice(profile=profile)
    make_invoice()

    answer = sign_in().post(ADD, typed(profile, **given))

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert Payment.objects.count() == 0


def test_sums_that_cannot_be_are_refused_and_nothing_is_recorded():
    profile = make_profile()
    invoice = make_invoice(profile=profile)
    browser = sign_in()

    for amount, words in [
        ("120.01", "has 120.00 USD open, less than 120.01"),
        ("x", "is not an amount"),
        ("-1", "not below nothing"),
    ]:
        said = {**typed(profile, then="record"), f"settle_{invoice.pk}": amount}
        answer = browser.post(ADD, said)
        assert (answer.status_code, words in text_of(answer)) == (422, True)
    assert Payment.objects.count() == 0


def test_a_payment_like_one_that_is_there_is_warned_of():
    profile = make_profile()
    pay(profile, "150.00")

    assert "It looks like a payment that is there already" in text_of(
        sign_in().post(ADD, typed(profile))
    )


def test_an_account_is_found_by_one_of_its_invoices():
    profile = make_profile()
    invoice = make_invoice(profile=profile)

    shown = text_of(sign_in().post(ADD, typed(profile, whose="inv 1")))

    assert f"settle_{invoice.pk}" in shown


def test_a_payment_is_allocated_anew_given_back_and_reversed_from_its_page():
    profile = make_profile()
    invoice = make_invoice(profile=profile)
    payment = pay(profile, "150.00")
    browser = sign_in()

    said = {f"settle_{invoice.pk}": "20", "on": "2026-03-04", "seen": "1"}
    assert browser.post(act(payment, "reallocate"), said).status_code == 302
    again = browser.post(act(payment, "reallocate"), said)
    assert (again.status_code, "was just changed. Look again." in text_of(again)) == (422, True)
    assert left(invoice, payment) == ["100.00", "130.00"]
    refund = {"amount": "30.00", "on": "2026-03-04", "method": "BANK", "act_key": "k"}
    browser.post(act(payment, "refund"), refund)
    assert left(invoice, payment) == ["100.00", "100.00"]
    browser.post(act(payment, "apply"))
    assert left(invoice, payment) == ["0.00", "0.00"]

    browser.post(act(payment, "reverse"), {"on": "2026-03-04", "reason": "Bounced"})
    assert "Reversed" in text_of(browser.get(page(payment)))
    assert left(invoice, payment) == ["120.00", "0.00"]
    back = Payment.objects.get(kind="REVERSAL")
    assert "Still owed</dt><dd>30.00 USD" in text_of(browser.get(page(back)))
    again = typed(profile, amount="150.00") | {f"taken_{back.pk}": "20"}
    assert f'name="taken_{back.pk}"' in browser.post(ADD, again).content.decode()
    browser.post(ADD, again | {"then": "record"})
    assert left(back, invoice, Payment.objects.latest("pk")) == ["10.00", "120.00", "130.00"]


def test_who_only_looks_changes_nothing():
    profile = make_profile()
    invoice = make_invoice(profile=profile)
    payment, row = pay(profile), dispute(invoice)
    browser = sign_in("Duty managers")

    assert browser.get(page(payment)).status_code == 200
    assert "It bounced" not in text_of(browser.get(page(payment)))
    for url in [ADD, IMPORT, DISPUTE]:
        assert browser.get(url).status_code == 403
    for url in [act(payment, "reverse"), act(row, "reject")]:
        assert browser.post(url, {"on": "2026-03-04", "reason": "x"}).status_code == 403
    assert sign_in("Support agents", "ada").get(page(payment)).status_code == 403


def test_no_button_is_pressed_by_an_address():
    payment = pay(make_profile())
    browser = sign_in()

    assert browser.get(act(payment, "reverse")).status_code == 302
    assert browser.post(act(payment, "nothing")).status_code == 404
    assert browser.post(page(payment)).status_code == 403
    assert browser.get(reverse("admin:billing_payment_change", args=[99])).status_code == 404
    assert Payment.objects.count() == 1


def upload(browser, text: str | bytes, **given):
    data = text.encode() if isinstance(text, str) else text
    said = {
        "day_form": "ISO",
        "decimal": ".",
        "method": "BANK",
        "currency": "USD",
        "encoding": "",
        "separator": "",
        **given,
    }
    return browser.post(IMPORT, {**said, "file": SimpleUploadedFile("march.csv", data)})


def fields_of(answer, **given) -> dict:
    """Return what the preview sends on."""
    shown = answer.context_data
    said = {name: shown["form"][name].value() for name in shown["form"].fields if name != "file"}
    columns = {name: chosen for name, _, chosen, _ in shown["columns"]}
    return {**said, **columns, "carried": shown["carried"], "seen": shown["seen"], **given}


def test_a_file_is_looked_at_and_then_booked():
    profile = make_profile()
    invoice = make_invoice(profile=profile)
    browser = sign_in()

    shown = upload(browser, "Date,Amount,Reference\n2026-03-04,150.00,INV-1\n2026-03-04,-3,fee\n")
    text = text_of(shown)
    assert "120.00 for INV-000001" in text
    assert "30.00 stay as credit" in text
    assert "1 · left out: money went out" in text
    assert PaymentImport.objects.count() == 0

    answer = browser.post(IMPORT, fields_of(shown, then="book"), follow=True)
    assert "march.csv is imported." in text_of(answer)
    assert left(invoice, Payment.objects.get()) == ["0.00", "30.00"]

    again = upload(browser, "Date,Amount,Reference\n2026-03-04,150.00,INV-1\n2026-03-04,-3,fee\n")
    assert again.status_code == 422
    assert "fiona imported this file on 2026-03-04 at 14:00 UTC" in text_of(again)


def test_columns_are_asked_for_and_dates_can_be_read_otherwise():
    make_invoice()
    browser = sign_in()

    shown = upload(browser, "When;Sum;Words\n04.03.2026;1,00;INV-1\n")
    assert "Date: no column is called so. Choose which one it is." in text_of(shown)
    columns = {"column_0": "date", "column_1": "amount", "column_2": "reference"}
    shown = browser.post(IMPORT, fields_of(shown, then="show", **columns))
    assert "“1,00” is not an amount like 1,234.56." in text_of(shown)
    shown = browser.post(
        IMPORT, fields_of(shown, then="show", decimal=",", day_form="DMY_POINT", **columns)
    )
    assert "1.00 for INV-000001" in text_of(shown)
    assert browser.post(IMPORT, fields_of(shown, then="book")).status_code == 302
    assert Payment.objects.get().amount == Decimal("1.00")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "The file is empty."),
        ("Date,Amount\n", "There are no rows below the header."),
        (
            "Date,Amount,Reference\n2026-03-04,1.00,Müller\n".encode("cp1252"),
            "is not UTF-8: line 2",
        ),
        (b"PK\x03\x04", "This is a workbook"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(data, words):
    make_profile()
    answer = upload(sign_in(), data)

    assert (answer.status_code, words in text_of(answer)) == (422, True)


def test_a_preview_of_somebody_else_or_that_is_not_true_any_more_is_not_booked():
    profile = make_profile()
    make_invoice(profile=profile)
    browser = sign_in()
    shown = upload(browser, "Date,Amount,Reference\n2026-03-04,1.00,INV-1\n")

    other = sign_in("Finance", "frank").post(IMPORT, fields_of(shown, then="book"), follow=True)
    assert "This preview is too old." in text_of(other)
    pay(profile, "120.00")
    changed = browser.post(IMPORT, fields_of(shown, then="book"))
    assert changed.status_code == 422
    assert "Something changed since this was shown." in text_of(changed)
    assert PaymentImport.objects.count() == 0


def test_hostile_cells_are_shown_as_they_are():
    make_invoice()
    shown = upload(
        sign_in(), 'Date,Amount,Reference\n2026-03-04,1.00,"<script>alert(1)</script> {{ 7 }}"\n'
    )

    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 }}" in text_of(shown)


def test_a_row_that_waits_is_booked_or_set_aside_from_its_page():
    profile = make_profile()
    make_invoice(profile=profile)
    first, second = booked("2026-03-04,50.00,hm,,\n2026-03-04,20.00,Interest,,\n")
    browser = sign_in()

    assert "names no invoice of ours" in text_of(browser.get(page(first)))
    refused = browser.post(act(first, "book"), {"whose": "Nobody"})
    assert (refused.status_code, "There is no account" in text_of(refused)) == (422, True)
    browser.post(act(first, "book"), {"whose": profile.account.name})
    browser.post(act(second, "aside"), {"why": "Interest of the bank"})

    rows = PaymentImportRow.objects.order_by("number")
    assert list(rows.values_list("state", flat=True)) == ["BOOKED", "ASIDE"]
    listed = browser.get(reverse("admin:billing_paymentimportrow_changelist") + "?look=person")
    assert listed.context_data["cl"].result_count == 0


def test_open_items_lead_to_what_they_are_of():
    profile = make_profile()
    make_invoice(profile=profile)
    payment = pay(profile, "20.00")
    browser = sign_in()
    items = reverse("admin:billing_openitem_changelist")

    shown = browser.get(items, {"account__id__exact": profile.account_id, "open": "yes"})

    assert shown.context_data["cl"].result_count == 1
    assert page(payment) not in text_of(shown)  # it is settled in full
    assert page(payment) in text_of(browser.get(items))


def test_lists_and_pages_ask_a_fixed_number_of_queries(django_assert_max_num_queries):
    browser = sign_in()
    for _ in range(12):
        profile = make_profile()
        invoice = make_invoice(profile=profile)
        pay(profile, "150.00", source_key=f"n{profile.pk}")
        dispute(invoice, "1.00", source_key=f"d{profile.pk}")
    booked("".join(f"2026-03-04,{n}.00,hm,,\n" for n in range(1, 13)))
    lists = ["payment", "paymentimport", "paymentimportrow", "billingdispute", "openitem"]

    for name in lists:
        with django_assert_max_num_queries(14):
            assert browser.get(reverse(f"admin:billing_{name}_changelist")).status_code == 200
    pages = [Payment, PaymentImport, PaymentImportRow, BillingDispute]
    for model in pages:
        with django_assert_max_num_queries(22):
            assert browser.get(page(model.objects.first())).status_code == 200
    assert Allocation.objects.count() == 12
