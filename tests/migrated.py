"""A database that is migrated once a run: whoever tests begins with a copy of it.

`make test` makes one for each engine, and says in MIGRATED_DATABASE_URL where it is. Where nobody
says so, as where pytest is called by hand, each process of the tests migrates its own.
"""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit
from uuid import uuid4

VARIABLE = "MIGRATED_DATABASE_URL"
ROOT = Path(__file__).parent.parent


def name_of(url: str) -> str:
    """Return what the engine calls the database at an address: a name, or the path of a file."""
    path = urlsplit(url).path
    return path[1:]


@contextmanager
def place(server: str) -> Iterator[str]:
    """Yield the address of a database that is empty, and there for the length of the block.

    ``server`` is the address of a PostgreSQL server; "" makes it a file of SQLite.
    """
    name = f"faultline_migrated_{uuid4().hex[:12]}"
    if not server:
        with TemporaryDirectory(prefix=f"{name}-") as folder:
            yield f"sqlite:///{folder}/migrated.sqlite3"
        return
    import psycopg  # noqa: PLC0415 (only here)

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def migrate(urls: Iterable[str]) -> bool:
    """Migrate databases, all at once; tell whether all went through."""
    settings = {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    begun = [
        subprocess.Popen(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"],
            cwd=ROOT,
            env={**os.environ, **settings, "TEST_DATABASE_URL": url},
        )
        for url in urls
    ]
    return not any([each.wait() for each in begun])


@contextmanager
def begun_with_a_copy() -> Iterator[None]:
    """Let Django's test database begin as a copy. What is not migrated in it, Django migrates."""
    from django.db import connection  # noqa: PLC0415 (run.py has no settings)

    url = os.environ.get(VARIABLE, "")
    if not url:
        yield
    elif connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = name_of(url)
        yield
    else:
        # A database in memory is there as long as somebody has it open.
        in_memory = connection.creation._get_test_db_name()
        with closing(sqlite3.connect(in_memory, uri=True)) as copy:
            with closing(sqlite3.connect(name_of(url))) as migrated:
                migrated.backup(copy)
            yield
