"""How a check of the ledger is put: one statement that finds the rows that cannot be.

A check is written once for both engines. ``[column]`` is an amount of money: on PostgreSQL the
column itself, on SQLite whole cents, since that adds decimals as floating point. ``TAX(net,
percent)`` is the tax on such an amount, rounded half away from zero as everywhere.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

MOST_SHOWN = 100  # findings of one check; their number is always said
_MONEY = re.compile(r"\[([a-z_.]+)\]")
_TAX = re.compile(r"TAX\((\[?[a-z_.]+\]?), ([a-z_.]+)\)")
_ROUNDED = r"ROUND(\1 * \2 / 100, 2)"
# In whole cents and thousandths of a percent: nothing is lost to floating point.
_IN_CENTS = (
    r"CASE WHEN \1 < 0 THEN -1 ELSE 1 END * "
    r"((2 * ABS(\1) * CAST(ROUND(\2 * 1000) AS INTEGER) + 100000) / 200000)"
)


@dataclass(frozen=True, slots=True)
class Found:
    """How many findings there are, and the first of them in words."""

    count: int = 0
    lines: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold of the ledger, and how to find where it does not."""

    key: str
    title: str
    find: Callable[[], Found]


def by_statement(key: str, title: str, *, sql: str, words: str) -> Check:
    """Return a check whose statement selects what is wrong, and whose words name its columns.

    Columns that end in ``_amount`` are money.
    """

    def find() -> Found:
        rows, count = _wrong(sql)
        return Found(count, [words.format(**row) for row in rows])

    return Check(key, title, find)


@contextmanager
def room_to_sum() -> Iterator[None]:
    """Let PostgreSQL sum in memory for a while; unasked, it sorts millions of rows on the disk."""
    if connection.vendor == "sqlite":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('work_mem', '96MB', true), set_config('jit', 'off', true)"
        )
        yield


def rows_of(sql: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """Return the rows of a statement written for both engines, money as Decimal."""
    with connection.cursor() as cursor:
        cursor.execute(for_engine(sql), params or None)
        names = [column[0] for column in cursor.description]
        return [
            {name: _value(name, value) for name, value in zip(names, row, strict=True)}
            for row in cursor.fetchall()
        ]


def for_engine(sql: str) -> str:
    """Return a statement as the engine in use takes it."""
    if connection.vendor == "sqlite":
        return _MONEY.sub(r"CAST(ROUND(\1 * 100) AS INTEGER)", _TAX.sub(_IN_CENTS, sql))
    return _MONEY.sub(r"\1", _TAX.sub(_ROUNDED, sql))


def _wrong(sql: str) -> tuple[list[dict[str, Any]], int]:
    # The statement is one of ours: nothing here comes from outside.
    counted = (
        f"SELECT wrong.*, COUNT(*) OVER () AS found FROM ({sql}) AS wrong"  # noqa: S608
        f" LIMIT {MOST_SHOWN}"
    )
    rows = rows_of(counted)
    return rows, rows[0]["found"] if rows else 0


def _value(name: str, value: Any) -> Any:
    if not name.endswith("_amount") or value is None:
        return value
    exact = Decimal(value) / 100 if connection.vendor == "sqlite" else Decimal(value)
    return exact.quantize(Decimal("0.01"))
