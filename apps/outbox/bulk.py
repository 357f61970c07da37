"""Writing many rows at once, made by the database from rows that it has."""

from django.db import connection
from django.db.models import Model, QuerySet


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
