"""Queries that are asked with every mail: their SQL is made once a process."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

_FIRST = datetime(1801, 1, 1, tzinfo=UTC)


class Compiled:
    """A query of which only values change: numbers, texts and instants, compared as they are.

    Making the SQL costs several times what sending it does. ``build`` takes the values by name and
    returns a ``values_list``; its rows come as the database gives them.
    """

    def __init__(self, build: Callable[..., QuerySet]) -> None:
        self._build = build
        self._made: dict[str, tuple[str, list[tuple[str, Any]]]] = {}

    def rows(self, **values: Any) -> list[tuple]:
        """Return the rows for these values."""
        if connection.vendor not in self._made:
            self._made[connection.vendor] = self._make(values)
        sql, params = self._made[connection.vendor]
        with connection.cursor() as cursor:
            cursor.execute(sql, [_sent(values[name]) if name else fix for name, fix in params])
            return cursor.fetchall()

    def _make(self, values: dict[str, Any]) -> tuple[str, list[tuple[str, Any]]]:
        """Build it with marks in the place of the values, and see where they come out."""
        marks = {name: _mark(value, place) for place, (name, value) in enumerate(values.items())}
        sql, params = self._build(**marks).query.sql_with_params()
        names = {_sent(mark): name for name, mark in marks.items()}
        return sql, [(names.get(param, ""), param) for param in params]


def _mark(value: Any, place: int) -> Any:
    """Return a value of the same kind that nobody else uses."""
    if isinstance(value, datetime):
        return _FIRST + timedelta(days=place)
    return -1_000_000_007 - place if isinstance(value, int) else f"\x01mark {place}"


def _sent(value: Any) -> Any:
    """Return a value as it travels to the database."""
    is_instant = isinstance(value, datetime)
    return connection.ops.adapt_datetimefield_value(value) if is_instant else value
