"""A report as XLSX: numbers are numbers, dates are dates, and text is text.

A cell that begins with “=” is written as the text that it is, which no spreadsheet runs: it needs
no apostrophe.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rustpy_xlsxwriter import Format, write_worksheet

from apps.billing.queries.reports.shape import Column, Kind, Report

MOST_ROWS = 1_048_575  # of a sheet, besides its header
LONGEST = 32_767  # characters that a cell holds
FORMATS = {Kind.MONEY: "0.00", Kind.PERCENT: "0.###", Kind.WHOLE: "0", Kind.DATE: "yyyy-mm-dd"}
WIDTHS = {Kind.TEXT: 32.0, Kind.INSTANT: 21.0, Kind.CODE: 16.0}
USUAL_WIDTH = 13.0


def write_xlsx(report: Report, rows: Iterable[Sequence[Any]], path: Path) -> None:
    """Write the file. Rows are read as they come, and none is kept."""
    if not (first := next(rows := iter(rows), None)):
        # A sheet gets its header from its first row.
        first = [None] * len(report.columns)
    names = report.names
    formats = {
        column.name: Format().set_num_format(FORMATS[column.kind])
        for column in report.columns
        if column.kind in FORMATS
    }
    write_worksheet(
        (dict(zip(names, row, strict=True)) for row in _cells(report, _chained(first, rows))),
        str(path),
        sheet_name=report.title,
        freeze_row=1,
        datetime_format="yyyy-mm-dd",
        bold_headers=True,
        column_formats=formats,
        column_widths={column.name: _width(column) for column in report.columns},
    )


def _chained(first: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    yield first
    yield from rows


def _cells(report: Report, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """Yield the rows; only what no cell takes as it is, is made anew."""
    places = dict(enumerate(report.columns))
    texts = [at for at, column in places.items() if column.kind == Kind.TEXT]
    instants = [at for at, column in places.items() if column.kind == Kind.INSTANT]
    for row in rows:
        long = [at for at in texts if row[at] and len(row[at]) > LONGEST]
        if instants or long:
            cells = list(row)
            for at in long:
                cells[at] = f"{row[at][: LONGEST - 1]}…"
            for at in instants:
                cells[at] = _instant(row[at])
            yield cells
        else:
            yield row


def _instant(at: datetime | None) -> str | None:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else None


def _width(column: Column) -> float:
    return WIDTHS.get(column.kind, USUAL_WIDTH)
