"""Reports of finance: whole small files, equal to what the ledger says."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from apps.billing.files.csv_file import csv_lines, csv_pieces, head
from apps.billing.models import RatedEvent, Seller, Waiver
from apps.billing.queries.reports import REPORTS, Asked
from apps.billing.queries.reports.ledger import booked, receivable
from apps.billing.queries.reports.reading import controlled, rows_of, totals_of
from apps.billing.queries.reports.shape import Column, Kind
from apps.billing.queries.reports.statements import _written
from apps.contracts.models import Account
from apps.contracts.sheets.harmless import harmless
from tests.billing_made import make_charge, make_invoice, make_profile
from tests.exports_made import make_credit_note, make_receipt, settle
from tests.factories import MORNING, make_order, make_staff

pytestmark = pytest.mark.django_db
MARCH = Asked(date(2026, 3, 1), date(2026, 3, 31))


def named(name: str, **given):
    order = make_order()
    Account.objects.filter(pk=order.account_id).update(name=name)
    order.account.refresh_from_db()
    return make_profile(account=order.account, **given)


def file(key: str, asked: Asked = MARCH) -> list[str]:
    whole = b"".join(csv_pieces(REPORTS[key], asked))
    assert whole.startswith(b"\xef\xbb\xbf")
    assert whole.endswith(b"\n")
    return whole.decode("utf-8-sig").split("\n")[:-1]


def test_the_invoice_register_is_one_line_an_invoice_and_names_run_nothing():
    make_invoice(profile=named("=cmd|' /C calc'!A0"), amounts=("100.00", "0.05"))
    make_invoice(profile=named('Quay, "North"', currency="EUR"))
    make_invoice(issued_on=date(2026, 4, 1))

    assert file("invoices") == [
        "invoice,issued_on,due_on,account,currency,net_amount,tax_amount,total_amount,"
        "open_amount,disputed_amount",
        "INV-000001,2026-03-04,2026-04-03,'=cmd|' /C calc'!A0,USD,100.05,20.01,120.06,120.06,0.00",
        'INV-000002,2026-03-04,2026-04-03,"Quay, ""North""",EUR,100.00,20.00,120.00,120.00,0.00',
    ]


def test_lines_of_credit_notes_are_negative_numbers():
    invoice = make_invoice(profile=named("Quay"))
    make_credit_note(invoice=invoice)

    assert file("lines") == [
        "document,document_kind,issued_on,account,currency,line,revenue,title,clause,starts_on,"
        "ends_on,net_amount,tax_code,tax_percent",
        "INV-000001,INVOICE,2026-03-04,Quay,USD,1,HOURLY,Work 1,H-9,,,100.00,S,20.000",
        "CN-000001,CREDIT_NOTE,2026-03-04,Quay,USD,1,HOURLY,Credit of Work 1,H-9,,,-40.00,S,20.000",
    ]


def test_credit_notes_say_what_they_correct_and_why():
    make_credit_note(invoice=make_invoice(profile=named("Quay")), reason="\t=Late")

    assert file("credit-notes")[1:] == [
        "CN-000001,2026-03-04,Quay,USD,INV-000001,'\t=Late,40.00,8.00,48.00,48.00"
    ]


def test_receipts_are_positive_and_what_went_back_is_negative():
    profile = named("Quay")
    credit = make_receipt(profile=profile, reference="INV 1")
    make_receipt(profile=profile, amount="20.00", kind="REFUND", reference="-20")
    settle(credit, make_invoice(profile=profile).item, "30.00")

    assert file("receipts") == [
        "received_on,account,kind,method,reference,note,currency,amount,unapplied_amount,"
        "recorded_at",
        "2026-03-04,Quay,RECEIPT,BANK,INV 1,,USD,50.00,20.00,2026-03-04T14:00:00Z",
        "2026-03-04,Quay,REFUND,BANK,'-20,,USD,-20.00,0.00,2026-03-04T14:00:00Z",
    ]
    assert {row[-1] for row in rows_of(REPORTS["receipts"], MARCH)} == {MORNING}
    assert file("allocations")[1:] == ["2026-03-04,Quay,RECEIPT,INV 1,INVOICE,INV-000001,USD,30.00"]


