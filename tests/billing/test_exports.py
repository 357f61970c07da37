"""Exports: made once, kept byte for byte, equal to the ledger, each document once a program."""

import io
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from openpyxl import load_workbook

from apps.billing.files.statement_pdf import document, statement_pdf
from apps.billing.files.xlsx_file import write_xlsx
from apps.billing.models import (
    ExportBatch,
    ExportedDocument,
    ExportProfile,
    RevenueCode,
    TaxCategory,
    TaxName,
    Transfer,
)
from apps.billing.queries.reports import PROFILES, REPORTS, Asked
from apps.billing.queries.reports.reading import rows_of
from apps.billing.services import BillingRefused
from apps.billing.services.exporting import ask_export, make_export, make_waiting
from tests.billing.test_reports import MARCH, named
from tests.billing_made import make_invoice, make_profile
from tests.exports_made import make_credit_note, make_receipt
from tests.factories import MORNING

pytestmark = pytest.mark.django_db


def exported(key: str, asked: Asked = MARCH, file_format: str = "CSV") -> ExportBatch:
    report = REPORTS.get(key) or PROFILES[key]
    batch = ask_export(report=report, asked=asked, file_format=file_format, at=MORNING, by=None)
    assert make_export(batch_id=batch.pk, at=MORNING) is not None
    batch.refresh_from_db()
    return batch


def content(batch: ExportBatch) -> bytes:
    return (Path(settings.MEDIA_ROOT) / str(batch.file)).read_bytes()


def code(program: str = "XERO") -> ExportProfile:
    profile = ExportProfile.objects.get(program=program)
    RevenueCode.objects.create(profile=profile, kind="HOURLY", code="200")
    TaxName.objects.create(
        profile=profile,
        category=TaxCategory.objects.get(),
        percent=Decimal(20),
        name="20% (VAT on Income)",
    )
    return profile


@pytest.mark.clause("S-13")
def test_an_export_is_a_file_with_its_rows_its_sums_and_what_the_ledger_has():
    make_invoice(amounts=("100.00", "0.05"))
    make_invoice(profile=make_profile(currency="EUR"))

    batch = exported("lines")

    data = content(batch)
    assert (batch.state, batch.row_count, batch.booked) == (
        "DONE",
        3,
        {"EUR": "100.00", "USD": "100.05"},
    )
    assert batch.totals == {"EUR": {"net_amount": "100.00"}, "USD": {"net_amount": "100.05"}}
    assert (batch.size, batch.sha256) == (len(data), sha256(data).hexdigest())
    assert data.count(b"\n") == 4


