"""Names in a sheet: invisible, alike, and such as a spreadsheet reads in its own way."""

import io

import pytest
import tablib
from django.core.exceptions import ValidationError
from django.urls import reverse
from openpyxl import load_workbook

from apps.contracts.models import Account, AuthorisedUser, Order, Service
from apps.contracts.sheets.csv_text import csv_records
from apps.contracts.sheets.formats import SheetCSV, SheetXLSX
from apps.contracts.sheets.plan import UNCHANGED
from apps.contracts.sheets.resources import AccountSheet, OrderSheet
from tests.contracts_admin.sheets import make_filled_order, preview, problems, sheet_of
from tests.contracts_admin.test_import_orders import rows
from tests.factories import make_order, make_staff

MIXED = "mixes letters of several alphabets that look alike. Type it in one."


@pytest.mark.parametrize("character", ["\u200b", "\u202e", "\u2028", "\ue000", "\u3164"])
def test_a_character_that_nobody_sees_is_named_in_any_cell(character):
    sheet = sheet_of(AccountSheet, f"name\nFern{character}wood\n")

    assert [str(each) for each in sheet.problems] == [
        f"row 2, name: holds an invisible character, U+{ord(character):04X}."
    ]


@pytest.mark.django_db
def test_a_word_in_two_alphabets_and_a_name_that_shows_nothing_are_refused():
    assert problems(AccountSheet, "name\nAcm\u0435\n\u0301\n", by=make_staff()) == [
        f"row 2, name: “Acm\u0435” {MIXED}",
        "row 3, name: It shows nothing. Write a name that can be read.",
    ]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (Account(name="Fern\u200bwood"), "name"),
        (Order(number="X\u200b-1"), "number"),
        (AuthorisedUser(name="Ada\u202e"), "name"),
        (Service(title="SIP\u00ad"), "title"),
    ],
)
def test_the_forms_refuse_it_too(row, field):
    with pytest.raises(ValidationError) as refused:
        row.clean_fields(exclude={each.name for each in row._meta.fields} - {field})

    told = refused.value.message_dict[field][0]
    assert told.partition(", U+")[0] == "It holds an invisible character"


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["x-1", "X\u20111", "Ｘ-1"])
def test_an_order_number_that_looks_like_one_that_is_there_is_refused_with_it(number):
    order = make_order(state="DRAFT")
    Order.objects.filter(pk=order.pk).update(number="X-1")

    found = problems(OrderSheet, rows(order, [number]), by=make_staff())

    assert found == [
        f"row 2, number: “{number}” differs only in case, spaces or dashes from “X-1”, "
        "which is there. Write it like that."
    ]


@pytest.mark.django_db
def test_two_order_numbers_of_one_file_that_look_alike_are_refused():
    order = make_order(state="DRAFT")

    found = problems(OrderSheet, rows(order, ["Y-1", "y-1"]), by=make_staff())

    assert found == [
        "row 3, number: “y-1” differs only in case, spaces or dashes from “Y-1” in row 2. Keep one."
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("form", [SheetCSV, SheetXLSX])
def test_orders_with_a_service_whose_key_has_a_capital_come_back_as_they_were(form):
    order = make_filled_order()
    for key in ("SIP-Trunk", "sip-trunk"):
        Service.objects.create(key=key, title=f"The {key} one")
    order.services.set(Service.objects.filter(key="SIP-Trunk"))
    data = form().export_data(OrderSheet().export(Order.objects.all()))

    plan = preview(OrderSheet, data, by=make_staff())

    assert (list(plan.problems), len(plan.of(UNCHANGED))) == ([], 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("SIP-TRUNK", []),
        ("FAX", ["row 2, services: “FAX” may be any of Fax, fax. Write the key."]),
    ],
)
def test_a_service_key_is_found_in_another_case_where_it_is_the_only_one(word, told):
    order = make_order(state="DRAFT")
    Service.objects.create(key="SIP-Trunk", title="SIP trunks")
    for key in ("Fax", "fax"):
        Service.objects.create(key=key, title="FAX")
    header = "account,number,policy,version,plan,state,starts_on,services\n"
    shown = OrderSheet().shown(order) | {"number": "S-1", "services": word}
    text = header + ",".join(shown[name] for name in header.strip().split(","))

    found = problems(OrderSheet, text, by=make_staff())

    assert found == told


@pytest.mark.parametrize("name", ["#N/A", "#REF!", "#DIV/0!", "TRUE", "1e5", "Foo_x0041_bar"])
def test_a_name_that_reads_like_a_value_comes_back_from_a_workbook_as_it_was(name):
    book = SheetXLSX().export_data(tablib.Dataset([name], headers=["name"]))

    assert load_workbook(io.BytesIO(book)).active["A2"].data_type == "s"
    sheet = sheet_of(AccountSheet, book)
    assert ([row.cells["name"] for row in sheet.rows], list(sheet.problems)) == ([name], [])


@pytest.mark.parametrize(
    "first", ["sep=;\r\n", '"sep=;"\n', "SEP=;\n", "sep=;,,\n", "\ufeffsep=;\n", "\ufeffsep=|\n"]
)
def test_the_line_that_names_the_separator_is_obeyed_and_not_counted(first):
    mark = "|" if "|" in first else ";"
    text = f"{first}order{mark}name{mark}email\nO-1{mark}Ada, Reed{mark}ada@client.example.com\n"

    records = list(csv_records(text.encode(), columns=["order", "name", "email"]))

    assert [(each.number, list(each.cells)) for each in records] == [
        (1, ["order", "name", "email"]),
        (2, ["O-1", "Ada, Reed", "ada@client.example.com"]),
    ]


@pytest.mark.django_db
def test_the_upload_and_the_preview_of_orders_say_what_the_list_leaves_out(admin_client):
    order = make_order(state="DRAFT")
    url = reverse("admin:contracts_order_import")
    file = io.BytesIO(rows(order, ["P-1"]).encode())
    file.name = "a.csv"

    upload = admin_client.get(url).content.decode()
    shown = admin_client.post(url, {"file": file}).content.decode()

    told = "Agreed targets and escalation rungs are not in this list"
    assert (upload.count(told), shown.count(told)) == (1, 1)
    accounts = admin_client.get(reverse("admin:contracts_account_import")).content.decode()
    assert told not in accounts
