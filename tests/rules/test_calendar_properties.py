"""Service hours against the minute oracle, and what holds for every calendar."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.contracts.rules.calendar import Holiday, ServiceHours, Window
from tests.rules.minute_oracle import DAY, MINUTE, WEEK, MinuteOracle

# A zone and the noon before something odd: half hours, midnight gaps, a missing date,
# a winter time that counts as the saving one, an ordinary day.
ODD_DAYS = [
    ("America/New_York", "2026-03-07"),
    ("America/New_York", "2026-10-31"),
    ("Europe/Dublin", "2026-10-24"),
    ("Australia/Lord_Howe", "2026-10-03"),
    ("Australia/Lord_Howe", "2026-04-04"),
    ("Pacific/Apia", "2011-12-29"),
    ("America/Havana", "2026-03-07"),
    ("America/Santiago", "2026-04-04"),
    ("America/St_Johns", "2006-04-01"),
    ("Asia/Kathmandu", "2028-02-28"),
]
quick = settings(max_examples=60, deadline=None)


@st.composite
def weeks(draw) -> list[Window]:
    """Windows that do not overlap: every other stretch between points of the week."""
    quarters = st.integers(0, WEEK // 15)
    points = sorted(draw(st.lists(quarters, min_size=2, max_size=16, unique=True)))
    return [
        Window(opens * 15 // DAY % 7, _time(opens * 15), _time(min(closes * 15, opens * 15 + DAY)))
        for opens, closes in list(pairwise(points))[::2]
    ]


@st.composite
def odd_calendars(draw) -> tuple[MinuteOracle, datetime]:
    """A calendar, and a minute within three days of something odd."""
    zone, day = draw(st.sampled_from(ODD_DAYS))
    noon = datetime.fromisoformat(f"{day} 12:00").replace(tzinfo=ZoneInfo(zone))
    holidays = [
        Holiday((noon + timedelta(days=away)).date(), "Holiday", *half)
        for away, half in draw(st.lists(st.tuples(st.integers(-3, 5), HALVES), max_size=3))
    ]
    minutes = draw(st.integers(-3 * DAY, 3 * DAY))
    return MinuteOracle(zone, draw(weeks()), holidays), noon.astimezone(UTC) + minutes * MINUTE


def _time(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


HALVES = st.sampled_from([(), (time(0), time(13)), (time(13), time(0)), (time(1, 15), time(2, 45))])
instants = st.datetimes(
    datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)
)  # to the microsecond
durations = st.timedeltas(timedelta(), timedelta(days=40))  # over a century of quarter hours


def hours_of(oracle: MinuteOracle) -> ServiceHours:
    return ServiceHours(zone=oracle.zone, windows=oracle.windows, holidays=oracle.holidays)


@pytest.mark.clause("S-2", "V-4")
@quick
@given(odd_calendars(), st.integers(0, 4 * DAY))
def test_the_time_between_two_instants_is_what_the_wall_clock_shows(odd, minutes):
    oracle, start = odd
    end = start + minutes * MINUTE

    expected = oracle.minutes_between(start, end) * MINUTE
    assert hours_of(oracle).between(start, end) == expected


@pytest.mark.clause("S-2", "S-5-targets")
@quick
@given(odd_calendars(), st.integers(1, 20 * 60))
def test_a_target_falls_due_when_the_wall_clock_has_shown_enough(odd, minutes):
    oracle, start = odd
    nine_days = 9 * DAY * MINUTE
    minutes = min(minutes, oracle.minutes_between(start, start + nine_days))

    expected = oracle.after(start, minutes)
    assert hours_of(oracle).after(start, minutes * MINUTE) == expected


@quick
@given(odd_calendars())
def test_a_calendar_is_open_when_the_wall_clock_is_in_a_window(odd):
    oracle, at = odd
    calendar = hours_of(oracle)

    assert calendar.is_open(at) == oracle.is_open(at)
    opening = calendar.next_opening(at)
    assert oracle.is_open(opening)
    assert calendar.between(at, opening) == timedelta()


@quick
@given(weeks(), instants, durations)
def test_between_undoes_after(week, start, duration):
    calendar = ServiceHours(zone="America/New_York", windows=week)

    assert calendar.between(start, calendar.after(start, duration)) == duration


@quick
@given(weeks(), st.tuples(instants, instants, instants).map(sorted))
def test_parts_of_a_span_add_up_to_the_whole(week, instants):
    calendar = ServiceHours(zone="Australia/Lord_Howe", windows=week)
    start, middle, end = instants

    whole = calendar.between(start, end)
    assert calendar.between(start, middle) + calendar.between(middle, end) == whole
    assert timedelta() <= whole <= end - start


@quick
@given(weeks(), instants, st.tuples(durations, durations).map(sorted))
def test_a_longer_target_is_never_due_sooner(week, start, durations):
    calendar = ServiceHours(zone="Europe/Dublin", windows=week)
    shorter, longer = (calendar.after(start, duration) for duration in durations)

    assert start <= shorter <= longer
    assert (shorter == longer) == (durations[0] == durations[1])


@quick
@given(weeks(), instants, st.tuples(durations, durations))
def test_a_target_may_be_run_in_two_parts(week, start, parts):
    calendar = ServiceHours(zone="America/Havana", windows=week)
    first, second = parts

    assert calendar.after(calendar.after(start, first), second) == calendar.after(
        start, first + second
    )
