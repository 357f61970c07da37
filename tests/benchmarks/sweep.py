"""The sweep on PostgreSQL: a poll that finds nothing, and ten thousand deadlines that are due.

The bench makes a database of its own and drops it: one schema with a million open tickets, one with
ten thousand. Both sides of a ratio commit for themselves, under the same server settings, in turn.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from urllib.parse import urlsplit

import django
import psycopg

from tests.benchmarks.harness import Ratio, Unavailable

SERVER = "postgres://postgres@127.0.0.1:5432/postgres"
DATABASE = "faultline_bench"
FEW, MANY = 10_000, 1_000_000


def run() -> list[Ratio]:
    with _database():
        # Only now Django knows its database.
        from tests.benchmarks.sweeping import data, race  # noqa: PLC0415

        started = perf_counter()
        data.fill("few", tickets=FEW)
        data.fill("many", tickets=MANY)
        print(f"   filled with {MANY:,} open tickets in {perf_counter() - started:.0f} s")
        return [race.race_of_polls(few=FEW, many=MANY), race.race_of_misses()]


@contextmanager
def _database() -> Iterator[None]:
    """A database of our own, with Django on it; dropped at the end."""
    given = os.environ.get("DATABASE_URL", "")
    server = given if given.startswith("postgres") else SERVER
    where = urlsplit(server)
    try:
        admin = psycopg.connect(server, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        raise Unavailable(f"no PostgreSQL at {where.hostname}:{where.port or 5432}") from error
    drop = f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"
    with admin:
        admin.execute(drop)
        admin.execute(f"CREATE DATABASE {DATABASE}")
        try:
            os.environ["TEST_DATABASE_URL"] = where._replace(path=f"/{DATABASE}").geturl()
            os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
            django.setup()
            yield
        finally:
            admin.execute(drop)
