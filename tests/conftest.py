"""What every test may rely on, whatever it tests."""

import gc
from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from apps.billing.queries.prices import _published as _prices
from apps.contracts.queries.catalogue import _known
from apps.contracts.queries.hours import _frozen
from apps.contracts.queries.terms import _published
from tests.database import empty, touches_database
from tests.factories import publish_often_used
from tests.migrated import begun_with_a_copy


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only",
        action="store_true",
        help="leave out the tests that touch no database: they ran beside another engine",
    )
    parser.addoption(
        "--all-engines",
        action="store_true",
        help="run what one engine is enough for on every engine: for a night, not for each commit",
    )


def pytest_configure() -> None:
    """Look for garbage seldom: nearly all that is in memory stays there to the end.

    And no test fails by the time that it takes: a machine that is busy is no defect.
    """
    gc.set_threshold(100_000, 50, 100)
    hypothesis.settings.register_profile("untimed", deadline=None)
    hypothesis.settings.load_profile("untimed")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Choose the tests of this engine."""
    if config.getoption("--database-only"):
        every = config.getoption("--all-engines")
        left_out = [item for item in items if not _is_of_the_engine(item, every=every)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _is_of_the_engine(item, every=every)]
    if "postgresql" in settings.DATABASES["default"]["ENGINE"]:
        return
    for item in items:
        if item.get_closest_marker("postgresql"):
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL"))


def _is_of_the_engine(item: pytest.Item, *, every: bool) -> bool:
    """Tell whether a test may show something else on another engine, in its own process or not."""
    if item.get_closest_marker("postgresql") is not None:
        return True
    if not every and item.get_closest_marker("one_engine") is not None:
        return False
    return (
        touches_database(item) or "settings_of_engine" in item.fixturenames  # type: ignore[attr-defined]
    )


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix) -> Iterator[None]:
    """Begin with a copy of the database that this run has migrated, where it has one."""
    with begun_with_a_copy():
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """Publish the policies that most tests work under once, rather than anew for each test.

    A test that commits leaves none behind: the next one publishes what it needs itself.
    """
    with django_db_blocker.unblock():
        publish_often_used()


@pytest.fixture
def nothing_published(db) -> None:
    """Begin without any policy, where a test is of how they come to be."""
    empty(connection, app="contracts_")


@pytest.fixture(autouse=True)
def fresh_terms() -> Iterator[None]:
    """Forget terms and hours: the next test's rows may have the keys of this one's."""
    yield
    _published.cache_clear()
    _frozen.cache_clear()
    _known.cache_clear()
    _prices.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def flushable() -> Iterator[None]:
    """Let tests that commit clean up after themselves, though published rows are frozen."""
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def empty_all(case: TransactionTestCase) -> None:
        empty(connection)

    TransactionTestCase._fixture_teardown = empty_all  # type: ignore[attr-defined]
    yield
    TransactionTestCase._fixture_teardown = flush  # type: ignore[attr-defined]
