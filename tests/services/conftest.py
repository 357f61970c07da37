"""The engines that real processes run on."""

import os
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from tests.services.processes import forget


@pytest.fixture(params=["embedded", pytest.param("servers", marks=pytest.mark.postgresql)])
def settings_of_engine(request):
    """The embedded default; and PostgreSQL with Redis, where they answer."""
    if request.param == "embedded":
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
