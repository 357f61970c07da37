"""The engines that real processes run on."""

import os
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from tests.services.processes import forget


@pytest.fixture
def settings_of_engine():
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
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield {
                "DATABASE_URL": urlsplit(database)._replace(path=f"/{name}").geturl(),
                "REDIS_URL": redis,
                "DJANGO_SETTINGS_MODULE": "tests.services.settings",
                "SERVICES_PREFIX": f"{name}:",
            }
        finally:
            forget(redis, prefix=f"{name}:")
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
