"""Two connections at once: what SQLite does not have, PostgreSQL must get right."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event

import pytest
from django.db import IntegrityError, connection, transaction

from apps.contracts import services
from apps.contracts.models import Fee, PolicyVersion
from tests.contracts.minimal import TEXT

NOON = datetime(2025, 8, 1, 12, tzinfo=UTC)

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="one writer at a time on SQLite"),
    pytest.mark.django_db(transaction=True),
]


def load():
    return services.load_policy(text=TEXT, name="minimal.toml", at=NOON)


def apart(work):
    """Return what a function returns in a thread of its own, whose connection it closes."""
    try:
        return work()
    finally:
        connection.close()


def test_a_term_that_is_added_while_its_version_is_published_waits_and_is_refused():
    version = load().version
    clause = version.clauses.first()
    begun = Event()

    def add():
        begun.set()
        try:
            Fee.objects.create(version=version, clause=clause, key="late", kind="free", title="x")
        except IntegrityError as refusal:
            return str(refusal).splitlines()[0]
        return "added"

    with ThreadPoolExecutor() as threads:
        with transaction.atomic():
            services.publish(version=version, by=None, at=NOON)
            late = threads.submit(apart, add)
            begun.wait(timeout=10)
            with pytest.raises(TimeoutError):
                late.result(timeout=0.3)
        assert late.result(timeout=10) == "published terms are frozen: load a new version"


def test_of_many_who_load_the_same_file_one_writes_it():
    with ThreadPoolExecutor(max_workers=4) as threads:
        loaded = [threads.submit(apart, load) for _ in range(4)]

    assert sorted(one.result().created for one in loaded) == [False, False, False, True]
    assert PolicyVersion.objects.count() == 1