def test_revenue_and_tax_are_by_currency_and_less_what_was_credited():
    make_credit_note(invoice=make_invoice(profile=named("Quay")), amount="40.00")
    make_invoice(profile=named("Mole", currency="EUR"), amounts=("7.00",))

    assert file("revenue")[1:] == ["2026-03,HOURLY,EUR,1,7.00", "2026-03,HOURLY,USD,2,60.00"]
    assert file("tax")[1:] == [
        "Standard,S,20.000,EUR,1,7.00,1.40",
        "Standard,S,20.000,USD,2,60.00,12.00",
    ]


def test_currencies_are_never_summed_together():
    make_invoice(profile=named("Quay"))
    make_invoice(profile=named("Mole", currency="EUR"))

    totals = totals_of(REPORTS["lines"], MARCH)

    assert totals.row_count == 2
    assert totals.sums == {
        "EUR": {"net_amount": Decimal("100.00")},
        "USD": {"net_amount": Decimal("100.00")},
    }
    narrowed = Asked(MARCH.since, MARCH.until, currency="EUR")
    assert totals_of(REPORTS["lines"], narrowed).row_count == 1


@pytest.mark.parametrize("key", ["invoices", "lines", "revenue", "tax"])
@pytest.mark.parametrize(
    ("day", "found"),
    [(date(2026, 2, 28), 0), (date(2026, 3, 1), 1), (date(2026, 3, 31), 1), (date(2026, 4, 1), 0)],
)
def test_both_days_of_a_period_belong_to_it(key, day, found):
    make_invoice(issued_on=day)

    assert totals_of(REPORTS[key], MARCH).row_count == found


@pytest.mark.parametrize("key", REPORTS)
def test_an_empty_period_is_a_file_with_a_header(key):
    assert file(key) == [",".join(REPORTS[key].names)]
    assert totals_of(REPORTS[key], MARCH).row_count == 0


@pytest.mark.parametrize("key", [key for key, report in REPORTS.items() if report.booked])
@pytest.mark.clause("S-13")
def test_what_a_report_sums_up_to_is_what_the_ledger_booked(key):
    profile = named("Quay")
    invoice = make_invoice(profile=profile, amounts=("100.00", "33.33"))
    make_credit_note(invoice=invoice)
    make_receipt(profile=profile)
    make_receipt(profile=profile, amount="10.00", kind="REFUND")
    make_invoice(profile=named("Mole", currency="EUR"))
    make_invoice(issued_on=date(2026, 4, 1))
    report = REPORTS[key]
    of_account = Asked(MARCH.since, MARCH.until, account_id=profile.account_id)

    for asked in (MARCH, of_account, Asked(MARCH.since, MARCH.until, currency="EUR")):
        assert controlled(report, totals_of(report, asked)) == booked(report.booked, asked)


def test_held_and_waived_charges():
    account = named("Quay").account
    charge = make_charge(account=account)
    RatedEvent.objects.filter(pk=charge.event_id).update(held_for="QUOTE", worth_amount=None)
    asker, approver = make_staff(), make_staff()
    Waiver.objects.create(
        charge=charge,
        amount=Decimal(25),
        reason="@goodwill",
        asked_by=asker,
        approved_by=approver,
        at=MORNING,
    )

    others = [
        Waiver.objects.create(
            charge=make_charge(account=make_profile().account),
            amount=1,
            reason=at.isoformat(),
            asked_by=asker,
            approved_by=approver,
            at=at,
        )
        for at in (datetime(2026, 3, 1, 4, 59, tzinfo=UTC), datetime(2026, 4, 1, 3, tzinfo=UTC))
    ]
    Seller.objects.update(time_zone="America/New_York")
    assert [line.split(",")[8] for line in file("waived")[1:]] == ["'@goodwill", others[1].reason]
    Seller.objects.update(time_zone="UTC")
    assert file("held")[1:] == [
        "2026-03-04T14:00:00Z,Quay,,Work on a ticket,HOURLY,QUOTE,H-9,2026-03-04,2026-03-04,0,USD,"
    ]
    assert file("waived")[2:] == [
        "2026-03-04T14:00:00Z,Quay,,Work on a ticket,2026-03-04,USD,125.00,25.00,'@goodwill,"
        f"{asker},{approver}"
    ]