def test_it_is_made_once_and_stays():
    make_invoice()
    batch = exported("invoices")

    assert make_export(batch_id=batch.pk, at=MORNING) is None
    for change in ({"row_count": 7}, {"state": "WAITING", "made_at": None, "sha256": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ExportBatch.objects.filter(pk=batch.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        ExportBatch.objects.filter(pk=batch.pk).delete()


def test_one_whose_worker_died_is_made_by_the_sweep():
    make_invoice()
    report = REPORTS["invoices"]
    ask_export(report=report, asked=MARCH, file_format="CSV", at=MORNING, by=None)

    assert [make_waiting(at=MORNING), make_waiting(at=MORNING)] == [1, 0]


@pytest.mark.clause("S-13")
def test_a_file_that_is_not_what_the_ledger_has_is_not_made():
    invoice = make_invoice()
    revenue = invoice.posting.transfers.first()
    Transfer.objects.create(
        posting=invoice.posting,
        debit=revenue.debit,
        credit=revenue.credit,
        amount=Decimal("0.01"),
        currency="USD",
    )

    batch = exported("invoices")

    assert (batch.state, batch.sha256, str(batch.file)) == ("REFUSED", "", "")
    assert batch.problem == "USD: the report comes to 120.00, the ledger has 120.01"


XERO_LINES = [
    "*ContactName,EmailAddress,POAddressLine1,POAddressLine2,POAddressLine3,POAddressLine4,"
    "POCity,PORegion,POPostalCode,POCountry,*InvoiceNumber,Reference,*InvoiceDate,*DueDate,Total,"
    "InventoryItemCode,*Description,*Quantity,*UnitAmount,Discount,*AccountCode,*TaxType,TaxAmount,"
    "TrackingName1,TrackingOption1,TrackingName2,TrackingOption2,Currency,BrandingTheme",
    "Quay Inc.,,2 Mole Road,Harbour,,,,,,,INV-000001,,04/03/2026,03/04/2026,,,Work 1,1,10.13,,200,"
    "20% (VAT on Income),2.03,,,,,USD,",
    "Quay Inc.,,2 Mole Road,Harbour,,,,,,,INV-000001,,04/03/2026,03/04/2026,,,Work 2,1,10.13,,200,"
    "20% (VAT on Income),2.02,,,,,USD,",
    "Quay,,,,,,,,,,CN-000001,INV-000001,04/03/2026,04/03/2026,,,Credit of Work 1,1,-5.00,,200,"
    "20% (VAT on Income),-1.00,,,,,USD,",
]


def test_xero_gets_a_line_a_line_with_tax_to_the_cent_and_credit_notes_negative():
    invoice = make_invoice(profile=named("Quay"), amounts=("10.13", "10.13"))
    make_credit_note(invoice=invoice, amount="5.00")
    code()

    batch = exported("xero")

    assert content(batch).decode().split("\n") == [*XERO_LINES, ""]
    assert (batch.row_count, batch.booked) == (3, {"USD": "18.31"})


def test_quickbooks_gets_invoices_and_credit_notes_apart():
    make_credit_note(invoice=make_invoice(profile=named("Quay")), reason="=Late")
    code("QUICKBOOKS")

    invoices, notes = exported("quickbooks"), exported("quickbooks-credits")

    assert content(invoices).decode().split("\n")[1:] == [
        "INV-000001,Quay Inc.,03/04/2026,04/03/2026,,,,200,Work 1,1,100.00,100.00,"
        "20% (VAT on Income),20.00,USD,",
        "",
    ]
    assert content(notes).decode().split("\n")[1:] == [
        "CN-000001,Quay,03/04/2026,03/04/2026,,,'=Late,200,Credit of Work 1,1,40.00,40.00,"
        "20% (VAT on Income),8.00,USD,",
        "",
    ]
    assert [invoices.booked, notes.booked] == [{"USD": "120.00"}, {"USD": "48.00"}]


def test_a_document_goes_to_a_program_once():
    first = make_invoice()
    code()
    batch = exported("xero")
    second = make_invoice()

    again = exported("xero")

    assert list(ExportedDocument.objects.values_list("batch", "document")) == [
        (batch.pk, first.pk),
        (again.pk, second.pk),
    ]
    with pytest.raises(BillingRefused, match=f"export {batch.pk}, {again.pk} has it all"):
        exported("xero")
    with pytest.raises(BillingRefused, match="no final document in this period"):
        exported("xero", Asked(date(2026, 1, 1), date(2026, 1, 31)))
    with pytest.raises(IntegrityError), transaction.atomic():
        ExportedDocument.objects.create(batch=again, profile="XERO", document=first)


def test_a_file_has_no_more_documents_than_the_program_takes():
    profile = make_profile()
    documents = [make_invoice(profile=profile, amounts=("1.00", "2.00")).pk for _ in range(3)]
    code()
    ExportProfile.objects.update(most_documents=2, most_lines=100)
    first = exported("xero")
    ExportProfile.objects.update(most_documents=9, most_lines=1)
    second = exported("xero")

    assert list(ExportedDocument.objects.values_list("batch", "document")) == [
        (first.pk, documents[0]),
        (first.pk, documents[1]),
        (second.pk, documents[2]),
    ]


def test_what_has_no_name_there_is_asked_for_first():
    make_invoice()

    with pytest.raises(BillingRefused) as refusal:
        exported("xero")

    assert str(refusal.value) == (
        "Say under “Accounting programs” how it names revenue of kind “Hourly work”,"
        " tax “Standard” at 20 %, then export."
    )
    assert ExportBatch.objects.count() == 0


def test_a_sheet_has_numbers_dates_and_text_that_is_text(tmp_path):
    invoice = make_invoice(profile=named("=cmd|calc"), amounts=("100.10",))
    make_credit_note(invoice=invoice)
    path = tmp_path / "lines.xlsx"

    write_xlsx(REPORTS["lines"], rows_of(REPORTS["lines"], MARCH), path)

    sheet = load_workbook(path).active
    header, first, second = (
        [(cell.value, cell.data_type) for cell in row] for row in sheet.iter_rows()
    )
    assert [value for value, _ in header] == REPORTS["lines"].names
    assert (first[3], first[0]) == (("=cmd|calc", "s"), ("INV-000001", "s"))
    assert first[2] == (datetime(2026, 3, 4), "d")
    assert [(first[11], first[13]), second[11]] == [
        ((100.1, "n"), (20, "n")),
        (-40, "n"),
    ]
    assert sheet["L2"].number_format == "0.00"
    assert sheet["A2"].value is not None


def test_an_empty_sheet_has_its_header(tmp_path):
    path = tmp_path / "empty.xlsx"
    write_xlsx(REPORTS["receipts"], rows_of(REPORTS["receipts"], MARCH), path)

    rows = [[cell.value for cell in row] for row in load_workbook(path).active.iter_rows()]

    assert rows[0] == REPORTS["receipts"].names
    assert {value for row in rows[1:] for value in row} <= {None}


def test_text_longer_than_a_cell_is_cut(tmp_path):
    path = tmp_path / "long.xlsx"
    report = replace(REPORTS["statement"], rows=None)
    row = (MARCH.since, "INVOICE", "x" * 40_000, None, "USD", Decimal(1), None, Decimal(1))

    write_xlsx(report, [row], path)

    text = load_workbook(path).active["C2"].value
    assert (len(text), text[-1]) == (32_767, "…")


def test_a_sheet_of_an_export_is_read_back():
    make_invoice()

    batch = exported("invoices", file_format="XLSX")

    sheet = load_workbook(io.BytesIO(content(batch))).active
    assert [cell.value for cell in sheet[2]][:3] == [
        "INV-000001",
        datetime(2026, 3, 4),
        datetime(2026, 4, 3),
    ]


@pytest.mark.clause("V-3.4.6")
def test_a_statement_is_a_pdf_that_says_what_the_rows_say():
    profile = named("#Quay *North*")
    make_invoice(profile=profile)
    make_receipt(profile=profile, reference="$x$ #panic()")
    asked = Asked(MARCH.since, MARCH.until, account_id=profile.account_id)

    told = document(asked)

    assert (told["account"], told["since"], told["until"]) == (
        "#Quay *North* Inc.",
        "1 Mar 2026",
        "31 Mar 2026",
    )
    assert told["currencies"] == [
        {
            "currency": "USD",
            "rows": [
                ["1 Mar 2026", "Balance before", "", "", "", "", "0.00"],
                ["4 Mar 2026", "Invoice", "INV-000001", "3 Apr 2026", "120.00", "", "120.00"],
                ["4 Mar 2026", "Receipt", "$x$ #panic()", "", "", "50.00", "70.00"],
                ["31 Mar 2026", "Balance after", "", "", "", "", "70.00"],
            ],
            "closing": "70.00",
        }
    ]
    assert statement_pdf(asked).startswith(b"%PDF-")


def test_a_download_is_the_same_bytes_each_time_and_a_changed_file_is_not_sent(admin_client):
    make_invoice()
    batch = exported("invoices")
    url = reverse("admin:billing_exportbatch_download", args=[batch.pk])

    sent = [b"".join(admin_client.get(url).streaming_content) for _ in range(2)]
    (Path(settings.MEDIA_ROOT) / str(batch.file)).write_bytes(b"x")
    refused = admin_client.get(url, follow=True)

    assert sent == [sent[0], sent[0]]
    assert sha256(sent[0]).hexdigest() == batch.sha256
    assert "lost or was changed on the disk" in refused.content.decode()
