"""XLSX: the values of the only sheet as text; what a formula has come to, never the formula."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import chain, islice, repeat
from operator import is_
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.cell.read_only import EMPTY_CELL

from apps.contracts.sheets.sheet import Record, Unreadable

MOST_UNPACKED = 24 * 1024 * 1024  # twice what as many rows as are taken come to
MOST_CELLS = 500_000
MOST_COLUMNS = 256
MOST_LINES = 100_000
MOST_EXACT = 10**15  # a spreadsheet keeps fifteen digits of a number and drops the others
NO_VALUE = "has a formula whose result is not in the file. Open it, save it, and try again."
CELL, FORMULA = re.compile(rb"<(?:\w+:)?c[\s/>]"), re.compile(rb"<(?:\w+:)?f[\s/>]")
LITERAL = re.compile(r'"[^"]*"|\\.')  # what a number format shows as it stands


def xlsx_records(data: bytes) -> Iterator[Record]:
    """Yield each line of the only sheet of a workbook, its header first.

    :raises Unreadable: it is no workbook, has several filled sheets, or would unpack to too much.
    """
    has_formulas = _checked(data)
    formulas = _lines(data, values=False) if has_formulas else None
    for number, cells in enumerate(_lines(data, values=True), start=1):
        if number > MOST_LINES:
            raise Unreadable(
                f"The sheet has more than {MOST_LINES:,} lines. Delete the empty ones."
            )
        written = next(formulas, ()) if formulas else cells
        yield _record(number, cells, written)


def _record(number: int, cells: tuple, written: tuple) -> Record:
    if all(map(is_, chain(cells, () if written is cells else written), repeat(EMPTY_CELL))):
        # openpyxl fills up the lines that a sheet leaves out, and there may be very many.
        return Record(number, [""] * len(cells), [])
    texts, problems = [], []
    for index, cell in enumerate(cells):
        formula = written[index].value if index < len(written) else None
        try:
            if cell.value is None and formula is not None:
                raise ValueError(NO_VALUE)
            texts.append(as_text(cell))
        except ValueError as error:
            texts.append("")
            problems.append((index, str(error)))
    return Record(number, texts, problems)


def as_text(cell: Any) -> str:
    """Return a cell's value as it would stand in a CSV file: dates as ISO, 1.0 as 1.

    :raises ValueError: a time of day, a percentage, the error of a formula, or a number of which
        the workbook has dropped digits.
    """
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "e":
        raise ValueError(f"holds the error {value}. Mend it in the workbook.")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return _number(value, LITERAL.sub("", cell.number_format))
    if isinstance(value, (date, time, timedelta)):
        return _day(value)
    return str(value).strip()


def _number(value: float, shown_as: str) -> str:
    """Return a number in plain digits, with the leading zeros that its format shows."""
    if "%" in shown_as:
        raise ValueError("is a percentage. Write it as a plain number.")
    if abs(value) >= MOST_EXACT:
        raise ValueError("is too long for a number of a workbook. Make the cell text, type again.")
    if value != int(value):
        return f"{value:.15g}"
    return str(int(value)).zfill(len(shown_as) if shown_as == "0" * len(shown_as) else 0)


def _day(value: date | time | timedelta) -> str:
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, (datetime, time, timedelta)):
        raise ValueError(f"has a time of day, {value}. Only the date is wanted.")
    return value.isoformat()


def _checked(data: bytes) -> bool:
    """Return whether the workbook has formulas, after a look at what it would unpack to."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
                raise Unreadable("The workbook is far too big once unpacked. Save it as CSV.")
            sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
            texts = [parts.read(name) for name in sheets]
    except (BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise Unreadable("The file is not an XLSX workbook that can be opened.") from error
    if sum(1 for text in texts for _ in CELL.finditer(text)) > MOST_CELLS:
        raise Unreadable(
            f"The workbook has more than {MOST_CELLS:,} cells. Keep the columns that are wanted."
        )
    return any(map(FORMULA.search, texts))


def _lines(data: bytes, *, values: bool) -> Iterator[tuple]:
    """Yield the lines of the only filled sheet; ``values``: what formulas have come to.

    openpyxl warns of what it leaves out, such as validations: no matter.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=values)
    except Exception as error:  # what a broken part of it raises is not ours to list
        raise Unreadable("The file is not an XLSX workbook that can be opened.") from error
    filled = [sheet for sheet in book.worksheets if _is_filled(sheet)]
    if len(filled) > 1:
        titles = ", ".join(sheet.title for sheet in filled)
        raise Unreadable(f"The workbook has several sheets: {titles}. Keep one.")
    for sheet in filled:
        yield from _rows_of(sheet)


def _is_filled(sheet: Any) -> bool:
    """Look at no more lines than are read: a sheet may name its last one and nothing before."""
    lines = islice(_rows_of(sheet), MOST_LINES + 1)
    return any(cell.value is not None for line in lines for cell in line)


def _rows_of(sheet: Any) -> Iterator[tuple]:
    """Yield the rows, whatever size the sheet claims to have."""
    sheet.reset_dimensions()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield from sheet.iter_rows(max_col=MOST_COLUMNS)
    except Exception as error:
        raise Unreadable("The sheet of this workbook cannot be read.") from error
