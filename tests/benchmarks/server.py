"""A database of a benchmark's own on PostgreSQL, with a schema for each side of a ratio."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import django
import psycopg
from django.db import connection, connections

from tests.benchmarks.harness import Unavailable

# Asked for before the first benchmark sets up Django, which names its own database there.
_GIVEN = os.environ.get("DATABASE_URL", "")
SERVER = _GIVEN if _GIVEN.startswith("postgres") else "postgres://postgres@127.0.0.1:5432/postgres"
# Another name, where two runs share a server.
DATABASE = os.environ.get("BENCH_DATABASE", "faultline_bench")


@contextmanager
def database() -> Iterator[None]:
    """A database of our own, with Django on it; dropped at the end."""
    where = urlsplit(SERVER)
    try:
        admin = psycopg.connect(SERVER, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        raise Unavailable(f"no PostgreSQL at {where.hostname}:{where.port or 5432}") from error
    drop = f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"
    with admin:
        admin.execute(drop)
        admin.execute(f"CREATE DATABASE {DATABASE}")
        try:
            os.environ["TEST_DATABASE_URL"] = where._replace(path=f"/{DATABASE}").geturl()
            os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
            os.environ["BENCHMARK"] = "1"
            django.setup()
            yield
        finally:
            connections.close_all()
            admin.execute(drop)


def use(schema: str) -> None:
    """Let all that follows happen in that schema."""
    execute(f"SET search_path TO {schema}")


def execute(sql: str, params: dict[str, Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def value(sql: str, params: dict[str, Any] | None = None) -> int:
    """Return the one number that a query gives."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]


@contextmanager
def loading(schema: str, tables: Sequence[str]) -> Iterator[None]:
    """Load fast: no checks of foreign keys, and each index built once, at the end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = %s"
            " AND tablename = ANY(%s) AND indexname NOT IN (SELECT conname FROM pg_constraint)",
            [schema, list(tables)],
        )
        indexes = cursor.fetchall()
    for name, _ in indexes:
        execute(f'DROP INDEX "{name}"')
    execute("SET session_replication_role = replica")
    try:
        yield
    finally:
        execute("SET session_replication_role = origin")
    execute("SET maintenance_work_mem = '256MB'")
    for _, definition in indexes:
        execute(definition)
