"""How long a failed message waits."""

from datetime import timedelta

import pytest

from apps.outbox.rules.backoff import wait_after


@pytest.mark.parametrize(
    ("attempt", "longest"),
    [(1, 1), (2, 2), (3, 4), (4, 8), (9, 256), (10, 360), (11, 360), (1000, 360)],
)
def test_the_wait_doubles_from_a_minute_to_six_hours_less_at_most_a_tenth(attempt, longest):
    waits = [wait_after(attempt, key=f"kettle:{number}:boiled") for number in range(50)]

    assert min(waits) >= timedelta(minutes=longest) * 0.9
    assert max(waits) <= timedelta(minutes=longest)


def test_the_steps_of_one_message_are_always_exactly_these():
    waits = [wait_after(attempt, key="kettle:1:boiled") for attempt in range(1, 12)]

    seconds = [55, 110, 219, 438, 877, 1753, 3507, 7013, 14026, 19725, 19725]
    assert waits == [timedelta(seconds=wait) for wait in seconds]


def test_messages_that_failed_together_do_not_come_back_together():
    assert len({wait_after(9, key=f"kettle:{number}:boiled") for number in range(100)}) > 90
