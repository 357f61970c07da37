"""A list as somebody sent it: rows of text under known columns, and what is wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

MOST_ROWS = 10_000
MOST_BYTES = 5 * 1024 * 1024


class Unreadable(Exception):
    """The file as a whole cannot be taken; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps the list from being taken. ``row`` is the row's number in the file."""

    row: int
    column: str  # empty: the whole row
    reason: str

    def __str__(self) -> str:
        place = f"row {self.row}, {self.column}" if self.column else f"row {self.row}"
        return f"{place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a file before its columns are known: its number, and its cells as text.

    ``problems`` are (index of the cell, reason) of cells that have no value that we may take.
    """

    number: int
    cells: Sequence[str]
    problems: Sequence[tuple[int, str]] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its columns. The first row below the header of a file has number 2."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is to be imported. ``problems`` are those found in reading."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Row]
    problems: Sequence[Problem] = ()

    def packed(self) -> list:
        """Return the sheet as plain lists, for JSON. A sheet with problems is never packed."""
        rows = [[row.number, *(row.cells[each] for each in self.columns)] for row in self.rows]
        return [self.name, list(self.columns), rows]

    @classmethod
    def unpacked(cls, packed: list) -> "Sheet":
        """Return the sheet that ``packed`` was made of."""
        name, columns, rows = packed
        return cls(
            name,
            columns,
            [Row(number, dict(zip(columns, cells, strict=True))) for number, *cells in rows],
        )


def counted(records: Iterator[Record]) -> Iterator[Record]:
    """Yield the records that say something, and refuse to go on beyond the limit.

    :raises Unreadable: there are more than ``MOST_ROWS`` rows below the header.
    """
    found = 0
    for record in records:
        if any(record.cells) or record.problems:
            found += 1
            if found > MOST_ROWS + 1:
                raise Unreadable(
                    f"The file has more than {MOST_ROWS:,} rows. Split it, and import the parts."
                )
            yield record
