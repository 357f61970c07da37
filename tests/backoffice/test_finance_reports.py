"""Pages of the reports: what they show, to whom, in how few queries, and what they send."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.billing.models import ExportBatch
from apps.billing.queries.overview import overview, standings
from apps.billing.queries.reports import PROFILES, REPORTS
from apps.contracts.models import Standing
from tests.backoffice.making import NOON
from tests.billing.test_reports import named
from tests.billing_made import make_invoice, make_profile
from tests.exports_made import make_credit_note, make_receipt
from tests.factories import MORNING

pytestmark = pytest.mark.django_db
MARCH = {"since": "2026-03-01", "until": "2026-03-31"}
INDEX = reverse("admin:billing_reports")
OVERVIEW = reverse("admin:billing_overview")


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def page(key: str) -> str:
    return reverse("admin:billing_report", args=[key])


def whole(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_the_index_names_every_report(signed_in):
    text = signed_in("Finance").get(INDEX).content.decode()

    assert [r.title for r in (*REPORTS.values(), *PROFILES.values()) if r.title not in text] == []


@pytest.mark.parametrize("role", ["Support agents", "TAMs", ""])
def test_who_may_not_see_documents_sees_no_report(signed_in, role):
    browser = signed_in(role)

    answers = [browser.get(url) for url in (INDEX, OVERVIEW, page("invoices"))]

    assert {answer.status_code for answer in answers} == {403}


def test_a_duty_manager_looks_and_takes_nothing_along(signed_in):
    browser = signed_in("Duty managers")
    shown = browser.get(page("invoices"), MARCH)

    assert (shown.status_code, b"Make CSV" in shown.content) == (200, False)
    assert browser.get(page("invoices"), {**MARCH, "csv": "1"}).status_code == 403
    made = browser.post(reverse("admin:billing_report_export", args=["invoices"]), MARCH)
    assert made.status_code == 403


@pytest.mark.parametrize("key", [*REPORTS, *PROFILES])
def test_each_page_shows_its_rows_and_asks_little(signed_in, key):
    profile = named("Quay <b>")
    for _ in range(3):
        make_credit_note(invoice=make_invoice(profile=profile))
        make_receipt(profile=profile)
    browser = signed_in("Finance")
    asked = {**MARCH, "account": "quay <B>"}
    browser.get(page(key), asked)

    with CaptureQueriesContext(connection) as asking:
        answer = browser.get(page(key), asked)

    assert answer.status_code == 200
    assert b"Quay <b>" not in answer.content
    assert len(asking) <= 18


def test_a_page_says_that_the_ledger_has_the_same_or_what_it_has(signed_in):
    make_invoice()
    browser = signed_in("Finance")
    same = browser.get(page("invoices"), MARCH)
    invoice = make_invoice()
    transfer = invoice.posting.transfers.first()
    transfer.pk = None
    transfer.save()

    other = browser.get(page("invoices"), MARCH)

    assert "The ledger has the same" in same.content.decode()
    assert "The ledger has 340.00 USD" in other.content.decode()


def test_files_are_sent_as_downloads_with_their_period_in_the_name(signed_in):
    profile = named("Quay")
    make_invoice(profile=profile)
    browser = signed_in("Finance")

    sheet = browser.get(page("invoices"), {**MARCH, "xlsx": "1"})
    lines = browser.get(page("invoices"), {**MARCH, "csv": "1"})
    paper = browser.get(page("statement"), {**MARCH, "account": "Quay", "pdf": "1"})

    assert [answer["Content-Disposition"] for answer in (sheet, lines, paper)] == [
        'attachment; filename="invoices-2026-03-01-2026-03-31.xlsx"',
        'attachment; filename="invoices-2026-03-01-2026-03-31.csv"',
        'attachment; filename="statement-2026-03-01-2026-03-31.pdf"',
    ]
    assert whole(sheet).startswith(b"PK")
    assert whole(lines).splitlines()[1:] == [
        b"INV-000001,2026-03-04,2026-04-03,Quay,USD,100.00,20.00,120.00,120.00,0.00"
    ]
    assert paper.content.startswith(b"%PDF-")
    assert browser.get(page("invoices"), {**MARCH, "pdf": "1"}).status_code == 404


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"since": "2026-03-31", "until": "2026-03-01"}, "ends before it begins"),
        ({"since": "yesterday"}, "That is not a day"),
        ({"account": "Nobody"}, "There is no account of that name"),
        ({"currency": "XXX"}, "Nothing was booked in that currency"),
        ({"since": "0001-01-01"}, "Choose days from 2000 to 2999"),
        ({"until": "9999-12-31"}, "Choose days from 2000 to 2999"),
    ],
)
def test_what_cannot_be_asked_is_said(signed_in, asked, words):
    answer = signed_in("Finance").get(page("invoices"), {**MARCH, **asked})

    assert (answer.status_code, words in answer.content.decode()) == (200, True)


def test_there_is_no_report_of_another_name(signed_in):
    assert signed_in("Finance").get(page("nothing")).status_code == 404


def test_an_export_is_made_by_a_button_and_its_page_has_the_file(signed_in):
    make_invoice()
    browser = signed_in("Finance")
    url = reverse("admin:billing_report_export", args=["invoices"])

    shown = browser.post(url, {**MARCH, "xlsx": "1"}, follow=True)

    batch = ExportBatch.objects.get()
    assert (batch.state, batch.format, batch.row_count) == ("DONE", "XLSX", 1)
    assert batch.booked == {"USD": "120.00"}
    text = shown.content.decode()
    assert all(words in text for words in ("120.00 USD", batch.sha256, "Download"))
    listed = browser.get(reverse("admin:billing_exportbatch_changelist")).content.decode()
    assert f"{batch.pk} · Invoice register" in listed


def test_a_refused_export_says_why(signed_in):
    make_invoice()
    url = reverse("admin:billing_report_export", args=["xero"])

    answer = signed_in("Finance").post(url, MARCH, follow=True)

    assert "how it names revenue of kind" in answer.content.decode()
    assert not ExportBatch.objects.exists()


@pytest.mark.clause("S-13")
def test_the_overview_is_what_the_ledger_and_the_items_say():
    make_credit_note(invoice=make_invoice(), amount="40.00")
    make_invoice(issued_on=date(2026, 1, 31))
    make_invoice(issued_on=date(2025, 3, 31))
    profile = make_profile(currency="EUR")
    make_invoice(profile=profile)
    Standing.objects.create(
        account=profile.account, state="SUPPORT_SUSPENDED", since_at=MORNING, why="Late"
    )

    euros, dollars = overview(on=date(2026, 3, 31))

    assert [part.currency for part in (euros, dollars)] == ["EUR", "USD"]
    assert {month.starts_on: month.total for month in dollars.months if month.total} == {
        date(2026, 1, 1): Decimal(100),
        date(2026, 3, 1): Decimal(60),
    }
    assert (len(dollars.months), dollars.months[-1].share) == (12, 60)
    assert [age.amount for age in dollars.ages] == [
        Decimal(120),
        Decimal(120),
        Decimal(0),
        Decimal(0),
        Decimal(120),
    ]
    assert (euros.owed, dollars.credit) == (Decimal(120), Decimal(48))
    assert [(row.state, row.count) for row in standings()] == [
        ("GOOD", 3),
        ("SUPPORT_SUSPENDED", 1),
        ("DASHBOARD_SUSPENDED", 0),
    ]


def test_home_leads_finance_to_the_charts_and_they_ask_little(signed_in):
    make_invoice()
    browser = signed_in("Finance")
    home = browser.get(reverse("admin:index")).content.decode()
    browser.get(OVERVIEW, {"piece": "1"})

    with CaptureQueriesContext(connection) as asking:
        piece = browser.get(OVERVIEW, {"piece": "1"})

    assert f'data-piece="{OVERVIEW}?piece=1"' in home
    assert ("Revenue by month, USD" in piece.content.decode(), len(asking) <= 12) == (True, True)
    assert "data-piece" not in signed_in("").get(reverse("admin:index")).content.decode()
