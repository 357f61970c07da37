"""Writing many rows at once: made by the database from rows that it has, or of several tables."""

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery, UpdateQuery

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
    query = _insert_query([row], on_conflict=OnConflict.IGNORE)
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    compiler.returning_fields = [row._meta.pk]
    [(sql, params)] = compiler.as_sql()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = cursor.fetchone()
    if found is not None:
        row.pk = found[0]
        row._state.adding = False
    return found is not None


def insertion(rows: Sequence[Model]) -> Statement:
    """Return the statement that inserts rows of one model, which do not get their keys back."""
    [statement] = _insert_query(rows).get_compiler(DEFAULT_DB_ALIAS).as_sql()
    return statement


def change(rows: QuerySet, **values: Any) -> Statement:
    """Return the statement of ``rows.update(**values)``."""
    query = rows.query.chain(UpdateQuery)
    query.add_update_values(values)  # type: ignore[attr-defined]  # the stubs of chain() forget it
    return query.get_compiler(DEFAULT_DB_ALIAS).as_sql()


def run_together(statements: Sequence[Statement]) -> None:
    """Run statements that do not read what the others write, in one go where the database can.

    On PostgreSQL they are one statement, and one trip to the server. No two of them may change the
    same row.
    """
    if connection.vendor == "postgresql" and len(statements) > 1:
        *others, last = statements
        parts = ", ".join(f"part_{place} AS ({sql})" for place, (sql, _) in enumerate(others))
        params = [value for _, values in statements for value in values]
        statements = [(f"WITH {parts} {last[0]}", params)]
    with connection.cursor() as cursor:
        for sql, values in statements:
            cursor.execute(sql, values)


def _insert_query(rows: Sequence[Model], **options: Any) -> InsertQuery:
    model = type(rows[0])
    query = InsertQuery(model, **options)
    is_keyed = rows[0].pk is not None
    fields = [field for field in model._meta.concrete_fields if is_keyed or not field.primary_key]
    query.insert_values(fields, list(rows))
    return query
