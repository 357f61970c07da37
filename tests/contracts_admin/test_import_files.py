"""What a file may look like: encodings, separators, headers, cells. The rest is refused."""

import codecs
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from apps.contracts.sheets.read import read_sheet
from apps.contracts.sheets.resources import AccountSheet, AuthorisedUserSheet, OrderSheet
from apps.contracts.sheets.sheet import MOST_BYTES, MOST_ROWS, Row, Unreadable
from tests.contracts_admin.sheets import saved, sheet_of, workbook

KNOWN = "order, name, email, is_active, may_open, may_escalate, may_confirm_closure, "
KNOWN += "may_see_invoices, may_manage_users, sees_all_tickets"
PEOPLE = "order,name,email,is_active\nO-1,Jürgen,j@client.example.com,yes\n"
JURGEN = {"order": "O-1", "name": "Jürgen", "email": "j@client.example.com", "is_active": "yes"}


def refusal(data: bytes | str, *, name: str = "a.csv", resource=AuthorisedUserSheet) -> str:
    with pytest.raises(Unreadable) as refused:
        sheet_of(resource, data, name=name)
    return str(refused.value)


@pytest.mark.parametrize(
    "data",
    [
        PEOPLE.encode(),
        codecs.BOM_UTF8 + PEOPLE.encode(),
        PEOPLE.encode("utf-16"),
        codecs.BOM_UTF16_BE + PEOPLE.encode("utf-16-be"),
        PEOPLE.replace(",", ";").encode(),
        PEOPLE.replace(",", "\t").encode(),
        PEOPLE.replace("\n", "\r\n").encode(),
        PEOPLE.replace("order,", " Order ,").replace("O-1", ' "O-1 "'.strip()).encode(),
        b"Name,EMAIL,order,is_active\nJ\xc3\xbcrgen ,  j@client.example.com,O-1,yes\n",
    ],
    ids=["utf-8", "bom", "utf-16", "utf-16-be", "semicolons", "tabs", "crlf", "case", "order"],
)
def test_each_of_these_files_says_the_same(data):
    (row,) = sheet_of(AuthorisedUserSheet, data).rows

    assert (row.number, dict(row.cells)) == (2, JURGEN)


def test_latin_1_is_refused_rather_than_guessed():
    assert refusal(PEOPLE.encode("latin-1")) == (
        "The file is not UTF-8: line 2 holds a byte that cannot be read. "
        "Save it as “CSV UTF-8”, or as XLSX, and try again."
    )


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("", "The file is empty."),
        (" \n", "The file is empty."),
        ("order,name,email,is_active\n", "There are no rows below the header."),
        ("order,name\nO-1,x\n", "Missing: email, is_active. The header must name these columns."),
        (
            "order,name,email,is_active,shoe size\n",
            f"There is no column “shoe size”. Known columns: {KNOWN}.",
        ),
        ("order,order,name\n", "The column “order” is there twice."),
        ("order,,name\n", f"A column of the header has no name. Known columns: {KNOWN}."),
        (
            PEOPLE.encode("utf-16-le"),
            "The file is not text. Save it as “CSV UTF-8”, or as XLSX, and try again.",
        ),
        (b"PK\x03\x04 broken", "The file is not an XLSX workbook that can be opened."),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_with_what_to_do(data, told):
    if isinstance(data, bytes) and not data.startswith(b"PK"):
        data = data.replace("ü".encode("utf-16-le"), b"u\0")

    assert refusal(data) == told


def test_a_file_of_another_kind_is_refused():
    assert refusal(b"%PDF-1.7", name="a.pdf") == (
        "The file is neither CSV nor XLSX. Save it as one of these."
    )


def test_quotes_that_do_not_match_are_refused_with_the_line():
    assert refusal('name\n"Fern"wood\n', resource=AccountSheet).startswith(
        "Line 2 cannot be read as CSV"
    )


def test_the_limit_itself_is_taken_and_one_row_more_is_refused():
    most = "name\n" + "x\n" * MOST_ROWS

    assert len(sheet_of(AccountSheet, most).rows) == MOST_ROWS
    assert refusal(most + "x\n", resource=AccountSheet) == (
        "The file has more than 10,000 rows. Split it, and import the parts."
    )


def test_more_bytes_than_a_list_needs_are_refused():
    assert refusal(b"name\n" + b"x" * MOST_BYTES, resource=AccountSheet) == (
        "The file is larger than 5 MB. Split it."
    )


def test_empty_lines_are_passed_over_and_keep_the_numbers_of_the_rows():
    sheet = sheet_of(AccountSheet, "name\n\nFernwood\n,\nHollow Oak\n")

    assert [(row.number, row.cells["name"]) for row in sheet.rows] == [
        (3, "Fernwood"),
        (5, "Hollow Oak"),
    ]


def test_a_row_with_more_cells_than_the_header_is_named():
    sheet = sheet_of(AccountSheet, "name\nFernwood,Ltd\n")

    assert [str(problem) for problem in sheet.problems] == [
        "row 2: has more cells than the header has columns. Check separators and quotes."
    ]


def test_an_invisible_character_is_named():
    sheet = sheet_of(AccountSheet, 'name\n"Fern\x0bwood"\n')

    assert [str(each) for each in sheet.problems] == [
        "row 2, name: holds an invisible character, U+000B."
    ]


def test_real_dates_and_numbers_of_a_workbook_are_read_as_the_text_that_they_mean():
    data = workbook(
        ["number", "version", "starts_on", "ends_on", "account", "policy", "plan", "state"],
        [4711, 1.0, date(2026, 1, 1), datetime(2026, 12, 31), "Fernwood ", "p", "gold", "DRAFT"],
        [4712, "1", "2026-01-01", None, "Fernwood", "p", "gold", "DRAFT"],
    )

    rows = sheet_of(OrderSheet, data, name="a.xlsx").rows

    assert [tuple(row.cells.values())[:5] for row in rows] == [
        ("4711", "1", "2026-01-01", "2026-12-31", "Fernwood"),
        ("4712", "1", "2026-01-01", "", "Fernwood"),
    ]


def test_a_formula_without_its_result_is_named_and_never_taken_for_empty():
    sheet = sheet_of(AccountSheet, workbook(["name"], ["=A1"]), name="a.xlsx")

    assert [str(problem) for problem in sheet.problems] == [
        "row 2, name: has a formula whose result is not in the file. Open it, save it, "
        "and try again."
    ]


def test_of_several_filled_sheets_none_is_chosen_silently():
    book = Workbook()
    book.active.append(["name"])
    book.create_sheet("More").append(["name"])

    assert refusal(saved(book), name="a.xlsx", resource=AccountSheet) == (
        "The workbook has several sheets: Sheet, More. Keep one."
    )


def test_a_packed_sheet_comes_back_as_it_was():
    sheet = sheet_of(AccountSheet, "name\nFernwood\n")

    back = type(sheet).unpacked(sheet.packed())

    assert (back.name, back.columns, back.rows) == (sheet.name, sheet.columns, sheet.rows)
    assert sheet.rows == [Row(2, {"name": "Fernwood"})]
    assert read_sheet(data=b"name\nx\n", name="a.CSV", columns=["name"], required=[]).rows
