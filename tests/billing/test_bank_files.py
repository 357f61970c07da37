"""Files of banks, as they come: read as a person chose, or refused with row and reason."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.billing.bank_files.choices import Choices
from apps.billing.bank_files.read import BankFile, read_bank_file
from apps.contracts.sheets.harmless import as_meant, harmless
from apps.contracts.sheets.sheet import Unreadable

HEAD = "Date,Amount,Reference\n"


def read(text: str | bytes, **given) -> BankFile:
    choices = Choices(**{"day_form": "ISO", "method": "BANK", "currency": "USD", **given})
    data = text.encode() if isinstance(text, str) else text
    return read_bank_file(data=data, name="bank.csv", choices=choices)


def rows(file: BankFile) -> list[tuple]:
    return [(row.number, str(row.received_on), str(row.amount), row.reference) for row in file.rows]


def problems(file: BankFile) -> list[str]:
    return [str(problem) for problem in file.problems]


ONE = [(2, "2026-03-04", "120.00", "INV-1")]


@pytest.mark.parametrize(
    ("data", "given"),
    [
        (HEAD + "2026-03-04,120.00,INV-1\n", {}),
        ("\ufeff" + HEAD + "2026-03-04,120.00,INV-1\n", {}),
        ((HEAD + "2026-03-04,120.00,INV-1\n").encode("utf-16"), {}),
        ((HEAD + "2026-03-04,120.00,INV-1\r\n").encode("cp1252"), {"encoding": "cp1252"}),
        ("Date;Amount;Reference\n2026-03-04;120,00;INV-1\n", {"decimal": ","}),
        ("Date\tAmount\tReference\n2026-03-04\t120.00\tINV-1\n", {}),
        ("sep=;\nDate;Amount;Reference\n2026-03-04;120.00;INV-1\n", {}),
        ('reference ,"AMOUNT", date\nINV-1,"120.00",2026-03-04\n', {}),
        ("Paid_In,Balance,Value  date,Details\n120.00,7.00,2026-03-04,INV-1\n", {}),
        ("When;How much;Words\n04.03.2026;120;INV-1\n",
         {"columns": {0: "date", 1: "amount", 2: "reference"}, "day_form": "DMY_POINT"}),
        ("A|;Amount;Date;Reference\n,;120.00;2026-03-04;INV-1\n", {"separator": ";"}),
        (HEAD + '2026-03-04,120.00,"INV-1\n"\n', {}),
    ],
)  # fmt: skip
def test_a_file_in_its_encoding_with_its_columns_in_any_order(data, given):
    assert rows(read(data, **given)) == ONE


def test_what_went_out_is_left_out_and_said():
    file = read(
        "Date,Paid in,Paid out,Reference\n"
        "2026-03-04,120.00,,INV-1\n"
        "2026-03-04,,7.00,Fee\n"
        "2026-03-04,0.00,7.00,Fee\n"
        "2026-03-04,-7.00,,Fee\n"
    )

    assert (rows(file), list(file.outgoing)) == (ONE, [3, 4, 5])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("04/03/2026,1.00,x", "row 2, date: “04/03/2026” is not a date like 2026-12-31."),
        ("2026-03-04,1.234,x", "row 2, amount: “1.234” is not an amount like 1,234.56."),
        ('2026-03-04,"1.234,56",x', "row 2, amount: “1.234,56” is not an amount like 1,234.56."),
        ("2026-03-04,NaN,x", "row 2, amount: “NaN” is not an amount like 1,234.56."),
        ("2026-03-04,1e3,x", "row 2, amount: “1e3” is not an amount like 1,234.56."),
        ("2026-03-04,٥,x", "row 2, amount: “٥” is not an amount like 1,234.56."),
        ("2026-03-04,,x", "row 2, amount: is empty."),
        ("2026-03-04,0.00,x", "row 2, amount: “0.00” is nothing. Delete the row, or mend it."),
        (
            "2026-03-04,1.00,x,y",
            "row 2: has more cells than the header has columns. Check separators and quotes.",
        ),
        ("2026-03-04", "row 2, amount: is empty."),
    ],
)
def test_a_row_that_cannot_be_read_is_named_with_its_reason(line, said):
    assert problems(read(HEAD + line + "\n")) == [said]


@pytest.mark.parametrize(
    ("cell", "field", "said"),
    [
        ("DOLLARS", "currency", "“DOLLARS” is not a currency. Write it as USD."),
        ("ÜSD", "currency", "“ÜSD” is not a currency. Write it as USD."),
        ("Barter", "method", "“Barter” is none of Bank transfer, Card, Cheque, Other."),
    ],
)
def test_currency_and_method_are_checked(cell, field, said):
    file = read(f"Date,Amount,{field}\n2026-03-04,1.00,{cell}\n")

    assert problems(file) == [f"row 2, {field}: {said}"]


def test_currency_and_method_of_a_row_go_before_the_files():
    file = read("Date,Amount,Currency,Method\n2026-03-04,1.00,eur,card\n2026-03-04,2.00,,\n")

    assert [(row.currency, row.method) for row in file.rows] == [("EUR", "CARD"), ("USD", "BANK")]


@pytest.mark.parametrize(
    ("data", "given", "words"),
    [
        (b"", {}, "empty"),
        (b"  \n ", {}, "empty"),
        (b"\xef\xbb\xbf\n", {}, "empty"),
        (HEAD, {}, "no rows below the header"),
        (HEAD.encode() + "2026-03-04,1.00,Müller\n".encode("cp1252"), {}, "not UTF-8: line 2"),
        (HEAD.encode() + b"2026-03-04,1.00,\x81\n", {"encoding": "cp1252"}, "line 2 holds a byte"),
        ("\ufeff" + HEAD, {"encoding": "cp1252"}, "says that it is Unicode"),
        (HEAD + "2026-03-04,1.00,a\0b\n", {}, "not text"),
        ((HEAD + "2026-03-04,1.00,a\0b\n"), {"encoding": "cp1252"}, "not text"),
        (HEAD.encode("utf-16")[2:], {}, "not text|not UTF-8"),
        (b"PK\x03\x04abc", {}, "a workbook"),
        (HEAD + '2026-03-04,1.00,"x\n', {}, "Check its quotes"),
        (HEAD + "2026-03-04,1.00," + "x" * 200_000 + "\n", {}, "field larger than"),
        ("Date,Amount,,Reference\n2026-03-04,1.00,,x\n", {}, "has no name"),
        ("Date,Amount,amount\n2026-03-04,1.00,1.00\n", {}, "“amount” is there twice"),
        (HEAD + "2026-03-04,1.00,x\n" * 10_001, {}, "more than 10,000 rows"),
        (b"x" * (5 * 1024 * 1024 + 1), {}, "larger than 5 MB"),
    ],
    ids=lambda each: repr(each)[:30],
)
def test_a_file_that_cannot_be_taken_says_why(data, given, words):
    with pytest.raises(Unreadable, match=words):
        read(data, **given)


def test_unknown_and_double_columns_are_asked_for():
    file = read("When,Amount,Credit,Words\n2026-03-04,1.00,1.00,x\n")

    assert file.header.unclear == [
        "Amount: choose one of Amount, Credit.",
        "Date: no column is called so. Choose which one it is.",
    ]
    assert file.rows == ()


def test_what_no_reader_sees_is_marked_and_long_words_are_cut():
    file = read(HEAD + f"2026-03-04,1.00,a\u202eb\u200bc\n2026-03-04,1.00,{'y' * 600}\n")

    assert [row.reference for row in file.rows] == ["a\ufffdb\ufffdc", "y" * 500]


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)"])
def test_a_formula_is_words_and_harmless_when_it_is_written_out_again(cell):
    (row,) = read(HEAD + f"2026-03-04,1.00,{cell}\n").rows

    assert row.reference == cell
    assert harmless(row.reference) == f"'{cell}"
    assert as_meant(harmless(row.reference)) == cell


def test_rows_that_say_the_same_in_all_cells_are_rows_of_their_own():
    file = read(
        "Date,Amount,Reference,Balance\n"
        "2026-03-04,5.00,Top up,10.00\n"
        "2026-03-04,5.00,Top up,15.00\n"
        "2026-03-04,5.00,Top up,15.00\n"
    )

    assert [row.like for row in file.rows] == [0, 0, 0]
    assert len({row.key for row in file.rows}) == 3


def test_the_banks_own_number_makes_a_row_one_in_whichever_file():
    first = read("ID,Date,Amount,Reference\n7,2026-03-04,5.00,a\n")
    second = read("ID,Amount,Date\n7,5.00,2026-03-04\n7,6.00,2026-03-05\n")

    assert first.rows[0].key == second.rows[0].key
    assert [row.like for row in second.rows] == [0, 2]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    for encoding in ("", "cp1252"):
        with suppress(Unreadable):
            read(data, encoding=encoding)


@given(st.text(max_size=60))
def test_any_cell_is_read_or_named(cell):
    quoted = cell.replace('"', '""')
    try:
        file = read(f'Date,Amount,Reference\n2026-03-04,1.00,"{quoted}"\n')
    except Unreadable:
        return
    assert len(file.rows) + len(file.problems) == 1
