"""From a file's bytes to a sheet: either every column is known, or a refusal names it."""

from collections.abc import Iterator, Sequence

from apps.contracts.rules.names import unseen_in
from apps.contracts.sheets.csv_text import csv_records
from apps.contracts.sheets.harmless import as_meant
from apps.contracts.sheets.sheet import (
    MOST_BYTES,
    Problem,
    Record,
    Row,
    Sheet,
    Unreadable,
    counted,
)
from apps.contracts.sheets.xlsx import xlsx_records


def read_sheet(*, data: bytes, name: str, columns: Sequence[str], required: Sequence[str]) -> Sheet:
    """Read a CSV or XLSX file whose header names columns, in any order and case.

    :raises Unreadable: the file as a whole cannot be taken.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable(f"The file is larger than {MOST_BYTES // 1024 // 1024} MB. Split it.")
    if not data.strip():
        raise Unreadable("The file is empty.")
    is_workbook = data.startswith(b"PK")
    if not is_workbook and not name.lower().endswith((".csv", ".txt", ".tsv")):
        raise Unreadable("The file is neither CSV nor XLSX. Save it as one of these.")
    records = counted(xlsx_records(data) if is_workbook else csv_records(data, columns=columns))
    header = next(records, None)
    if header is None:
        raise Unreadable("The file is empty.")
    names = _names(header, columns, required)
    rows: list[Row] = []
    problems: list[Problem] = []
    for record in records:
        rows.append(_row(record, names))
        problems += _problems(record, names)
    if not rows:
        raise Unreadable("There are no rows below the header.")
    return Sheet(name, [name for name in names if name], rows, problems)


def _names(header: Record, columns: Sequence[str], required: Sequence[str]) -> list[str]:
    """Return the columns in the file's order; empty columns at its end are left out."""
    names = [" ".join(cell.lower().split()) for cell in header.cells]
    while names and not names[-1]:
        names.pop()
    known = ", ".join(columns)
    for name in names:
        if not name:
            raise Unreadable(f"A column of the header has no name. Known columns: {known}.")
        if name not in columns:
            raise Unreadable(f"There is no column “{name}”. Known columns: {known}.")
        if names.count(name) > 1:
            raise Unreadable(f"The column “{name}” is there twice.")
    missing = [name for name in required if name not in names]
    if missing:
        raise Unreadable(f"Missing: {', '.join(missing)}. The header must name these columns.")
    return names


def _row(record: Record, names: Sequence[str]) -> Row:
    filled = [*record.cells, *[""] * (len(names) - len(record.cells))]
    return Row(
        record.number,
        {name: as_meant(cell) for name, cell in zip(names, filled, strict=False)},
    )


def _problems(record: Record, names: Sequence[str]) -> Iterator[Problem]:
    for index, reason in record.problems:
        yield Problem(record.number, names[index] if index < len(names) else "", reason)
    if any(record.cells[len(names) :]):
        reason = "has more cells than the header has columns. Check separators and quotes."
        yield Problem(record.number, "", reason)
    for name, cell in zip(names, record.cells, strict=False):
        if unseen := unseen_in(cell):  # no list needs one, and XLSX cannot hold them all
            yield Problem(record.number, name, f"holds an invisible character, {unseen}.")
