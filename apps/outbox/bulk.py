"""Writing many rows at once: made by the database from rows that it has, or of several tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Field, Model, QuerySet
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

FEW = 20  # rows whose SQL is kept, by how many they are
Row = TypeVar("Row", bound=Model)
Statement = tuple[str, Sequence[Any]]  # SQL with the values of its parameters


def insert_from(model: type[Model], rows: QuerySet, columns: list[str], *, once: str) -> int:
    """Insert into ``model`` what ``rows`` selects; return how many rows are new.

    ``rows`` is a filtered ``values_list`` whose columns are those of ``columns``, in order;
    ``columns`` are field names of ``model``. Columns that are left out get the database's default.
    ``once`` is the unique one among them that names the fact: what is there already is left as it
    is. Nothing travels through Python, so ten thousand rows cost about what they cost in plain SQL.
    """
    quote = connection.ops.quote_name
    column = {field.name: str(field.column) for field in model._meta.concrete_fields}
    names = [quote(column[name]) for name in columns]
    select, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        # Names come from the models, values travel as parameters.
        cursor.execute(
            f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(names)}) {select} "
            f"ON CONFLICT ({names[columns.index(once)]}) DO NOTHING",
            params,
        )
        return cursor.rowcount


def insert_once(row: Model) -> bool:
    """Insert a row in one statement, unless a unique column of it is taken; tell whether it is new.

    The row gets its key. Like all of this module it sends no signals: a history row is the
    caller's.
    """
    sql, params = _insertion([row], _Kind.ONCE)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = cursor.fetchone()
    if found is not None:
        row.pk = found[0]
        row._state.adding = False
    return found is not None


def insert(row: Row) -> Row:
    """Insert a row, which gets its key, as fast as ``insert_once``."""
    with connection.cursor() as cursor:
        cursor.execute(*_insertion([row], _Kind.KEYED))
        row.pk = cursor.fetchone()[0]
    row._state.adding = False
    return row


def insertion(rows: Sequence[Model]) -> Statement:
    """Return the statement that inserts rows of one model, which do not get their keys back."""
    return _insertion(rows, _Kind.PLAIN)


def update(row: Model, names: Iterable[str], **among: Sequence[Any]) -> Statement:
    """Return the statement that writes the named fields of a row that is there, as they are on it.

    ``among`` are fields with the values of which the row must have one in the database.
    """
    fields = {field.name: field for field in type(row)._meta.concrete_fields}
    written = [fields[name] for name in names]
    # Names come from the models, values travel as parameters.
    sets = ", ".join(f"{_column(field)} = %s" for field in written)
    only = "".join(
        f" AND {_column(fields[name])} IN ({', '.join(['%s'] * len(values))})"
        for name, values in among.items()
    )
    table, key = connection.ops.quote_name(row._meta.db_table), _column(row._meta.pk)
    sql = f"UPDATE {table} SET {sets} WHERE {key} = %s{only}"  # noqa: S608
    kept = [value for values in among.values() for value in values]
    return sql, [*(_sent(field, getattr(row, field.attname)) for field in written), row.pk, *kept]


def copying(
    row: Model, into: type[Model], fields: Iterable[Field], more: Mapping[str, Any]
) -> Statement:
    """Return the statement that copies fields of a row that is there into another table.

    ``fields`` are called alike in both; ``more`` are columns that only the other has, with their
    values as they travel. What was just sent is not sent again.
    """
    names = [_column(field) for field in fields]
    quote = connection.ops.quote_name
    others = [quote(name) for name in more]
    marks = ", ".join([*names, *["%s"] * len(others)])
    sql = (
        f"INSERT INTO {quote(into._meta.db_table)} ({', '.join([*names, *others])})"  # noqa: S608
        f" SELECT {marks} FROM {quote(row._meta.db_table)} WHERE {_column(row._meta.pk)} = %s"
    )
    return sql, [*more.values(), row.pk]


def _column(field: Field) -> str:
    return connection.ops.quote_name(str(field.column))


@dataclass(frozen=True, slots=True)
class Checked:
    """A statement that changes a row; where it finds none, ``otherwise`` is raised."""

    statement: Statement
    otherwise: type[Exception]


def run_together(statements: Sequence[Statement], last: Checked | None = None) -> None:
    """Run statements that do not read what the others write, in one go where the database can.

    On PostgreSQL they are one statement, and one trip to the server. No two of them may change the
    same row. ``last`` comes after all others; the caller's transaction undoes them if it raises.
    """
    every = [*statements, *([last.statement] if last else [])]
    if connection.vendor == "postgresql" and len(every) > 1:
        *others, final = every
        parts = ", ".join(f"part_{place} AS ({sql})" for place, (sql, _) in enumerate(others))
        params = [value for _, values in every for value in values]
        every = [(f"WITH {parts} {final[0]}", params)]
    with connection.cursor() as cursor:
        for sql, values in every:
            cursor.execute(sql, values)
        if last and not cursor.rowcount:
            raise last.otherwise


class _Kind(Enum):
    """How rows go in: as they are, getting their key, or that too unless they are there."""

    PLAIN = 0
    KEYED = 1
    ONCE = 2


def _insertion(rows: Sequence[Model], kind: _Kind) -> Statement:
    model, has_key = type(rows[0]), rows[0].pk is not None
    fields = [field for field in model._meta.concrete_fields if has_key or not field.primary_key]
    values = [[field.pre_save(row, add=True) for field in fields] for row in rows]
    is_plain = not any(hasattr(value, "as_sql") for each in values for value in each)
    if len(rows) > FEW or not is_plain:
        return _made(model, fields, rows, kind)
    # All rows of a model are inserted alike: making the SQL costs more than sending it.
    key = (connection.vendor, model, has_key, kind, len(rows))
    if key not in _SQL:
        sql, _ = _made(model, fields, rows[:1], kind)
        marks = f"({', '.join(['%s'] * len(fields))})"
        _SQL[key] = sql.replace(marks, ", ".join([marks] * len(rows)))
    return _SQL[key], [
        _sent(field, value) for each in values for field, value in zip(fields, each, strict=True)
    ]


_SQL: dict[tuple[str, type[Model], bool, _Kind, int], str] = {}


def _sent(field: Field, value: Any) -> Any:
    """Return the value of a field as it travels to the database."""
    return field.get_db_prep_save(value, connection=connection)


def _made(
    model: type[Model], fields: Sequence[Field], rows: Sequence[Model], kind: _Kind
) -> Statement:
    once = OnConflict.IGNORE if kind is _Kind.ONCE else None
    query = InsertQuery(model, on_conflict=once)
    query.insert_values(fields, list(rows))
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    if kind is not _Kind.PLAIN:
        compiler.returning_fields = [model._meta.pk]
    [statement] = compiler.as_sql()
    return statement
