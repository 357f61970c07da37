"""Instants, lengths of time and steps in words."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.tickets.wording import moment, sentence, span


@pytest.mark.parametrize(
    ("at", "zone", "words"),
    [
        (datetime(2026, 3, 4, 14, tzinfo=UTC), "America/New_York", "Wed 4 Mar 2026, 09:00 EST"),
        (datetime(2026, 3, 8, 7, tzinfo=UTC), "America/New_York", "Sun 8 Mar 2026, 03:00 EDT"),
        (datetime(2026, 11, 1, 6, tzinfo=UTC), "America/New_York", "Sun 1 Nov 2026, 01:00 EST"),
        (datetime(2026, 3, 4, 14, 0, 5, tzinfo=UTC), "UTC", "Wed 4 Mar 2026, 14:00:05 UTC"),
        (datetime(2026, 12, 31, 20, tzinfo=UTC), "Asia/Kathmandu", "Fri 1 Jan 2027, 01:45 +0545"),
    ],
)
def test_a_moment_is_told_on_somebodys_wall_clock(at, zone, words):
    assert moment(at, zone) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (5400, "1 h 30 min"),
        (48 * 3600, "48 h"),
        (1234 * 3600, "1,234 h"),
        (-30, "-30 s"),
        (-5400, "-1 h 30 min"),
    ],
)
def test_a_length_of_time_is_told_in_hours_and_minutes(seconds, words):
    assert span(timedelta(seconds=seconds)) == words


def test_a_step_gets_its_figures():
    step = {
        "clause": "H-3",
        "text": "{severity}: {kind} within {target_seconds}; that is {due_at}.",
        "figures": {
            "severity": "Priority {3}",
            "kind": "response",
            "target_seconds": 14400,
            "due_at": "2026-03-04T18:00:00+00:00",
        },
    }

    assert sentence(step, "America/New_York") == (
        "Priority {3}: response within 4 h; that is Wed 4 Mar 2026, 13:00 EST."
    )
