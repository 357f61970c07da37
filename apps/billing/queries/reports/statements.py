"""A report as SQL: its rows for Python, its lines as CSV for COPY, its totals.

The same report gives the same cells on both ways: what COPY writes is what ``files.csv_lines``
writes of the rows.

``[[day x.at z.time_zone]]`` in a source is the day of an instant in a zone: the seller's where it
is about documents, the policy's where it is about promises. ``since_at`` and ``until_at`` are
instants that the period lies within in every zone, for an index to be used.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection as engine
from django.db.backends.base.base import BaseDatabaseWrapper

from apps.billing.queries.reports.shape import Asked, Column, Kind, Report
from apps.contracts.sheets.harmless import WOULD_RUN

DAY = re.compile(r"\[\[day (\S+) ([^\]]+)\]\]")
EASTMOST, WESTMOST = timedelta(hours=14), timedelta(hours=12)  # of UTC, where somebody lives
NARROWED = re.compile(r"\[\[(account|currency) ([\w.]+)\]\]")
PLACES = {Kind.MONEY: "20, 2", Kind.PERCENT: "7, 3"}
BARE = re.compile(r"\w+\.\w+")
INSTANT = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'


def select(report: Report, asked: Asked, *, ordered: bool = True) -> str:
    """Return the statement that reads the rows."""
    columns = ", ".join(f'{_typed(column)} AS "{column.name}"' for column in report.columns)
    return f"SELECT {columns} {_tail(report, asked, ordered=ordered)}"


def copy(report: Report, asked: Asked) -> str:
    """Return PostgreSQL's statement that writes the lines, with what would run made harmless."""
    columns = ", ".join(_written(column) for column in report.columns)
    tail = _tail(report, asked, ordered=True)
    return f"COPY (SELECT {columns} {tail}) TO STDOUT WITH (FORMAT csv, ENCODING 'utf-8')"


def totals(report: Report, asked: Asked) -> str:
    """Return the statement that counts and sums, one row for each currency."""
    currency = "r.currency" if report.currency else "''"
    sums = "".join(f', SUM(r."{name}")' for name in report.summed)
    grouped = "GROUP BY r.currency ORDER BY r.currency" if report.currency else ""
    inner = select(report, asked, ordered=False)
    return f"SELECT {currency}, COUNT(*){sums} FROM ({inner}) AS r {grouped}"  # noqa: S608 (our own words)


def parameters(asked: Asked, connection: BaseDatabaseWrapper) -> dict[str, Any]:
    """Return what the statements are given, as this kind of database takes it."""
    day, instant = connection.ops.adapt_datefield_value, connection.ops.adapt_datetimefield_value
    until = asked.until
    return {
        "since": day(asked.since),
        "until": day(until),
        "since_at": instant(_midnight(asked.since) - EASTMOST),
        "until_at": instant(_midnight(until + timedelta(days=1)) + WESTMOST),
        "back_30": day(until - timedelta(days=30)),
        "back_60": day(until - timedelta(days=60)),
        "back_90": day(until - timedelta(days=90)),
        "account": asked.account_id,
        "currency": asked.currency,
        "ticket_prefix": f"{settings.TICKET_PREFIX}-",
    }


def _midnight(day: Any) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _day(found: re.Match[str]) -> str:
    instant, zone = found.groups()
    if engine.vendor == "sqlite":
        return f"django_datetime_cast_date({instant}, {zone}, 'UTC')"
    return f"CAST({instant} AT TIME ZONE {zone} AS date)"


def _tail(report: Report, asked: Asked, *, ordered: bool) -> str:
    given = {"account": asked.account_id is not None, "currency": bool(asked.currency)}

    def narrowed(found: re.Match[str]) -> str:
        what, column = found.groups()
        return f"AND {column} = %({what})s" if given[what] else ""

    source = NARROWED.sub(narrowed, DAY.sub(_day, report.source))
    grouped = f" GROUP BY {report.grouped_by}" if report.grouped_by else ""
    order = f" ORDER BY {report.order}" if ordered else ""
    return f"FROM {source}{grouped}{order}"


def _typed(column: Column) -> str:
    """Return the expression with the places that its kind has, also where it is worked out."""
    if column.kind in PLACES and not BARE.fullmatch(column.sql):
        return f"CAST({column.sql} AS numeric({PLACES[column.kind]}))"
    return column.sql


def _written(column: Column) -> str:
    sql = column.sql
    match column.kind:
        case Kind.TEXT:
            # Most text begins with a letter or a digit and is passed by the cheap comparison.
            plain = " OR ".join(
                f"""(({sql}) COLLATE "C" >= '{first}' AND ({sql}) COLLATE "C" < '{after}')"""
                for first, after in ("A[", "a{", "0:")
            )
            pattern = WOULD_RUN.replace("'", "''")
            return (
                f"CASE WHEN {plain} THEN {sql} WHEN ({sql}) ~ '{pattern}'"
                f" THEN '''' || ({sql}) ELSE NULLIF({sql}, '') END"
            )
        case Kind.CODE:
            return f"NULLIF({sql}, '')"
        case Kind.INSTANT:
            return f"to_char(({sql}) AT TIME ZONE 'UTC', '{INSTANT}')"
        case _:
            return _typed(column)
