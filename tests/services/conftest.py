"""The engines that real processes run on."""

import os
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from tests.services.processes import MIGRATED, end_consoles, forget, migrate


@pytest.fixture(scope="session")
def migrated():
    """The name of a migrated database, of which each test gets a copy; without PostgreSQL: None."""
    database = os.environ.get("SERVICES_DATABASE_URL")
    if not (os.environ.get("TEST_DATABASE_URL") and database):
        yield None
        return
    name = f"faultline_services_{uuid4().hex[:12]}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            migrate(urlsplit(database)._replace(path=f"/{name}").geturl())
            yield name
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(autouse=True)
def no_console_stays():
    """End what a test's scripts ran in."""
    yield
    end_consoles()


@pytest.fixture
def settings_of_engine(migrated):
    """The embedded default; where the tests run on PostgreSQL, that one with Redis."""
    if not os.environ.get("TEST_DATABASE_URL"):
        yield {}
        return
    database, redis = (
        os.environ.get("SERVICES_DATABASE_URL"),
        os.environ.get("SERVICES_REDIS_URL"),
    )
    if not (database and redis):
        pytest.skip("needs PostgreSQL and Redis")
    name = f"faultline_services_{uuid4().hex[:12]}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {migrated}")
        url = urlsplit(database)._replace(path=f"/{name}").geturl()
        MIGRATED.add(url)
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
