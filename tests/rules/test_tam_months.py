"""TAM time by calendar months of the order's zone: exact over midnight and changes of the clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.tickets.rules.tam_months import TamMonth, month_of, months_of, used_in

pytestmark = pytest.mark.clause("V-6.3", "R-11")
AUCKLAND, BERLIN, NEW_YORK = (
    ZoneInfo(name) for name in ("Pacific/Auckland", "Europe/Berlin", "America/New_York")
)
MINUTE = timedelta(minutes=1)
# Clocks that change on a month's first or last days are among them.
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Pacific/Auckland",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Asuncion",
    "Pacific/Kiritimati",
]


def clock(zone, text, *, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


def entry(zone, text, minutes, *, fold=0):
    starts_at = clock(zone, text, fold=fold).astimezone(UTC)
    return starts_at, starts_at + timedelta(minutes=minutes)


def used(zone, month, *entries):
    """Minutes of these entries in the month in which a day lies."""
    return used_in(month_of(clock(zone, month), zone), entries) // MINUTE


def time_used(minutes, *, hours=40, warns_at=(80, 100)):
    month = month_of(clock(BERLIN, "2026-11-10"), BERLIN)
    return TamMonth(month, timedelta(minutes=minutes), timedelta(hours=hours), warns_at)


@pytest.mark.parametrize(
    ("zone", "starts_at", "ends_at"),
    [
        (AUCKLAND, "2026-10-31T11:00", "2026-11-30T11:00"),
        (BERLIN, "2026-10-31T23:00", "2026-11-30T23:00"),
        (NEW_YORK, "2026-11-01T04:00", "2026-12-01T05:00"),
    ],
)
def test_a_month_goes_from_midnight_to_midnight_of_its_own_zone(zone, starts_at, ends_at):
    month = month_of(clock(zone, "2026-11-10T12:00"), zone)

    assert month.label == "November 2026"
    assert (month.starts_at, month.ends_at) == (clock(UTC, starts_at), clock(UTC, ends_at))


def test_the_last_instant_is_still_in_the_month_and_the_end_is_not():
    end = clock(BERLIN, "2026-12-01T00:00")

    assert month_of(end - timedelta(microseconds=1), BERLIN).label == "November 2026"
    assert month_of(end, BERLIN).label == "December 2026"


def test_a_month_end_comes_in_auckland_half_a_day_before_it_comes_in_utc():
    at = datetime(2026, 11, 30, 11, tzinfo=UTC)

    assert month_of(at, AUCKLAND).label == "December 2026"
    assert month_of(at, ZoneInfo("UTC")).label == "November 2026"


def test_a_months_length_is_what_the_clocks_make_it():
    def hours(day):
        month = month_of(clock(BERLIN, day), BERLIN)
        return (month.ends_at - month.starts_at) / timedelta(hours=1)

    assert [hours(day) for day in ("2026-03-15", "2026-04-15", "2026-10-15")] == [
        31 * 24 - 1,
        30 * 24,
        31 * 24 + 1,
    ]


def test_an_entry_over_midnight_of_the_months_end_counts_in_both_months():
    night = entry(NEW_YORK, "2026-11-30T23:15", 90)

    assert used(NEW_YORK, "2026-11-10", night) == 45
    assert used(NEW_YORK, "2026-12-10", night) == 45
    assert used(NEW_YORK, "2026-10-10", night) == 0
    assert [month.label for month in months_of(night, NEW_YORK)] == [
        "November 2026",
        "December 2026",
    ]


def test_an_entry_that_ends_at_midnight_touches_one_month_only():
    evening = entry(NEW_YORK, "2026-11-30T23:00", 60)

    assert used(NEW_YORK, "2026-11-10", evening) == 60
    assert [month.label for month in months_of(evening, NEW_YORK)] == ["November 2026"]


def test_the_extra_hour_of_october_counts_and_a_night_is_as_long_as_it_was():
    # 01:30 in summer time to 03:00 in winter time: the hour from two to three twice.
    night = entry(BERLIN, "2026-10-25T01:30", 150)

    assert used(BERLIN, "2026-10-10", night) == 150
    assert night[1] == clock(BERLIN, "2026-10-25T03:00")


def test_minutes_count_by_the_zones_month_and_not_by_utcs():
    # Still October in New York, though November in UTC.
    evening = entry(UTC, "2026-11-01T02:00", 60)

    assert used(NEW_YORK, "2026-10-10", evening) == 60
    assert used(UTC, "2026-11-10", evening) == 60


def test_where_the_clocks_go_back_over_the_months_first_midnight_it_begins_once():
    saint_johns = ZoneInfo("America/St_Johns")  # one minute past midnight, back to 23:01
    october = month_of(clock(saint_johns, "2009-10-31T12:00"), saint_johns)
    again = clock(saint_johns, "2009-10-31T23:30", fold=1)

    assert month_of(again, saint_johns).starts_at == october.ends_at


def test_where_the_clocks_jump_over_the_months_first_midnight_it_begins_at_the_jump():
    asuncion = ZoneInfo("America/Asuncion")  # 1 October 2023: from midnight to one o'clock
    october = month_of(clock(asuncion, "2023-10-10T12:00"), asuncion)

    assert october.starts_at == clock(asuncion, "2023-10-01T01:00")
    assert month_of(october.starts_at - MINUTE, asuncion).ends_at == october.starts_at


@pytest.mark.clause("R-18")
@pytest.mark.parametrize(
    ("minutes", "reached", "is_used_up"),
    [
        (0, None, False),
        (40 * 48 - 1, None, False),
        (40 * 48, 80, False),
        (40 * 60 - 1, 80, False),
        (40 * 60, 100, True),
        (40 * 60 + 1, 100, True),
    ],
)
def test_a_percentage_is_reached_exactly_and_the_limit_itself_is_used_up(
    minutes, reached, is_used_up
):
    month = time_used(minutes)

    assert (month.reached, month.is_used_up) == (reached, is_used_up)
    assert month.is_near == (reached is not None)


def test_what_is_left_is_never_less_than_nothing_and_percent_is_rounded_down():
    near, over = time_used(40 * 48 - 1), time_used(50 * 60)

    assert (near.percent, near.left) == (79, timedelta(minutes=481))
    assert (over.percent, over.left) == (125, timedelta(0))
    assert (over.label, over.starts_at, over.ends_at) == (
        "November 2026",
        over.month.starts_at,
        over.month.ends_at,
    )


def test_without_any_hours_there_is_no_tam_and_nothing_is_warned_of():
    none = time_used(5, hours=0)

    assert (none.has_tam, none.reached, none.percent, none.is_near) == (False, None, 0, False)


@given(
    zone=st.sampled_from(ZONES),
    starts_at=st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31)),
    minutes=st.integers(1, 24 * 60),
    shift=st.integers(-26 * 60, 2 * 60),
    at_month_end=st.booleans(),
)
def test_minutes_in_a_month_are_what_the_wall_clock_shows_minute_by_minute(
    zone, starts_at, minutes, shift, at_month_end
):
    place = ZoneInfo(zone)
    at = starts_at.replace(second=0, microsecond=0, tzinfo=UTC)
    if at_month_end:
        at = month_of(at, place).ends_at + timedelta(minutes=shift)
    span = (at, at + timedelta(minutes=minutes))

    shown = {}
    for passed in range(minutes):
        label = f"{(at + timedelta(minutes=passed)).astimezone(place):%B %Y}"
        shown[label] = shown.get(label, 0) + 1

    months = months_of(span, place)
    assert {month.label: used_in(month, [span]) // MINUTE for month in months} == shown


@given(
    zone=st.sampled_from(ZONES),
    days=st.lists(st.integers(0, 400 * 24 * 60), max_size=8),
)
def test_months_part_the_time_without_a_gap_or_an_overlap(zone, days):
    place = ZoneInfo(zone)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    spans = [(start + timedelta(minutes=day), start + timedelta(minutes=day + 700)) for day in days]

    everything = months_of((start, start + timedelta(days=430)), place)

    assert sum((used_in(month, spans) for month in everything), timedelta()) == sum(
        (ends_at - starts_at for starts_at, ends_at in spans), timedelta()
    )
