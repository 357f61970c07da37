"""What every test may rely on, whatever it tests."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from apps.contracts.queries.catalogue import _known
from apps.contracts.queries.hours import _frozen
from apps.contracts.queries.terms import _published
from tests.database import unfrozen


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs PostgreSQL where the tests run on SQLite."""
    if "postgresql" in settings.DATABASES["default"]["ENGINE"]:
        return
    for item in items:
        if item.get_closest_marker("postgresql"):
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL"))


@pytest.fixture(autouse=True)
def fresh_terms() -> Iterator[None]:
    """Forget terms and hours: the next test's rows may have the keys of this one's."""
    yield
    _published.cache_clear()
    _frozen.cache_clear()
    _known.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def flushable() -> Iterator[None]:
    """Let tests that commit clean up after themselves, though published rows are frozen."""
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def unfrozen_flush(case: TransactionTestCase) -> None:
        with unfrozen(connection):
            flush(case)

    TransactionTestCase._fixture_teardown = unfrozen_flush  # type: ignore[attr-defined]
    yield
    TransactionTestCase._fixture_teardown = flush  # type: ignore[attr-defined]
