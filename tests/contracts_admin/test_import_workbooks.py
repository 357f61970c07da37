"""Workbooks: a cell means what it shows, or is refused; and no file takes the server down."""

import io
import zipfile
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from openpyxl import Workbook, load_workbook

from apps.contracts.sheets.resources import AccountSheet
from apps.contracts.sheets.sheet import Unreadable
from apps.contracts.sheets.xlsx import MOST_CELLS, MOST_LINES
from tests.contracts_admin.sheets import saved, sheet_of, workbook

SPACE = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEADER = b'<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c></row>'
PATH = "xl/worksheets/sheet1.xml"


def with_cell(value, number_format: str = "General") -> bytes:
    book = Workbook()
    book.active.append(["name"])
    book.active.append([value])
    book.active["A2"].number_format = number_format
    return saved(book)


def with_sheet(rows: bytes, *, before: bytes = b"", **attributes: int) -> bytes:
    """Return a workbook the only sheet of which is written by hand."""
    text = before + b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (SPACE, rows)
    return repacked(workbook(["name"]), PATH, text, **attributes)


def repacked(data: bytes, path: str, text: bytes, **attributes: int) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            new.writestr(part.filename, text if part.filename == path else old.read(part))
        for name, value in attributes.items():
            setattr(new.getinfo(path), name, value)
    return out.getvalue()


def read(data: bytes) -> tuple[list[str], list[str]]:
    """Return the names that are read, and the problems."""
    sheet = sheet_of(AccountSheet, data, name="a.xlsx")
    return [row.cells["name"] for row in sheet.rows], [str(each) for each in sheet.problems]


def refusal(data: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        read(data)
    return str(refused.value)


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        ("0042", "General", "0042"),
        (42, "0000", "0042"),
        (42, "@", "42"),
        (42, "0", "42"),
        (12345, "0000", "12345"),
        (1250.5, "#,##0.00 [$€-407]", "1250.5"),
        (3 * 33.3, "0.00", "99.9"),
        (1250.0, "0.00", "1250"),
        (-7, "General", "-7"),
        (10**15 - 1, "General", "999999999999999"),
        (50, '0"%"', "50"),
        (True, "General", "yes"),
        (False, "General", "no"),
        (date(2026, 12, 31), "DD.MM.YYYY", "2026-12-31"),
        (datetime(2026, 12, 31), "MMM YY", "2026-12-31"),
        (datetime(9999, 12, 31), "YYYY-MM-DD", "9999-12-31"),
        ("#N/A", "@", "#N/A"),
    ],
)
def test_a_cell_is_read_as_the_text_that_it_shows(value, number_format, text):
    book = load_workbook(io.BytesIO(with_cell(value, number_format)))
    if value == "#N/A":
        book.active["A2"].data_type = "s"

    assert read(saved(book)) == ([text], [])


@pytest.mark.parametrize(
    ("value", "number_format", "reason"),
    [
        (0.5, "0%", "is a percentage. Write it as a plain number."),
        (0.5, "0.00%", "is a percentage. Write it as a plain number."),
        (
            10**15,
            "General",
            "is too long for a number of a workbook. Make the cell text, type again.",
        ),
        (time(8, 30), "HH:MM", "has a time of day, 08:30:00. Only the date is wanted."),
        (
            timedelta(hours=30),
            "[HH]:MM",
            "has a time of day, 1 day, 6:00:00. Only the date is wanted.",
        ),
        (
            datetime(2026, 1, 2, 8),
            "YYYY-MM-DD",
            "has a time of day, 2026-01-02 08:00:00. Only the date is wanted.",
        ),
        ("#DIV/0!", "General", "holds the error #DIV/0!. Mend it in the workbook."),
    ],
)
def test_a_cell_that_shows_something_else_than_it_holds_is_refused(value, number_format, reason):
    assert read(with_cell(value, number_format)) == ([""], [f"row 2, name: {reason}"])


