"""A report as CSV: UTF-8 with its mark, a header, commas, lines that end in LF, an empty cell for
what is not there, dates as 2026-03-04, amounts as -1234.50, instants as 2026-03-04T10:00:00Z.

PostgreSQL writes the lines itself and they are passed on as they come; elsewhere the rows are
written here. Both give the same bytes.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db import connections

from apps.billing.queries.reports import statements
from apps.billing.queries.reports.reading import rows_of
from apps.billing.queries.reports.shape import Asked, Column, Kind, Report
from apps.contracts.sheets.harmless import harmless

# Spreadsheets read UTF-8 as something else without it; the import of an accounting program would
# take it for a part of the first heading.
MARK = b"\xef\xbb\xbf"
PIECE = 64 * 1024  # bytes
QUOTED = frozenset(',"\r\n')


def csv_pieces(report: Report, asked: Asked, *, using: str = "default") -> Iterator[bytes]:
    """Yield the file in pieces, the header at once."""
    yield head(report)
    if report.rows is None and connections[using].vendor == "postgresql":
        yield from _gathered(_copied(report, asked, using))
    else:
        rows = rows_of(report, asked, using=using)
        yield from _gathered(csv_lines(report.columns, rows))


def head(report: Report) -> bytes:
    """Return the first line, with the mark before it where a person opens the file."""
    line = ",".join(_quoted(name) for name in report.names)
    return (b"" if report.profile else MARK) + f"{line}\n".encode()


def csv_lines(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield a line for each row."""
    guarded = [column.kind == Kind.TEXT for column in columns]
    for row in rows:
        cells = (_cell(value, is_text) for value, is_text in zip(row, guarded, strict=True))
        yield f"{','.join(cells)}\n".encode()


def _copied(report: Report, asked: Asked, using: str) -> Iterator[bytes]:
    connection = connections[using]
    given = statements.parameters(asked, connection)
    with connection.cursor() as cursor, cursor.copy(statements.copy(report, asked), given) as lines:
        while line := lines.read():
            yield line


def _gathered(lines: Iterable[bytes]) -> Iterator[bytes]:
    piece = bytearray()
    for line in lines:
        piece += line
        if len(piece) >= PIECE:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


def _cell(value: Any, is_text: bool) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        case date():
            return value.isoformat()
        case str() if is_text:
            return _quoted(harmless(value))
        case str():
            return _quoted(value)
        case _:
            return str(value)


def _quoted(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""')) if QUOTED.intersection(text) else text