@pytest.mark.clause("V-3.4.6")
def test_a_statement_runs_from_balance_to_balance():
    profile = named("Quay")
    make_invoice(profile=profile, issued_on=date(2026, 2, 10))
    make_invoice(profile=profile)
    make_receipt(profile=profile, amount="200.00", received_on=date(2026, 3, 20), reference="=A1")
    make_invoice(profile=named("Mole"))
    asked = Asked(MARCH.since, MARCH.until, account_id=profile.account_id)

    assert file("statement", asked)[1:] == [
        "2026-03-01,OPENING,,,USD,,,120.00",
        "2026-03-04,INVOICE,INV-000002,2026-04-03,USD,120.00,,240.00",
        "2026-03-20,RECEIPT,'=A1,,USD,,200.00,40.00",
        "2026-03-31,CLOSING,,,USD,,,40.00",
    ]
    assert receivable(as_of=MARCH.until, account_id=profile.account_id) == {"USD": Decimal(40)}


HOSTILE = st.text(
    st.sampled_from("=+-@\t\r\n＝＋－＠'\" \u00a0\u3000\ufeffaZ0,;é"), max_size=6
) | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


@pytest.mark.postgresql
@given(text=HOSTILE)
def test_the_database_makes_the_same_cells_harmless_as_python(text):
    written = _written(Column("x", Kind.TEXT, "CAST(%(x)s AS text)"))

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {written}", {"x": text})
        assert (cursor.fetchone()[0] or "") == harmless(text)


@pytest.mark.postgresql
def test_copied_lines_are_the_lines_that_python_writes():
    profile = named("＝SUM(A1)")
    invoice = make_invoice(profile=profile, amounts=("100.00", "-0.55"))
    make_credit_note(invoice=invoice, reason='A "quoted",\r\nlong\nreason')
    settle(make_receipt(profile=profile, reference=" =1"), invoice.item, "5.00")
    asked = Asked(date(2026, 1, 1), date(2026, 12, 31), account_id=profile.account_id)

    for report in REPORTS.values():
        lines = csv_lines(report.columns, rows_of(report, asked))
        assert b"".join(csv_pieces(report, asked)) == head(report) + b"".join(lines)


HEADINGS = {
    "aging": "account,currency,current,days_1_30,days_31_60,days_61_90,days_91,owed,disputed,"
    "credit,balance,standing",
    "allocations": "dated_on,account,credit_kind,credit,debit_kind,debit,currency,amount",
    "credit-notes": "credit_note,issued_on,account,currency,corrects,reason,net_amount,tax_amount,"
    "total_amount,open_amount",
    "held": "rated_at,account,ticket,title,kind,held_for,clause,starts_on,ends_on,minutes,currency,"
    "worth_amount",
    "invoices": "invoice,issued_on,due_on,account,currency,net_amount,tax_amount,total_amount,"
    "open_amount,disputed_amount",
    "lines": "document,document_kind,issued_on,account,currency,line,revenue,title,clause,"
    "starts_on,ends_on,net_amount,tax_code,tax_percent",
    "receipts": "received_on,account,kind,method,reference,note,currency,amount,unapplied_amount,"
    "recorded_at",
    "revenue": "month,kind,currency,lines,net_amount",
    "sla": "account,plan,severity_rank,severity,promise,met,missed,percent_met",
    "statement": "dated_on,entry,reference,due_on,currency,debit_amount,credit_amount,balance",
    "tam": "account,order,month,included_minutes,used_minutes,left_minutes,over_minutes",
    "tax": "category,code,percent,currency,documents,net_amount,tax_amount",
    "waived": "waived_at,account,ticket,title,incurred_on,currency,charged_amount,waived_amount,"
    "reason,asked_by,approved_by",
}


def test_headings_stay_as_they_are():
    assert {key: ",".join(report.names) for key, report in REPORTS.items()} == HEADINGS
