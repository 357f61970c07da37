"""SQL that both engines take: rows that travel as one parameter, and sums that keep their cents."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection


def is_postgresql() -> bool:
    """Tell the engines apart."""
    return connection.vendor == "postgresql"


def given(columns: Mapping[str, str]) -> str:
    """Return what stands after FROM for rows that travel as the JSON of one parameter.

    ``columns`` are names with their PostgreSQL types; both come from our code.
    """
    if is_postgresql():
        typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        return f"json_to_recordset(%s::json) AS given({typed})"
    fields = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in columns)
    return f"(SELECT {fields} FROM json_each(%s)) AS given"  # noqa: S608 (names are ours)


def sent(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as the parameter that ``given`` reads; amounts travel as text."""
    return json.dumps(list(rows), default=str)


def among(column: str) -> str:
    """Return the condition that a column is one of the keys in one parameter: see ``keys``."""
    if is_postgresql():
        return f"{column} = ANY(%s)"
    return f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608 (names are ours)


def keys(values: Sequence[int]) -> Any:
    """Return keys as the parameter that ``among`` reads."""
    return list(values) if is_postgresql() else json.dumps(list(values))


def sum_of(amount: str) -> str:
    """Return the sum of amounts of money; SQLite adds floats, so it counts cents there."""
    if is_postgresql():
        return f"SUM({amount})"
    return f"(SUM(CAST(ROUND(({amount}) * 100) AS INTEGER)) / 100.0)"


def moment(at: datetime) -> Any:
    """Return an instant as it travels to the database."""
    return connection.ops.adapt_datetimefield_value(at)


def count_anew(tables: Sequence[str]) -> None:
    """Tell the planner how many rows tables have, after many came in this very transaction.

    It took a table that was empty when it last counted for a small one, and joined thousands of new
    rows by going through all of them for each. The names come from our code.
    """
    if is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(tables)}")
