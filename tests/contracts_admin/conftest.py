"""The two presets, published once a file."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from apps.contracts.models import PolicyVersion
from tests.contracts.presets import S, V
from tests.factories import make_preset


@pytest.fixture(scope="module")
def presets(django_db_setup, django_db_blocker) -> Iterator[dict[str, PolicyVersion]]:
    """Slug -> version; rolled back after the file's last test."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield {file.policy.slug: make_preset(slug=file.policy.slug) for file in (V, S)}
        transaction.set_rollback(True)
