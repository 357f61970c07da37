"""What a calendar refuses, with words that say what to do, and how it grows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import pytest

from apps.contracts.rules.calendar import (
    BeyondHorizon,
    Holiday,
    NoServiceTime,
    ServiceHours,
    Window,
)
from tests.rules.calendars import MON, SAT, SUN, TUE, calendar, hours, local, windows

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
NAIVE = datetime(2026, 1, 5, 12)
ALWAYS = ServiceHours(zone="UTC", windows=(), always_open=True)


class NoOffset(tzinfo):
    """A zone that cannot say how far it is from UTC."""

    def utcoffset(self, dt):
        return None

    dst = tzname = utcoffset


@pytest.mark.parametrize("naive", [NAIVE, NAIVE.replace(tzinfo=NoOffset())])
@pytest.mark.parametrize(
    "ask",
    [
        lambda at: calendar().between(at, NOON),
        lambda at: calendar().between(NOON, at),
        lambda at: calendar().after(at, hours(1)),
        lambda at: calendar().after(at, timedelta()),
        lambda at: calendar().is_open(at),
        lambda at: calendar().next_opening(at),
        lambda at: list(calendar().cut(at, NOON)),
        lambda at: list(calendar().cut(NOON, at)),
    ],
)
def test_a_naive_datetime_is_not_an_instant(ask, naive):
    with pytest.raises(ValueError, match="give aware datetimes"):
        ask(naive)


def test_a_span_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match=r"before it starts at .*: swap them"):
        calendar().between(NOON, NOON - timedelta(microseconds=1))


def test_a_negative_duration_is_refused():
    with pytest.raises(ValueError, match="negative"):
        calendar().after(NOON, timedelta(microseconds=-1))


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "America", "/etc/passwd", "../zone"])
def test_an_unknown_zone_is_refused(zone):
    with pytest.raises(ValueError, match=r"There is no time zone .*use a name such as"):
        ServiceHours(zone=zone, windows=())


@pytest.mark.parametrize(
    "overlapping",
    [
        [Window(MON, time(8), time(12)), Window(MON, time(11, 59), time(20))],
        [Window(MON, time(8), time(12)), Window(MON, time(8), time(12))],
        [Window(MON, time(20), time(8)), Window(TUE, time(7), time(12))],
        [Window(SUN, time(20), time(8)), Window(MON, time(0), time(12))],
        [Window(SAT, time(8), time(8)), Window(SUN, time(7, 59), time(9))],
    ],
)
def test_windows_that_overlap_are_refused_by_name(overlapping):
    with pytest.raises(ValueError, match=r"Windows overlap: .* and ") as refusal:
        ServiceHours(zone="UTC", windows=overlapping)

    assert all(str(window) in str(refusal.value) for window in overlapping)


def test_a_calendar_that_is_always_open_has_nothing_else():
    with pytest.raises(ValueError, match="no windows and no holidays"):
        ServiceHours(zone="UTC", windows=windows("08:00-20:00"), always_open=True)
    with pytest.raises(ValueError, match="no windows and no holidays"):
        ServiceHours(
            zone="UTC", windows=(), holidays=[Holiday(date(2026, 1, 1), "x")], always_open=True
        )


@pytest.mark.parametrize("weekday", [-1, 7])
def test_a_weekday_that_does_not_exist_is_refused(weekday):
    with pytest.raises(ValueError, match="use 0"):
        Window(weekday, time(8), time(20))


@pytest.mark.parametrize(
    ("opens", "closes", "why"),
    [
        (time(8), None, "both times"),
        (None, time(8), "both times"),
        (time(13), time(13), "closes after it opens"),
        (time(13), time(8), "closes after it opens"),
        (time(8, tzinfo=UTC), time(13), "leave out their zone"),
    ],
)
def test_half_a_holiday_without_a_sensible_half_is_refused(opens, closes, why):
    with pytest.raises(ValueError, match=why):
        Holiday(date(2026, 12, 24), "Christmas Eve", opens, closes)


def test_a_window_with_a_zone_of_its_own_is_refused():
    with pytest.raises(ValueError, match="leave out their zone"):
        Window(MON, time(8), time(20, tzinfo=UTC))


def test_a_calendar_without_windows_never_opens():
    closed = ServiceHours(zone="America/New_York", windows=())

    assert closed.between(NOON, NOON + timedelta(days=400)) == timedelta()
    assert not closed.is_open(NOON)
    with pytest.raises(NoServiceTime, match="look at its windows and holidays"):
        closed.after(NOON, timedelta(microseconds=1))
    with pytest.raises(NoServiceTime, match="look at its windows and holidays"):
        closed.next_opening(NOON)


def test_a_calendar_whose_every_coming_day_is_a_holiday_never_opens_again():
    first = date(2026, 1, 6)
    days = (date(2200, 1, 1) - first).days
    holidays = [Holiday(first + timedelta(days=day), "Closed") for day in range(days)]
    retired = calendar(holidays=holidays)
    closing = local("2026-01-05 20:00")

    assert retired.after(NOON, hours(12)) == closing
    with pytest.raises(NoServiceTime):
        retired.next_opening(closing)
    with pytest.raises(BeyondHorizon):
        retired.after(NOON, hours(24))


@pytest.mark.parametrize("hours_of_service", [calendar(), ALWAYS], ids=["standard", "always open"])
@pytest.mark.parametrize("duration", [timedelta(days=10**6), timedelta.max, timedelta(days=80_000)])
def test_a_target_beyond_the_horizon_is_refused(hours_of_service, duration):
    with pytest.raises(BeyondHorizon, match="1900 to 2199 only"):
        hours_of_service.after(NOON, duration)


def test_a_target_that_only_service_time_carries_beyond_the_horizon_is_refused():
    with pytest.raises(BeyondHorizon, match="of service time after"):
        calendar().after(NOON, timedelta(days=365 * 100))


@pytest.mark.parametrize(
    "at",
    [
        datetime(1899, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2200, 1, 1, tzinfo=UTC),
        datetime.min.replace(tzinfo=UTC),
        local("9999-12-31 23:59"),
    ],
)
def test_an_instant_outside_the_years_of_calendars_is_refused(at):
    with pytest.raises(BeyondHorizon, match="An instant of about the year"):
        calendar().is_open(at)
    with pytest.raises(BeyondHorizon):
        calendar().after(at, timedelta())


def test_the_first_and_the_last_instant_of_the_horizon_are_answered():
    first = datetime(1900, 1, 1, tzinfo=UTC)
    last = datetime(2200, 1, 1, tzinfo=UTC) - timedelta.resolution

    assert ALWAYS.between(first, last) == last - first
    assert ALWAYS.after(first, last - first) == last
    assert not calendar(zone="UTC").is_open(last)


def test_a_calendar_answers_the_same_however_it_has_grown():
    forward = [NOON + timedelta(days=400 * n) for n in range(12)]
    grown_backward = calendar("22:00-06:00", on=range(7))
    backward = [grown_backward.after(at, hours(20)) for at in reversed(forward)]
    grown_forward = calendar("22:00-06:00", on=range(7))

    assert [grown_forward.after(at, hours(20)) for at in forward] == backward[::-1]
    assert grown_forward.between(forward[0], forward[-1]) == grown_backward.between(
        forward[0], forward[-1]
    )


def test_threads_may_share_a_calendar_while_it_grows():
    starts = [NOON + timedelta(days=97 * n % 9_000) for n in range(160)]
    expected = [calendar().after(at, hours(100)) for at in starts[:20]]
    shared = calendar()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda at: shared.after(at, hours(100)), starts))

    assert answers[:20] == expected
    assert answers == [shared.after(at, hours(100)) for at in starts]
