"""XLSX: the values of the first sheet as text; what a formula has come to, never the formula."""

import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from apps.contracts.sheets.sheet import Record, Unreadable

MOST_UNPACKED = 80 * 1024 * 1024
MOST_COLUMNS = 256
MOST_LINES = 100_000
NO_VALUE = "has a formula whose result is not in the file. Open it, save it, and try again."


def xlsx_records(data: bytes) -> Iterator[Record]:
    """Yield each line of the only sheet of a workbook, its header first.

    :raises Unreadable: it is no workbook, has several filled sheets, or would unpack to too much.
    """
    has_formulas = _checked(data)
    book = _opened(data, values=True)
    formulas = _lines(_opened(data, values=False)) if has_formulas else None
    for number, cells in enumerate(_lines(book), start=1):
        if number > MOST_LINES:
            raise Unreadable(
                f"The sheet has more than {MOST_LINES:,} lines. Delete the empty ones."
            )
        written = next(formulas, ()) if formulas else cells
        yield _record(number, cells, written)


def _record(number: int, cells: tuple, written: tuple) -> Record:
    texts, problems = [], []
    for index, value in enumerate(cells):
        formula = written[index] if index < len(written) else None
        try:
            if value is None and formula is not None:
                raise ValueError(NO_VALUE)
            texts.append(as_text(value))
        except ValueError as error:
            texts.append("")
            problems.append((index, str(error)))
    return Record(number, texts, problems)


def as_text(value: Any) -> str:
    """Return a cell's value as it would stand in a CSV file: dates as ISO, 1.0 as 1.

    :raises ValueError: a time of day, or the error of a formula.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        if value.time() != time():
            raise ValueError(f"has a time of day, {value}. Only the date is wanted.")
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()


def _checked(data: bytes) -> bool:
    """Return whether the workbook has formulas, after a look at what it would unpack to."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
                raise Unreadable("The workbook is far too big once unpacked. Save it as CSV.")
            sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
            return any(b"<f" in parts.read(name) for name in sheets)
    except (BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise Unreadable("The file is not an XLSX workbook that can be opened.") from error


def _opened(data: bytes, *, values: bool) -> Workbook:
    """Open the workbook. openpyxl warns of what it leaves out, such as validations: no matter."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=values)
    except Exception as error:  # what a broken part of it raises is not ours to list
        raise Unreadable("The file is not an XLSX workbook that can be opened.") from error
    filled = [sheet.title for sheet in book.worksheets if any(map(any, _rows_of(sheet)))]
    if len(filled) > 1:
        raise Unreadable(f"The workbook has several sheets: {', '.join(filled)}. Keep one.")
    return book


def _lines(book: Workbook) -> Iterator[tuple]:
    sheets = book.worksheets
    filled = next((sheet for sheet in sheets if any(map(any, _rows_of(sheet)))), None)
    yield from _rows_of(filled) if filled else ()


def _rows_of(sheet: Any) -> Iterator[tuple]:
    """Yield the rows, whatever size the sheet claims to have."""
    sheet.reset_dimensions()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield from sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True)
    except Exception as error:
        raise Unreadable("The sheet of this workbook cannot be read.") from error
