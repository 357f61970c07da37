"""The engines that real processes run on."""

import os
import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from tests.migrated import VARIABLE, migrate, name_of, place
from tests.services.processes import DATABASE, end_consoles, forget


@pytest.fixture(scope="session")
def migrated() -> Iterator[str]:
    """The name, or the file, of a migrated database of the engine: each test gets a copy."""
    made = os.environ.get(VARIABLE)
    with nullcontext(made) if made else place(os.environ.get("TEST_DATABASE_URL", "")) as url:
        assert made or migrate([url])
        yield name_of(url)


@pytest.fixture(autouse=True)
def no_console_stays():
    """End what a test's scripts ran in."""
    yield
    end_consoles()


@pytest.fixture
def embedded(request, tmp_path) -> None:
    """The embedded default, for what shows nothing else on another engine."""
    if os.environ.get("TEST_DATABASE_URL"):
        pytest.skip("shows the same on SQLite")
    shutil.copy(request.getfixturevalue("migrated"), tmp_path / DATABASE)


@pytest.fixture
def settings_of_engine(request):
    """The embedded default; where the tests run on PostgreSQL, that one with Redis."""
    if not os.environ.get("TEST_DATABASE_URL"):
        request.getfixturevalue("embedded")
        yield {}
        return
    database, redis = (
        os.environ.get("SERVICES_DATABASE_URL"),
        os.environ.get("SERVICES_REDIS_URL"),
    )
    if not (database and redis):
        pytest.skip("needs PostgreSQL and Redis")
    migrated, name = request.getfixturevalue("migrated"), f"faultline_services_{uuid4().hex[:12]}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {migrated}")
        url = urlsplit(database)._replace(path=f"/{name}").geturl()
        try:
            yield {
                "DATABASE_URL": url,
                "REDIS_URL": redis,
                "DJANGO_SETTINGS_MODULE": "tests.services.settings",
                "SERVICES_PREFIX": f"{name}:",
            }
        finally:
            forget(redis, prefix=f"{name}:")
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
