"""The demo's data, loaded once for all files of this folder."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from apps.backoffice.demo import Demo, load_demo
from tests.backoffice.making import NOON
from tests.database import empty


@pytest.fixture(scope="package")
def demo(django_db_setup, django_db_blocker) -> Iterator[Demo]:
    """Everything that a trial shows, as of noon; rolled back after the folder's last test."""
    with django_db_blocker.unblock(), transaction.atomic():
        empty(connection, app="contracts_")
        yield load_demo(at=NOON)
        transaction.set_rollback(True)
