"""Service hours across clock changes, doubled and missing times, and a missing day."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.rules.calendars import EVERY_DAY, FRI, SAT, SUN, calendar, hours, local

BEFORE, AFTER = 0, 1  # the fold: the first and the second time the clock shows it


@pytest.mark.clause("S-2")
@pytest.mark.parametrize(
    ("friday", "monday", "due_utc"),
    [
        ("2026-03-06 19:00", "2026-03-09 09:00", datetime(2026, 3, 9, 13, tzinfo=UTC)),
        ("2026-10-30 19:00", "2026-11-02 09:00", datetime(2026, 11, 2, 14, tzinfo=UTC)),
    ],
)
def test_standard_hours_keep_the_wall_clock_over_a_change(friday, monday, due_utc):
    standard = calendar()

    assert standard.after(local(friday), hours(2)) == due_utc
    assert standard.between(local(friday), local(monday)) == hours(2)


@pytest.mark.clause("S-2")
@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        ("America/New_York", "2026-03-08", 23),
        ("America/New_York", "2026-11-01", 25),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Europe/Dublin", "2026-03-29", 23),
        ("Europe/Dublin", "2026-10-25", 25),
        ("America/Havana", "2026-03-08", 23),  # the clock jumps from midnight to one
        ("Pacific/Apia", "2011-12-29", 24),
        ("Pacific/Apia", "2011-12-31", 24),
        ("Asia/Kathmandu", "2026-03-29", 24),
    ],
)
def test_a_whole_day_counts_for_as_long_as_it_really_is(zone, day, length):
    whole = calendar("00:00-00:00", on=[datetime.fromisoformat(day).weekday()], zone=zone)
    noon = local(f"{day} 12:00", zone=zone).astimezone(UTC)

    assert whole.between(noon - hours(72), noon + hours(72)) == hours(length)


def test_a_date_that_a_zone_left_out_has_no_service_time():
    samoa = calendar("08:00-18:00", on=EVERY_DAY, zone="Pacific/Apia")
    thursday = local("2011-12-29 17:00", zone="Pacific/Apia")
    saturday = local("2011-12-31 09:00", zone="Pacific/Apia")

    assert samoa.between(thursday, saturday) == hours(2)
    assert samoa.after(thursday, hours(2)) == saturday
    assert saturday.astimezone(UTC) - thursday == hours(16)


def test_a_night_into_a_date_that_was_left_out_ends_at_midnight():
    night = calendar("22:00-06:00", on=[3], zone="Pacific/Apia")
    thursday = local("2011-12-29 12:00", zone="Pacific/Apia").astimezone(UTC)

    assert night.between(thursday, thursday + hours(72)) == hours(2)


@pytest.mark.parametrize(
    ("friday", "length"), [("2026-03-07", 7), ("2026-10-31", 9), ("2026-05-02", 8)]
)
def test_a_night_window_over_a_clock_change_is_as_long_as_the_night(friday, length):
    night = calendar("22:00-06:00", on=[SAT])
    evening = local(f"{friday} 20:00")

    assert night.between(evening, evening.astimezone(UTC) + hours(20)) == hours(length)
    assert night.after(evening, hours(length)) == evening.replace(hour=6) + timedelta(days=1)


def test_a_window_that_opens_within_the_gap_opens_when_the_gap_is_over():
    early = calendar("02:30-05:00", on=[SUN])
    opening = early.next_opening(local("2026-03-08 00:00"))

    assert opening == datetime(2026, 3, 8, 7, tzinfo=UTC)
    assert early.after(opening, hours(2)) == local("2026-03-08 05:00")


def test_a_window_that_closes_within_the_gap_closes_when_the_gap_begins():
    late = calendar("01:00-02:30", on=[SUN])

    assert late.between(local("2026-03-08 00:00"), local("2026-03-08 12:00")) == hours(1)


def test_a_window_that_lies_in_the_gap_does_not_open():
    missing = calendar("02:00-03:00", on=[SUN])

    assert missing.next_opening(local("2026-03-08 00:00")) == local("2026-03-15 02:00")


@pytest.mark.parametrize(
    ("at", "fold", "is_open"),
    [
        ("2026-11-01 01:15", BEFORE, True),
        ("2026-11-01 01:30", BEFORE, False),
        ("2026-11-01 01:15", AFTER, True),
        ("2026-11-01 01:30", AFTER, False),
    ],
)
def test_a_wall_time_that_is_shown_twice_counts_both_times(at, fold, is_open):
    short = calendar("01:00-01:30", on=[SUN])

    assert short.is_open(local(at, fold=fold)) is is_open
    assert short.between(local("2026-11-01 00:00"), local("2026-11-01 12:00")) == hours(1)


def test_the_second_showing_of_a_time_is_an_hour_later():
    night = calendar("22:00-06:00", on=[FRI, SAT])

    assert night.between(
        local("2026-11-01 01:30", fold=BEFORE), local("2026-11-01 01:30", fold=AFTER)
    ) == hours(1)


@pytest.mark.clause("S-2")
def test_a_year_with_both_changes_is_as_long_as_any_other():
    whole = calendar("00:00-00:00", on=EVERY_DAY)

    assert whole.between(local("2026-01-01 00:00"), local("2027-01-01 00:00")) == hours(365 * 24)


def test_a_zone_with_odd_seconds_is_exact_to_the_second():
    monrovia = calendar("08:00-18:00", on=EVERY_DAY, zone="Africa/Monrovia")

    # Until 1972 Monrovia was 44 minutes and 30 seconds behind.
    assert monrovia.next_opening(datetime(1971, 6, 1, tzinfo=UTC)) == datetime(
        1971, 6, 1, 8, 44, 30, tzinfo=UTC
    )
