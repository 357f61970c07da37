"""Service hours on holidays, whole and half."""

from datetime import date, time

import pytest

from apps.contracts.rules.calendar import Holiday
from tests.rules.calendars import EVERY_DAY, calendar, hours, local

INDEPENDENCE_DAY = Holiday(date(2026, 7, 3), "Independence Day, observed")
CHRISTMAS_EVE = Holiday(date(2026, 12, 24), "Christmas Eve", time(8), time(13))


@pytest.mark.clause("S-2", "R-20")
def test_no_time_passes_on_a_holiday():
    hours_with_holiday = calendar(holidays=[INDEPENDENCE_DAY])
    thursday_evening = local("2026-07-02 19:00")

    assert hours_with_holiday.after(thursday_evening, hours(2)) == local("2026-07-06 09:00")
    assert hours_with_holiday.between(thursday_evening, local("2026-07-06 09:00")) == hours(2)
    assert not hours_with_holiday.is_open(local("2026-07-03 12:00"))


@pytest.mark.clause("S-2", "R-2")
def test_forty_eight_business_hours_are_a_day_longer_over_a_holiday():
    due = calendar(holidays=[INDEPENDENCE_DAY]).after(local("2026-06-30 08:00"), hours(48))

    assert due == local("2026-07-06 20:00")


def test_half_a_holiday_keeps_the_other_half_of_the_windows():
    eve = calendar(holidays=[CHRISTMAS_EVE])

    assert eve.between(local("2026-12-24 00:00"), local("2026-12-25 00:00")) == hours(5)
    assert eve.after(local("2026-12-24 12:00"), hours(1)) == local("2026-12-24 13:00")
    assert eve.after(local("2026-12-24 12:00"), hours(2)) == local("2026-12-25 09:00")


def test_half_a_holiday_opens_no_hours_that_the_windows_do_not_have():
    early = Holiday(date(2026, 12, 24), "Christmas Eve", time(6), time(9))
    night = Holiday(date(2026, 12, 23), "Fair", time(20), time(0))
    both = calendar(holidays=[early, night])

    assert both.between(local("2026-12-24 00:00"), local("2026-12-25 00:00")) == hours(1)
    assert both.between(local("2026-12-23 00:00"), local("2026-12-24 00:00")) == hours(0)


def test_half_a_holiday_may_last_to_the_end_of_the_day():
    evening = Holiday(date(2026, 1, 1), "New Year's Day", time(18), time(0))
    day = calendar("00:00-00:00", on=EVERY_DAY, holidays=[evening])

    assert day.between(local("2026-01-01 00:00"), local("2026-01-02 00:00")) == hours(6)


def test_of_two_holidays_on_one_date_both_take_their_time():
    morning = Holiday(date(2026, 12, 24), "Works meeting", time(10), time(20))

    both = calendar(holidays=[CHRISTMAS_EVE, morning])
    closed = calendar(holidays=[CHRISTMAS_EVE, Holiday(date(2026, 12, 24), "Closed")])

    assert both.between(local("2026-12-24 00:00"), local("2026-12-25 00:00")) == hours(3)
    assert closed.between(local("2026-12-24 00:00"), local("2026-12-25 00:00")) == hours(0)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-12-24 23:59", True),
        ("2026-12-25 00:00", False),  # the night of the 24th ends with its date
        ("2026-12-25 05:59", False),
        ("2026-12-25 22:00", False),  # the holiday's own night does not begin
        ("2026-12-25 23:59", False),
        ("2026-12-26 00:00", True),  # what lies on the next date is the next date's
        ("2026-12-26 06:00", False),
    ],
)
def test_a_holiday_takes_its_own_date_from_night_windows_and_no_more(at, is_open):
    night = calendar(
        "22:00-06:00", on=EVERY_DAY, holidays=[Holiday(date(2026, 12, 25), "Christmas Day")]
    )

    assert night.is_open(local(at)) is is_open


def test_the_date_of_a_holiday_is_the_calendars_local_date():
    tokyo = calendar(
        "00:00-00:00",
        on=EVERY_DAY,
        zone="Asia/Tokyo",
        holidays=[Holiday(date(2026, 1, 1), "New Year's Day")],
    )

    assert tokyo.next_opening(local("2025-12-31 15:00", zone="UTC")) == local(
        "2026-01-01 15:00", zone="UTC"
    )
    assert tokyo.is_open(local("2025-12-31 14:59", zone="UTC"))
