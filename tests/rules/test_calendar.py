"""Service hours on hand-made vectors: windows, boundaries, targets."""

from datetime import UTC, datetime, time, timedelta

import pytest

from apps.contracts.rules.calendar import ServiceHours, Window
from tests.rules.calendars import EVERY_DAY, FRI, MON, SAT, SUN, calendar, hours, local, windows

STANDARD = calendar()
ALWAYS = ServiceHours(zone="UTC", windows=(), always_open=True)


@pytest.mark.clause("S-2")
@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-01-05 09:00", "2026-01-05 11:30", 2.5),
        ("2026-01-05 06:00", "2026-01-05 08:00", 0),
        ("2026-01-05 07:00", "2026-01-05 09:00", 1),
        ("2026-01-05 19:00", "2026-01-06 09:00", 2),
        ("2026-01-05 20:00", "2026-01-06 08:00", 0),
        ("2026-01-09 19:00", "2026-01-12 09:00", 2),
        ("2026-01-10 00:00", "2026-01-12 00:00", 0),
        ("2026-01-05 00:00", "2026-01-12 00:00", 60),
        ("2026-01-01 00:00", "2027-01-01 00:00", 261 * 12),
        ("2027-01-01 00:00", "2028-01-01 00:00", 261 * 12),
        ("2028-01-01 00:00", "2029-01-01 00:00", 260 * 12),
        ("2028-02-28 00:00", "2028-03-01 00:00", 24),
        ("2026-02-27 12:00", "2026-03-02 12:00", 12),
    ],
)
def test_only_the_hours_of_open_days_count(start, end, expected):
    assert STANDARD.between(local(start), local(end)) == hours(expected)


@pytest.mark.clause("S-2", "S-5-targets", "R-2")
@pytest.mark.parametrize(
    ("start", "target", "due"),
    [
        ("2026-01-05 09:00", 2, "2026-01-05 11:00"),
        ("2026-01-05 05:00", 2, "2026-01-05 10:00"),
        ("2026-01-05 19:00", 2, "2026-01-06 09:00"),
        ("2026-01-09 19:30", 1, "2026-01-12 08:30"),
        ("2026-01-10 12:00", 8, "2026-01-12 16:00"),
        ("2026-01-05 21:00", 48, "2026-01-09 20:00"),
        ("2028-02-28 19:00", 13, "2028-02-29 20:00"),
    ],
)
def test_a_target_runs_in_service_time(start, target, due):
    assert STANDARD.after(local(start), hours(target)) == local(due)


@pytest.mark.clause("S-5-targets", "R-2")
def test_a_target_that_ends_exactly_at_closing_is_due_at_closing():
    closing = local("2026-01-05 20:00")

    assert STANDARD.after(local("2026-01-05 12:00"), hours(8)) == closing
    assert STANDARD.after(local("2026-01-05 08:00"), hours(12)) == closing
    assert STANDARD.after(local("2026-01-04 23:00"), hours(12)) == closing


@pytest.mark.clause("S-2")
def test_a_moment_more_than_the_day_holds_is_due_a_moment_after_the_next_opening():
    moment = timedelta(microseconds=1)

    due = STANDARD.after(local("2026-01-09 12:00"), hours(8) + moment)

    assert due == local("2026-01-12 08:00") + moment


def test_the_answer_is_given_in_utc():
    due = STANDARD.after(local("2026-01-05 09:00"), hours(2))

    assert (due, due.tzinfo) == (datetime(2026, 1, 5, 16, tzinfo=UTC), UTC)


def test_no_duration_is_due_at_once_even_outside_hours():
    closed = local("2026-01-10 12:00:00.000001")

    assert STANDARD.after(closed, timedelta()) == closed


def test_an_empty_span_holds_no_time():
    noon = local("2026-01-05 12:00")

    assert STANDARD.between(noon, noon) == timedelta()


def test_parts_of_a_second_are_kept():
    start, end = local("2026-01-05 19:59:59.999999"), local("2026-01-06 08:00:00.000003")

    assert STANDARD.between(start, end) == timedelta(microseconds=4)
    assert STANDARD.after(start, timedelta(microseconds=4)) == end


