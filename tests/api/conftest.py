"""Requests are counted anew in each test."""

from collections.abc import Iterator

import pytest
from django.core.cache import caches


@pytest.fixture(autouse=True)
def _uncounted() -> Iterator[None]:
    caches["limits"].clear()
    yield
    caches["limits"].clear()
