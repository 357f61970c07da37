"""Lists written out: filtered as shown, harmless in a spreadsheet, and the same when read back."""

import io

import pytest
import tablib
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from apps.contracts.models import Account, AuthorisedUser
from apps.contracts.sheets.formats import SheetCSV, SheetXLSX
from apps.contracts.sheets.harmless import FORMULA_STARTS, as_meant, harmless
from apps.contracts.sheets.plan import UNCHANGED
from apps.contracts.sheets.resources import AccountSheet, AuthorisedUserSheet, OrderSheet
from tests.contracts_admin.sheets import make_filled_order, preview, sheet_of
from tests.factories import make_client, make_order, make_staff

CSV, XLSX = "0", "1"
HOSTILE = ["=cmd|'/C calc'!A0", "+1", "-1", "@SUM(A1)", "'=quoted", "''+x", "O'Hara", "＝1", "'"]
UNSEEN = ["Cc", "Cs", "Cf", "Zl", "Zp", "Co", "Cn"]
names = st.text(st.characters(exclude_categories=UNSEEN), min_size=1, max_size=40).filter(str.strip)


def export(browser, model: str, form: str, query: str = "") -> bytes:
    url = reverse(f"admin:contracts_{model}_export") + query
    answer = browser.post(url, {"format": form, "resource": ""})
    assert answer.status_code == 200
    return answer.content


@pytest.mark.django_db
@pytest.mark.parametrize("form", [CSV, XLSX])
def test_an_export_that_is_imported_again_changes_nothing(admin_client, form):
    order = make_filled_order()
    for number, name in enumerate(HOSTILE):
        Account.objects.create(name=name)
        AuthorisedUser.objects.create(
            order=order,
            name=name,
            email=f"P{number}@client.example.com",
            may_open=False,
            may_escalate=False,
            may_confirm_closure=False,
            may_see_invoices=True,
            may_manage_users=True,
            sees_all_tickets=False,
        )
    clerk = make_staff()

    plans = [
        preview(resource, export(admin_client, model, form), by=clerk)
        for resource, model in [
            (AccountSheet, "account"),
            (OrderSheet, "order"),
            (AuthorisedUserSheet, "authoriseduser"),
        ]
    ]

    assert [list(plan.problems) for plan in plans] == [[], [], []]
    assert [len(plan.of(UNCHANGED)) for plan in plans] == [len(HOSTILE) + 1, 1, len(HOSTILE)]
    assert [len(plan.changes) for plan in plans] == [len(HOSTILE) + 1, 1, len(HOSTILE)]


@given(written=st.lists(names, min_size=1, max_size=5))
def test_whatever_is_written_comes_back_from_either_format(written):
    meant = [name.strip() for name in written]
    dataset = tablib.Dataset(*[[name] for name in meant], headers=["name"])
    text = SheetCSV().export_data(dataset).encode("utf-8-sig")
    book = SheetXLSX().export_data(dataset)

    for data in (text, book):
        rows = sheet_of(AccountSheet, data).rows
        assert [row.cells["name"] for row in rows] == meant


@given(text=st.text())
def test_nothing_written_starts_a_formula_and_reading_undoes_exactly_that(text):
    assert not harmless(text).startswith(FORMULA_STARTS)
    assert as_meant(harmless(text)) == text


@pytest.mark.django_db
def test_no_cell_of_a_workbook_is_a_formula(admin_client):
    Account.objects.create(name="=1+1")

    book = load_workbook(io.BytesIO(export(admin_client, "account", XLSX)))

    assert [[(cell.value, cell.data_type) for cell in row] for row in book.active] == [
        [("name", "s")],
        [("'=1+1", "s")],
    ]


@pytest.mark.django_db
@pytest.mark.clause("V-2-order")
def test_an_export_holds_what_the_list_shows_with_iso_dates(admin_client):
    shown = make_filled_order()
    make_order(state="DRAFT")

    data = export(admin_client, "order", CSV, "?state__exact=EXECUTED")

    assert data.decode("utf-8-sig").splitlines() == [
        "account,number,policy,version,plan,state,starts_on,ends_on,services,fee_amount,"
        "fee_period,time_zone,tam_minutes_per_month,tam_calendar,needs_second_factor",
        f"{shown.account},{shown.number},{shown.version.policy.slug},{shown.version.number},"
        f"{shown.plan.key},EXECUTED,2026-01-01,2026-12-31,fax; trunks,1250.50,QUARTER,"
        f"Pacific/Auckland,90,{shown.tam_calendar.key},yes",
    ]


@pytest.mark.django_db
def test_an_export_asks_the_same_number_of_questions_however_long_it_is(
    admin_client, django_assert_max_num_queries
):
    for _ in range(12):
        make_client()

    for model in ("order", "authoriseduser"):
        with django_assert_max_num_queries(10):
            export(admin_client, model, CSV)
