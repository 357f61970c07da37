"""A week of hours as people read it, on the calendar's own wall clock and on the reader's."""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from apps.contracts.rules.openings import Window
from apps.contracts.rules.weeks import Days, Opening, days_of, seen_from

NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
DAY = [Window(weekday, time(8), time(20)) for weekday in range(5)]
MORNING, EVENING = Opening(time(8), time(12)), Opening(time(22), time(2))


@pytest.mark.clause("S-2")
def test_days_that_follow_each_other_with_the_same_hours_are_together_and_closed_ones_left_out():
    week = [
        *(Window(day, time(22), time(2)) for day in (0, 1, 4)),
        *(Window(day, time(8), time(12)) for day in (0, 1, 6)),
    ]

    assert days_of(week) == [
        Days(0, 1, [MORNING, EVENING]),
        Days(4, 4, [EVENING]),
        Days(6, 6, [MORNING]),
    ]
    assert days_of([]) == []


@pytest.mark.clause("S-2")
def test_midnight_is_the_end_of_its_own_day_and_what_closes_later_does_so_on_the_next():
    hours = [Opening(time(8), time(0)), Opening(time(8), time(8)), Opening(time(8), time(20))]

    assert [each.is_over_midnight for each in hours] == [False, True, False]


@pytest.mark.clause("S-2", "V-4")
@pytest.mark.parametrize(
    ("on", "opens", "closes"),
    [
        (date(2026, 3, 8), 14, 2),
        (date(2026, 3, 9), 13, 1),  # New York has changed its clocks, Berlin has not
        (date(2026, 3, 30), 14, 2),
    ],
)
def test_hours_are_seen_on_the_readers_clock_as_both_stand_in_that_week(on, opens, closes):
    seen = seen_from(DAY, zone=NEW_YORK, reader=BERLIN, on=on)

    assert seen == [Window(weekday, time(opens), time(closes)) for weekday in range(5)]


@pytest.mark.clause("S-2")
def test_a_window_moves_to_the_readers_day_and_a_clock_that_shows_the_same_moves_nothing():
    night = [Window(0, time(22), time(2))]

    seen = seen_from(night, zone=NEW_YORK, reader=BERLIN, on=date(2026, 3, 4))

    assert seen == [Window(1, time(4), time(8))]
    assert seen_from(DAY, zone=NEW_YORK, reader=NEW_YORK, on=date(2026, 3, 4)) == DAY
