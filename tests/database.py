"""What a test needs of the database below the ORM."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server"}
# What migrating writes of the models themselves: the same before and after any test.
KEPT = {model._meta.db_table for model in (ContentType, Permission)}


def touches_database(item: pytest.Item) -> bool:
    """Tell whether a test may read or write the engine's database.

    The others cannot: pytest-django refuses them a connection.
    """
    return bool(item.get_closest_marker("django_db") or FIXTURES & set(item.fixturenames))  # type: ignore[attr-defined]


def empty(connection: BaseDatabaseWrapper, *, app: str = "") -> None:
    """Delete what is in the tables of an app, or in all, in one transaction and only where it is.

    Django's own flush truncates every table and then writes all permissions again, which takes
    PostgreSQL half a second a test.
    """
    names = sorted(set(connection.introspection.django_table_names()) - KEPT)
    asked = (
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")"
        for name in names
        if name.startswith(app)
    )
    filled = [name for (name,) in _rows(connection, " UNION ALL ".join(asked))]
    deferred = ["SET CONSTRAINTS ALL DEFERRED"] if connection.vendor == "postgresql" else []
    with transaction.atomic(using=connection.alias):
        with unfrozen(connection, tables=filled):
            _run(connection, deferred + [f'DELETE FROM "{name}"' for name in filled])
        _run(connection, deferred)


@contextmanager
def unfrozen(
    connection: BaseDatabaseWrapper, *, tables: Collection[str] | None = None
) -> Iterator[None]:
    """Let frozen rows be changed for a while: our triggers are away, and come back as they were.

    A test that commits needs this for its tear-down. ``tables`` are those whose triggers are meant;
    of all tables, unless they are given.
    """
    if connection.vendor == "sqlite":
        triggers = _rows(
            connection, "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'"
        )
    else:
        triggers = _rows(
            connection,
            "SELECT tgrelid::regclass::text, tgname, '' FROM pg_trigger WHERE NOT tgisinternal",
        )
    if tables is not None:
        triggers = [each for each in triggers if each[0] in tables]
    if connection.vendor == "sqlite":
        away = [f'DROP TRIGGER "{name}"' for _, name, _ in triggers]
        back = [sql for _, _, sql in triggers]
    else:
        # A table with checks that wait for the commit cannot be altered: let them be made now.
        away = ["SET CONSTRAINTS ALL IMMEDIATE"]
        away += [f'ALTER TABLE {table} DISABLE TRIGGER "{name}"' for table, name, _ in triggers]
        back = ["SET CONSTRAINTS ALL IMMEDIATE"]
        back += [f'ALTER TABLE {table} ENABLE TRIGGER "{name}"' for table, name, _ in triggers]
    _run(connection, away)
    try:
        yield
    finally:
        _run(connection, back)


def _rows(connection: BaseDatabaseWrapper, sql: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
