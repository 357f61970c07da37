"""One clock and the times that do not count."""

import pytest

from apps.tickets.rules.clock import due_at, running_spans, time_used
from apps.tickets.rules.history import Pause
from tests.rules.calendars import hours, local
from tests.rules.promises import ALWAYS, HOURS, STANDARD


def pause(starts, ends=None):
    return Pause("waiting_on_client", local(starts), ends and local(ends))


def due(started, count, *pauses, calendar=STANDARD):
    return due_at(
        started_at=local(started), target=hours(count), pauses=pauses, hours=HOURS[calendar]
    )


def used(started, at, *pauses, calendar=STANDARD):
    return time_used(started_at=local(started), at=local(at), pauses=pauses, hours=HOURS[calendar])


@pytest.mark.clause("V-2-resolution")
def test_the_clock_stops_while_we_wait_for_the_client():
    waiting = pause("2026-03-04 10:00", "2026-03-04 15:00")

    assert due("2026-03-04 09:00", 2, waiting) == local("2026-03-04 16:00")


@pytest.mark.clause("V-2-resolution")
def test_the_clock_stands_still_while_a_pause_lasts():
    assert due("2026-03-04 09:00", 2, pause("2026-03-04 10:59:59.999999")) is None


@pytest.mark.clause("V-2-resolution", "R-17")
def test_a_pause_at_the_very_moment_the_target_falls_due_is_too_late():
    assert due("2026-03-04 09:00", 2, pause("2026-03-04 11:00")) == local("2026-03-04 11:00")


@pytest.mark.clause("V-2-resolution", "R-17")
def test_a_pause_after_closing_time_does_not_move_what_was_due_at_closing_time():
    evening = pause("2026-03-04 21:00", "2026-03-05 07:00")

    assert due("2026-03-04 18:00", 2, evening) == local("2026-03-04 20:00")


@pytest.mark.clause("V-2-resolution")
def test_two_pauses_within_a_minute_count_to_the_second():
    pauses = [
        pause("2026-03-04 10:00:00", "2026-03-04 10:00:20"),
        pause("2026-03-04 10:00:30", "2026-03-04 10:00:50"),
    ]

    assert due("2026-03-04 09:00", 2, *pauses) == local("2026-03-04 11:00:40")


@pytest.mark.clause("V-2-resolution", "S-2")
def test_a_weekends_pause_gives_no_free_weekend():
    """Friday 19:30 to Monday 08:30 is an hour of service time, however long it feels."""
    weekend = pause("2026-03-13 19:30", "2026-03-16 08:30")

    assert due("2026-03-13 19:00", 2, weekend) == local("2026-03-16 10:00")


@pytest.mark.clause("V-2-resolution", "S-2")
def test_a_pause_outside_hours_gives_nothing():
    night = pause("2026-03-04 20:00", "2026-03-05 08:00")

    assert due("2026-03-04 19:00", 2, night) == local("2026-03-05 09:00")


@pytest.mark.clause("V-2-resolution")
@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        # Clocks go forward in New York at 02:00 on 8 March: that night's pause is an hour shorter.
        ("2026-03-07 23:00", "2026-03-08 05:00", "2026-03-08 08:00"),
        # And back at 02:00 on 1 November: that one is an hour longer.
        ("2026-10-31 23:00", "2026-11-01 05:00", "2026-11-01 08:00"),
    ],
)
def test_a_pause_over_a_clock_change_counts_for_as_long_as_it_is(starts, ends, expected):
    day = starts.split()[0]

    found = due(f"{day} 22:00", 4, pause(starts, ends), calendar=ALWAYS)

    assert found == local(expected)
    assert used(f"{day} 22:00", expected, pause(starts, ends), calendar=ALWAYS) == hours(4)


@pytest.mark.clause("V-2-resolution")
def test_a_pause_that_began_before_the_clock_holds_it_back():
    assert due("2026-03-04 10:00", 1, pause("2026-03-04 09:00", "2026-03-04 12:00")) == local(
        "2026-03-04 13:00"
    )


@pytest.mark.clause("V-2-resolution")
def test_a_pause_that_was_over_before_the_clock_began_is_nothing_to_it():
    earlier = pause("2026-03-04 08:00", "2026-03-04 10:00")

    assert due("2026-03-04 10:00", 1, earlier) == local("2026-03-04 11:00")


def test_the_spans_of_a_clock_are_what_lies_between_its_pauses():
    pauses = [
        pause("2026-03-04 10:00", "2026-03-04 11:00"),
        pause("2026-03-04 12:00", "2026-03-04 13:00"),
    ]

    assert [*running_spans(local("2026-03-04 09:00"), pauses)] == [
        (local("2026-03-04 09:00"), local("2026-03-04 10:00")),
        (local("2026-03-04 11:00"), local("2026-03-04 12:00")),
        (local("2026-03-04 13:00"), None),
    ]


@pytest.mark.clause("V-2-resolution")
@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-04 09:00", 0),
        ("2026-03-04 09:30", 0.5),
        ("2026-03-04 10:00", 1),
        ("2026-03-04 14:00", 1),
        ("2026-03-04 16:00", 2),
        ("2026-03-05 09:00", 7),
    ],
)
def test_the_time_used_leaves_the_pause_out(at, expected):
    waiting = pause("2026-03-04 10:00", "2026-03-04 15:00")

    assert used("2026-03-04 09:00", at, waiting) == hours(expected)


@pytest.mark.clause("V-2-resolution")
def test_the_time_used_does_not_grow_while_a_pause_lasts():
    assert used("2026-03-04 09:00", "2026-03-06 09:00", pause("2026-03-04 10:00")) == hours(1)
