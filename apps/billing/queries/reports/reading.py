"""Rows and totals of a report, read without holding them all."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice
from typing import Any

from django.db import connections, transaction

from apps.billing.queries.reports import statements
from apps.billing.queries.reports.shape import Asked, Column, Kind, Report
from apps.billing.rules.money import to_cents

AT_ONCE = 2_000  # rows
PERCENT = Decimal("0.001")
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """How many rows there are, and the sums by currency, which are never added up."""

    row_count: int
    sums: Mapping[str, Mapping[str, Decimal]]  # currency -> column -> sum


def rows_of(report: Report, asked: Asked, *, using: str = "default") -> Iterator[Row]:
    """Yield the rows, a few thousand at a time: dates as dates, money as decimals of two places."""
    if report.rows is not None:
        yield from (tuple(row) for row in report.rows(asked))
        return
    connection = connections[using]
    given = statements.parameters(asked, connection)
    # PostgreSQL's cursor lives in a transaction; without one it would write all rows down first.
    with transaction.atomic(using=using), connection.chunked_cursor() as cursor:
        cursor.execute(statements.select(report, asked), given)
        while batch := cursor.fetchmany(AT_ONCE):
            yield from _read(report, batch, using)


def first_rows(
    report: Report, asked: Asked, *, most: int | None, using: str = "default"
) -> list[Row]:
    """Return the first rows, for a page; of None all of them, as fast as many processes can."""
    if report.rows is not None:
        return [tuple(row) for row in islice(report.rows(asked), most)]
    connection = connections[using]
    limit = "" if most is None else f" LIMIT {most:d}"
    with connection.cursor() as cursor:
        cursor.execute(
            statements.select(report, asked) + limit, statements.parameters(asked, connection)
        )
        return list(_read(report, cursor.fetchall(), using))


def _read(report: Report, batch: list[Row], using: str) -> Iterable[Row]:
    """Return the rows with the types that are promised; PostgreSQL's have them."""
    if connections[using].vendor == "postgresql":
        return batch
    read = [_reader(column) for column in report.columns]
    return (
        tuple(as_read(value) for as_read, value in zip(read, row, strict=True)) for row in batch
    )


def totals_of(report: Report, asked: Asked, *, using: str = "default") -> Totals:
    """Return the count and the sums, worked out by the database where it can."""
    if report.rows is not None:
        return summed(report, report.rows(asked))
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(statements.totals(report, asked), statements.parameters(asked, connection))
        found = cursor.fetchall()
    kinds = {column.name: _reader(column) for column in report.columns}
    return Totals(
        row_count=sum(row[1] for row in found),
        sums={
            row[0]: {
                name: kinds[name](value or 0)
                for name, value in zip(report.summed, row[2:], strict=True)
            }
            for row in found
            if row[1]
        },
    )


def summed(report: Report, rows: Iterator[Sequence[Any]] | Any) -> Totals:
    """Return the count and the sums of rows that were read."""
    count = 0
    sums: dict[str, dict[str, Decimal]] = {}
    places = {name: report.names.index(name) for name in report.summed}
    currency_at = report.names.index(report.currency) if report.currency else None
    for count, row in enumerate(rows, start=1):  # noqa: B007 (the last one is the count)
        of = sums.setdefault(row[currency_at] if currency_at is not None else "", {})
        for name, place in places.items():
            of[name] = of.get(name, Decimal(0)) + (row[place] or 0)
    return Totals(row_count=count, sums=dict(sorted(sums.items())))


def controlled(report: Report, totals: Totals) -> dict[str, Decimal]:
    """Return currency -> the sum that the ledger must have booked; what is nought is left out."""
    sums = {
        currency: sum((of[name] for name in report.control), Decimal(0))
        for currency, of in totals.sums.items()
    }
    return {currency: amount for currency, amount in sorted(sums.items()) if amount}


def _reader(column: Column) -> Any:
    return {
        Kind.MONEY: _money,
        Kind.PERCENT: _percent,
        Kind.DATE: _date,
        Kind.INSTANT: _instant,
        Kind.WHOLE: _whole,
    }.get(column.kind, _text)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _money(value: Any) -> Decimal | None:
    """SQLite computes with floats, of which the cents are right; PostgreSQL with decimals."""
    if value is None:
        return None
    return to_cents(value if isinstance(value, Decimal) else Decimal(repr(value)))


def _percent(value: Any) -> Decimal | None:
    if value is None:
        return None
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    return exact.quantize(PERCENT, rounding=ROUND_HALF_UP)


def _date(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _instant(value: Any) -> datetime | None:
    """SQLite keeps instants in UTC, and does not say so."""
    read = datetime.fromisoformat(value) if isinstance(value, str) else value
    return read.replace(tzinfo=UTC) if read is not None and read.tzinfo is None else read


def reading_from() -> str:
    """Return the database that reports are read from: a replica, where there is one."""
    return "replica" if "replica" in connections.databases else "default"