def test_a_date_that_is_written_as_iso_says_is_one():
    rows = HEADER + b'<row r="2"><c r="A2" t="d"><v>2026-12-31</v></c></row>'

    assert read(with_sheet(rows)) == (["2026-12-31"], [])


def test_a_number_beyond_all_bounds_is_refused():
    rows = HEADER + b'<row r="2"><c r="A2"><v>1e999</v></c></row>'

    assert read(with_sheet(rows))[1] == [
        "row 2, name: is too long for a number of a workbook. Make the cell text, type again."
    ]


@pytest.mark.parametrize("element", [b"f", b"x:f"])
def test_what_a_formula_has_come_to_is_taken_and_never_the_formula(element):
    formula = b"<%b>1+1</%b>" % (element, element)
    cells = b'<row r="2"><c r="A2">%b<v>2</v></c></row>' % formula
    text = b'<worksheet xmlns="%b" xmlns:x="%b"><sheetData>%b%b</sheetData></worksheet>'

    data = repacked(workbook(["name"]), PATH, text % (SPACE, SPACE, HEADER, cells))

    assert read(data) == (["2"], [])


def test_the_last_line_that_is_read_is_taken_and_one_further_down_is_refused():
    def at(line: int) -> bytes:
        return with_sheet(HEADER + b'<row r="%d"><c r="A%d"><v>7</v></c></row>' % (line, line))

    told = "The sheet has more than 100,000 lines. Delete the empty ones."
    assert read(at(MOST_LINES)) == (["7"], [])
    assert refusal(at(MOST_LINES + 1)) == told
    assert refusal(at(1_048_576)) == told


def test_a_sheet_with_nothing_in_the_lines_that_are_read_is_empty():
    far = b'<row r="99999999999"><c r="A99999999999"><v>7</v></c></row>'

    assert refusal(with_sheet(far)) == "The file is empty."


def test_more_cells_than_any_list_needs_are_refused_before_they_are_read():
    rows = b"<row>" + b"<c/>" * (MOST_CELLS + 1) + b"</row>"

    assert refusal(with_sheet(rows)) == (
        "The workbook has more than 500,000 cells. Keep the columns that are wanted."
    )


def test_a_workbook_that_unpacks_to_too_much_is_refused_unread():
    assert refusal(with_sheet(b" " * (25 * 1024 * 1024))) == (
        "The workbook is far too big once unpacked. Save it as CSV."
    )


@pytest.mark.parametrize(
    "lie",
    [{"file_size": 1}, {"flag_bits": 1}, {"compress_type": 99}, {"CRC": 7}],
    ids=["size", "encrypted", "method", "checksum"],
)
def test_a_workbook_that_lies_about_its_parts_cannot_be_opened(lie):
    assert refusal(with_sheet(HEADER, **lie)) == (
        "The file is not an XLSX workbook that can be opened."
    )


def test_a_workbook_without_its_parts_cannot_be_opened():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr("readme.txt", "hello")

    assert refusal(out.getvalue()) == "The file is not an XLSX workbook that can be opened."


def test_entities_that_multiply_are_refused():
    names = b"abcdefghij"
    entities = b"".join(
        b'<!ENTITY %c "%b">' % (name, b"&%c;" % before * 10) for before, name in pairwise(names)
    )
    before = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">%b]>' % entities
    rows = HEADER + b'<row r="2"><c r="A2" t="inlineStr"><is><t>&j;</t></is></c></row>'

    assert refusal(with_sheet(rows, before=before)) in {
        "The file is not an XLSX workbook that can be opened.",
        "The sheet of this workbook cannot be read.",
    }


def test_a_sheet_that_breaks_off_is_refused():
    rows = b"".join(b'<row r="%d"><c><v>7</v></c></row>' % number for number in range(2, 5000))
    broken = b'<worksheet xmlns="%b"><dimension ref="A1"/><sheetData>%b%b<row><c' % (
        SPACE,
        HEADER,
        rows,
    )

    assert refusal(repacked(workbook(["name"]), PATH, broken)) == (
        "The sheet of this workbook cannot be read."
    )
