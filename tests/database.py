"""What a test needs of the database below the ORM."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def unfrozen(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Let frozen rows be changed for a while: our triggers are away, and come back as they were.

    A test that commits needs this for its tear-down, which empties every table.
    """
    if connection.vendor == "sqlite":
        triggers = _rows(connection, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        away = [f'DROP TRIGGER "{name}"' for name, _ in triggers]
        back = [sql for _, sql in triggers]
    else:
        triggers = _rows(
            connection,
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal",
        )
        # A table with checks that wait for the commit cannot be altered: let them be made now.
        away = ["SET CONSTRAINTS ALL IMMEDIATE"]
        away += [f'ALTER TABLE {table} DISABLE TRIGGER "{name}"' for table, name in triggers]
        back = ["SET CONSTRAINTS ALL IMMEDIATE"]
        back += [f'ALTER TABLE {table} ENABLE TRIGGER "{name}"' for table, name in triggers]
    _run(connection, away)
    try:
        yield
    finally:
        _run(connection, back)


def _rows(connection: BaseDatabaseWrapper, sql: str) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
