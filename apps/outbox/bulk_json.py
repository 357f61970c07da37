"""Writing and finding very many rows in one statement, which takes them as one JSON parameter.

However many rows there are, it is one trip to the server, and never more parameters than it takes.
Both engines take the rows apart themselves.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Field, JSONField, Model
from django.db.models.expressions import RawSQL


def among(values: Iterable[str]) -> RawSQL:
    """Return what stands after ``__in`` for any number of texts."""
    each = (
        "SELECT jsonb_array_elements_text(%s::jsonb)"
        if connection.vendor == "postgresql"
        else "SELECT value FROM json_each(%s)"
    )
    return RawSQL(each, [json.dumps(list(values))])  # noqa: S611 (a constant)


def upsert(rows: Sequence[Model], *, unique: Sequence[str], keep: Sequence[str] = ()) -> int:
    """Insert rows of one model; where ``unique`` columns are there, write the others but ``keep``.

    No two rows may have the same unique columns. The rows do not get their keys. Like all bulk
    writing it sends no signals. Returns how many rows were written.
    """
    if not rows:
        return 0
    fields = [field for field in type(rows[0])._meta.concrete_fields if not field.primary_key]
    quote = connection.ops.quote_name
    columns = [quote(str(field.column)) for field in fields]
    named = {field.name: quote(str(field.column)) for field in fields}
    written = [named[name] for name in named if name not in {*unique, *keep}]
    select, source = _taken_apart(fields)
    # Names come from the models, values travel as one parameter.
    sql = (
        f"INSERT INTO {quote(type(rows[0])._meta.db_table)} ({', '.join(columns)})"  # noqa: S608
        f" SELECT {select} FROM {source} WHERE true"
        f" ON CONFLICT ({', '.join(named[name] for name in unique)}) DO UPDATE SET "
        + ", ".join(f"{column} = excluded.{column}" for column in written)
    )
    return _run(sql, rows, fields)


def update_all(rows: Sequence[Model], names: Iterable[str]) -> int:
    """Write the named fields of rows of one model that are there; return how many were."""
    if not rows:
        return 0
    options = type(rows[0])._meta
    key = options.pk
    fields = [options.get_field(name) for name in names]
    quote = connection.ops.quote_name
    table = quote(options.db_table)
    _, source = _taken_apart([key, *fields])  # type: ignore[list-item]
    sets = ", ".join(f"{quote(str(f.column))} = {_one(f)}" for f in fields)  # type: ignore[union-attr,arg-type]
    sql = f"UPDATE {table} SET {sets} FROM {source} WHERE {table}.{quote(str(key.column))} = {_one(key)}"  # noqa: S608, E501
    return _run(sql, rows, [key, *fields])  # type: ignore[list-item]


def _run(sql: str, rows: Sequence[Model], fields: Sequence[Field]) -> int:
    sent = [
        {str(field.column): _as_json(field, getattr(row, field.attname)) for field in fields}
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, [json.dumps(sent)])
        return cursor.rowcount


def _taken_apart(fields: Sequence[Field]) -> tuple[str, str]:
    """Return the columns to select, and what to select them from."""
    columns = ", ".join(_one(field) for field in fields)
    if connection.vendor != "postgresql":
        return columns, "json_each(%s) AS given"
    quote = connection.ops.quote_name
    typed = (f"{quote(str(field.column))} {_type(field)}" for field in fields)
    return columns, f"jsonb_to_recordset(%s::jsonb) AS given({', '.join(typed)})"


def _one(field: Field) -> str:
    """Return how a column of one of the given rows is called."""
    if connection.vendor != "postgresql":
        return f"json_extract(given.value, '$.{field.column}')"
    return f"given.{connection.ops.quote_name(str(field.column))}"


def _type(field: Field) -> str:
    return str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection))


def _as_json(field: Field, value: Any) -> Any:
    """Return a value as JSON holds it so that the database reads it as its own."""
    if isinstance(value, datetime):
        there = connection.ops.adapt_datetimefield_value(value)
        return there.isoformat() if isinstance(there, datetime) else there
    return value if isinstance(field, JSONField) else field.get_prep_value(value)
