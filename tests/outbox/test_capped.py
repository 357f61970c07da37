"""Counts that stop counting."""

import pytest

from apps.outbox import capped
from tests.outbox.making import make_message


@pytest.mark.parametrize(("count", "text"), [(0, "0"), (999, "999"), (1000, "1,000+")])
def test_a_count_at_the_cap_says_that_there_may_be_more(count, text):
    assert capped.shown(count) == text


@pytest.mark.django_db
def test_counting_ends_at_the_cap(monkeypatch):
    messages = [make_message() for _ in range(3)]
    monkeypatch.setattr(capped, "CAP", 2)

    assert capped.capped_count(type(messages[0]).objects.all()) == 2
