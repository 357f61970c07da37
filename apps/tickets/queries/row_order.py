"""Going on where a page ended: rows after a key, found by an index and not by counting off."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.sql.compiler import SQLCompiler


class _Beyond(Func):
    """Whether a row of columns comes after, or before, a row of values."""

    output_field = BooleanField()

    def __init__(self, columns: Sequence[Any], values: Sequence[Any], *, operator: str) -> None:
        super().__init__(*columns, *values)
        self.operator = operator

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, list[Any]]:
        compiled = [compiler.compile(each) for each in self.get_source_expressions()]
        half = len(compiled) // 2
        left, right = (
            ", ".join(sql for sql, _ in side) for side in (compiled[:half], compiled[half:])
        )
        params = [value for _, given in compiled for value in given]
        return f"({left}) {self.operator} ({right})", params


@dataclass(frozen=True, slots=True)
class RowOrder:
    """Columns that sort the rows of a list; together they name one row.

    The columns are named as a query set knows them, its annotations too. ``leading``: columns that
    are empty in all rows, and come first in the index that sorts these; PostgreSQL takes it only
    where they are sorted by as well.
    """

    columns: Sequence[str]
    is_newest_first: bool = False
    leading: Sequence[str] = ()

    def beyond(
        self, rows: QuerySet, *, key: Sequence[Any] | None, is_back: bool, limit: int
    ) -> QuerySet:
        """Return so many rows after the key, or before it; without one from the start."""
        is_falling = self.is_newest_first != is_back
        if key is not None:
            operator = "<" if is_falling else ">"
            columns = [F(name) for name in self.columns]
            rows = rows.filter(_Beyond(columns, [Value(each) for each in key], operator=operator))
        sign = "-" if is_falling else ""
        return rows.order_by(*(f"{sign}{name}" for name in (*self.leading, *self.columns)))[:limit]


def first_of(
    lists: Sequence[QuerySet], order: RowOrder, *, key: Any, is_back: bool, limit: int
) -> RawSQL | None:
    """Return the keys of the first tickets of sorted lists put together, as one subselect.

    Each list is read by an index of its own, no further than the page needs; what is on two is
    there once. None: there are no rows for certain.
    """
    selects: list[str] = []
    params: list[Any] = []
    for rows in lists:
        page = order.beyond(rows, key=key, is_back=is_back, limit=limit)
        try:
            sql, given = page.values_list("pk", *order.columns).query.sql_with_params()
        except EmptyResultSet:
            continue
        selects.append(sql)
        params += given
    if not selects:
        return None
    is_falling = order.is_newest_first != is_back
    places = ", ".join(
        f"{place} {'DESC' if is_falling else 'ASC'}" for place in range(2, 2 + len(order.columns))
    )
    together = " UNION ".join(
        f"SELECT * FROM ({sql}) AS list_{number}"  # noqa: S608 (compiled by Django)
        for number, sql in enumerate(selects)
    )
    names = ", ".join(["ticket", *(f"key_{place}" for place in range(len(order.columns)))])
    sql = (
        f"SELECT ticket FROM (WITH found ({names}) AS ({together})"  # noqa: S608 (as above)
        f" SELECT * FROM found ORDER BY {places} LIMIT {limit}) AS page"
    )
    return RawSQL(sql, params)  # noqa: S611 (as above)


def together(keys: Sequence[RawSQL | None]) -> RawSQL:
    """Return the keys of several such subselects, which have no row in common, as one."""
    found = [each for each in keys if each is not None]
    params = [param for each in found for param in each.params]
    return RawSQL(" UNION ALL ".join(each.sql for each in found), params)  # noqa: S611 (as above)
