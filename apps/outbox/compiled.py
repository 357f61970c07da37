"""Queries that are asked with every mail or page: their SQL is made once a process."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler

_FIRST = datetime(1801, 1, 1, tzinfo=UTC)


class Compiled:
    """A query of which only values change: numbers, texts, instants and dates, as they are.

    Making the SQL costs several times what sending it does. ``build`` takes the values by name and
    returns a ``values_list``, whose ``rows`` come as the database gives them, or a query of a
    model, for its ``objects``.
    """

    def __init__(self, build: Callable[..., QuerySet]) -> None:
        self._build = build
        self._made: dict[str, _Made] = {}

    def rows(self, **values: Any) -> list[tuple]:
        """Return the rows for these values."""
        return self._fetched(self._ready(values), values)

    def values(self, **values: Any) -> list[Any]:
        """Return the rows for these values, as the fields want them."""
        made = self._ready(values)
        return list(made.converted(self._fetched(made, values)))

    def objects(self, **values: Any) -> list[Any]:
        """Return the rows for these values as instances, with what came along of others."""
        made = self._ready(values)
        rows = made.converted(self._fetched(made, values))
        return [_instance(made.compiler, row) for row in rows]

    def _fetched(self, made: "_Made", values: dict[str, Any]) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(
                made.sql, [_sent(values[name]) if name else fix for name, fix in made.params]
            )
            return cursor.fetchall()

    def _ready(self, values: dict[str, Any]) -> "_Made":
        if connection.vendor not in self._made:
            self._made[connection.vendor] = self._make(values)
        return self._made[connection.vendor]

    def _make(self, values: dict[str, Any]) -> "_Made":
        """Build it with marks in the place of the values, and see where they come out."""
        marks = {name: _mark(value, place) for place, (name, value) in enumerate(values.items())}
        compiler = self._build(**marks).query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        names = {_sent(mark): name for name, mark in marks.items()}
        return _Made(sql, [(names.get(param, ""), param) for param in params], compiler)


@dataclass(frozen=True, slots=True)
class _Made:
    """SQL, the names or fixed values of its parameters, and what made it."""

    sql: str
    params: list[tuple[str, Any]]
    compiler: SQLCompiler

    def converted(self, rows: list[Sequence[Any]]) -> Iterable[Any]:
        """Return rows with values as the fields want them, which differs by database."""
        # Another thread may read the same: what made the SQL is not changed by reading rows.
        return self.compiler.results_iter(results=[rows])


def _instance(compiler: SQLCompiler, row: Any) -> Any:
    """Return a row as an instance, as a queryset would."""
    info, select = compiler.klass_info, compiler.select
    assert info is not None
    assert select is not None
    columns = info["select_fields"]
    first, end = columns[0], columns[-1] + 1
    names = [column[0].target.attname for column in select[first:end]]
    found = info["model"].from_db(DEFAULT_DB_ALIAS, names, row[first:end])
    # The stubs speak of a later Django.
    populators = get_related_populators(info, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
    for related in populators:
        related.populate(row, found)
    for name, place in (compiler.annotation_col_map or {}).items():
        setattr(found, name, row[place])
    return found


def _mark(value: Any, place: int) -> Any:
    """Return a value of the same kind that nobody else uses."""
    if isinstance(value, datetime):
        return _FIRST + timedelta(days=place)
    if isinstance(value, date):
        return _FIRST.date() + timedelta(days=place)
    return -1_000_000_007 - place if isinstance(value, int) else f"\x01mark {place}"


def _sent(value: Any) -> Any:
    """Return a value as it travels to the database."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value