def test_the_zone_in_which_an_instant_is_written_does_not_matter():
    start, end = local("2026-01-05 09:00"), local("2026-01-06 11:00")
    tokyo = local("2026-01-05 23:00", zone="Asia/Tokyo")

    assert STANDARD.between(tokyo, end.astimezone(UTC)) == STANDARD.between(start, end) == hours(14)
    assert STANDARD.after(tokyo, hours(1)) == local("2026-01-05 10:00")


@pytest.mark.clause("S-2")
@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-01-05 07:59:59.999999", False),
        ("2026-01-05 08:00", True),
        ("2026-01-05 19:59:59.999999", True),
        ("2026-01-05 20:00", False),
        ("2026-01-10 12:00", False),
    ],
)
def test_a_window_holds_its_opening_and_not_its_closing(at, is_open):
    assert STANDARD.is_open(local(at)) is is_open


@pytest.mark.clause("S-2")
@pytest.mark.parametrize(
    ("at", "opening"),
    [
        ("2026-01-05 07:00", "2026-01-05 08:00"),
        ("2026-01-05 08:00", "2026-01-05 08:00"),
        ("2026-01-05 12:34", "2026-01-05 12:34"),
        ("2026-01-09 20:00", "2026-01-12 08:00"),
        ("2026-12-31 20:00", "2027-01-01 08:00"),
    ],
)
def test_the_next_opening_is_now_while_the_calendar_is_open(at, opening):
    assert STANDARD.next_opening(local(at)) == local(opening)


@pytest.mark.clause("V-4", "R-1")
def test_a_calendar_that_is_always_open_counts_every_hour():
    start, end = local("2026-03-07 12:00"), local("2026-03-08 12:00")

    assert ALWAYS.between(start, end) == hours(23)
    assert ALWAYS.after(start, hours(23)) == end
    assert ALWAYS.is_open(end)
    assert ALWAYS.next_opening(start) == start


@pytest.mark.clause("V-4", "R-1")
def test_windows_over_the_whole_week_are_as_good_as_always_open():
    week = calendar("00:00-00:00", on=EVERY_DAY)
    start, end = local("2025-06-01 00:00"), local("2031-06-01 00:00")

    assert week.between(start, end) == end.astimezone(UTC) - start
    assert week.after(start, end.astimezone(UTC) - start) == end


def test_a_day_may_have_several_windows():
    split = ServiceHours(
        zone="Europe/Berlin",
        windows=windows("14:00-18:00") + windows("09:00-12:00") + windows("12:00-12:30"),
    )
    monday = local("2026-01-05 00:00", zone="Europe/Berlin")

    assert split.between(monday, monday + hours(24)) == hours(7.5)
    assert split.after(monday, hours(3.5)) == monday + hours(12.5)
    assert split.after(monday, hours(4)) == monday + hours(14.5)
    assert split.is_open(monday + hours(12))


def test_a_window_over_midnight_is_one_stretch():
    night = calendar("22:00-06:00", on=[FRI])

    assert night.between(local("2026-01-09 20:00"), local("2026-01-10 12:00")) == hours(8)
    assert night.after(local("2026-01-09 23:00"), hours(7)) == local("2026-01-10 06:00")
    assert night.next_opening(local("2026-01-10 06:00")) == local("2026-01-16 22:00")


def test_a_window_over_midnight_may_join_the_end_of_the_week_to_its_start():
    night = calendar("20:00-08:00", on=[SUN])

    assert night.between(local("2026-01-04 00:00"), local("2026-01-05 12:00")) == hours(12)
    assert night.is_open(local("2026-01-05 00:00"))


def test_midnight_as_closing_is_the_end_of_the_windows_own_day():
    evening = calendar("18:00-00:00", on=[SAT])

    assert evening.between(local("2026-01-10 00:00"), local("2026-01-12 00:00")) == hours(6)


def test_windows_that_touch_are_one_and_a_target_may_end_between_them():
    joined = ServiceHours(
        zone="America/New_York",
        windows=[Window(MON, time(8), time(12)), Window(MON, time(12), time(20))],
    )

    assert joined.after(local("2026-01-05 08:00"), hours(4)) == local("2026-01-05 12:00")
    assert joined.is_open(local("2026-01-05 12:00"))
