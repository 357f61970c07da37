"""Who is on call at an instant: turns, clock changes, overrides, hours that nobody has."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.escalation.rules.rotation import Override, Rotation, Turn, gaps, on_call, turn_at, turns

ANA, BEN, CID = 1, 2, 3
NEW_YORK = ZoneInfo("America/New_York")
SECOND = timedelta(seconds=1)


def local(text: str, zone: ZoneInfo = NEW_YORK) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def weekly(**changes) -> Rotation:
    facts = {
        "zone": NEW_YORK,
        "starts_on": date(2026, 3, 2),  # a Monday
        "hands_over_at": time(9),
        "days": 7,
        "people": (ANA, BEN, CID),
    }
    return Rotation(**{**facts, **changes})


def who(rotation, text, *overrides):
    return on_call(rotation, overrides, at=local(text))


@pytest.mark.clause("S-2")
@pytest.mark.parametrize(
    ("at", "person"),
    [
        ("2026-03-02 08:59:59", None),  # it has not begun
        ("2026-03-02 09:00", ANA),
        ("2026-03-09 08:59:59", ANA),
        ("2026-03-09 09:00", BEN),
        ("2026-03-16 09:00", CID),
        ("2026-03-23 08:59:59", CID),
        ("2026-03-23 09:00", ANA),
    ],
)
def test_the_turn_changes_at_the_hour_of_hand_over(at, person):
    assert who(weekly(), at) == (person, False)


@pytest.mark.clause("S-2")
def test_a_hand_over_keeps_its_hour_when_the_clocks_change():
    daily = weekly(days=1, starts_on=date(2026, 3, 7))

    found = turns(daily, (), start=local("2026-03-07 09:00"), end=local("2026-03-10 09:00"))

    assert found == [
        Turn(local("2026-03-07 09:00"), local("2026-03-08 09:00"), ANA),
        Turn(local("2026-03-08 09:00"), local("2026-03-09 09:00"), BEN),
        Turn(local("2026-03-09 09:00"), local("2026-03-10 09:00"), CID),
    ]
    assert [turn.ends_at.astimezone(UTC) - turn.starts_at.astimezone(UTC) for turn in found] == [
        timedelta(hours=23),
        timedelta(hours=24),
        timedelta(hours=24),
    ]


@pytest.mark.clause("S-2")
def test_an_hour_that_the_clocks_skip_is_taken_an_hour_later():
    night = weekly(days=1, starts_on=date(2026, 3, 7), hands_over_at=time(2, 30))

    assert who(night, "2026-03-08 03:29:59") == (ANA, False)
    assert who(night, "2026-03-08 03:30") == (BEN, False)


@pytest.mark.clause("S-2")
def test_of_an_hour_that_comes_twice_the_first_counts():
    night = weekly(days=1, starts_on=date(2026, 10, 31), hands_over_at=time(1, 30))
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)

    assert on_call(night, (), at=first - SECOND) == (ANA, False)
    assert on_call(night, (), at=first) == (BEN, False)
    assert on_call(night, (), at=first + timedelta(hours=1)) == (BEN, False)


@pytest.mark.clause("S-2")
def test_an_override_counts_from_its_first_instant_up_to_its_end():
    ben = Override(local("2026-03-03 18:00"), local("2026-03-04 06:00"), BEN)

    assert who(weekly(), "2026-03-03 17:59:59", ben) == (ANA, False)
    assert who(weekly(), "2026-03-03 18:00", ben) == (BEN, True)
    assert who(weekly(), "2026-03-04 05:59:59", ben) == (BEN, True)
    assert who(weekly(), "2026-03-04 06:00", ben) == (ANA, False)


@pytest.mark.clause("S-2")
def test_of_two_overrides_the_one_that_was_made_later_counts():
    ben = Override(local("2026-03-03 18:00"), local("2026-03-04 06:00"), BEN)
    nobody = Override(local("2026-03-03 20:00"), local("2026-03-03 22:00"), None)

    assert who(weekly(), "2026-03-03 21:00", ben, nobody) == (None, True)
    assert who(weekly(), "2026-03-03 21:00", nobody, ben) == (BEN, True)


@pytest.mark.clause("S-2", "S-3")
def test_hours_over_midnight_end_on_the_next_day():
    nights = weekly(opens=time(20), closes=time(8))

    assert who(nights, "2026-03-03 19:59:59") == (None, False)
    assert who(nights, "2026-03-03 20:00") == (ANA, False)
    assert who(nights, "2026-03-04 07:59:59") == (ANA, False)
    assert who(nights, "2026-03-04 08:00") == (None, False)


@pytest.mark.clause("S-2")
def test_a_rotation_without_people_is_one_gap():
    start, end = local("2026-03-03 00:00"), local("2026-03-05 00:00")

    assert gaps(weekly(people=()), (), start=start, end=end) == [(start, end)]


@pytest.mark.clause("S-2")
def test_a_gap_is_where_somebody_was_taken_away_not_where_nobody_is_wanted():
    nights = weekly(opens=time(20), closes=time(8))
    away = Override(local("2026-03-03 18:00"), local("2026-03-03 23:00"), None)
    start, end = local("2026-03-03 00:00"), local("2026-03-05 00:00")

    found = gaps(nights, (away,), start=start, end=end)

    assert found == [(local("2026-03-03 20:00"), local("2026-03-03 23:00"))]


@pytest.mark.clause("S-2")
def test_a_gap_before_the_first_turn_ends_with_it():
    start = local("2026-03-01 09:00")

    found = gaps(weekly(), (), start=start, end=local("2026-03-04 09:00"))

    assert found == [(start, local("2026-03-02 09:00"))]


@pytest.mark.clause("S-2")
def test_the_turn_around_an_instant_is_whole():
    ben = Override(local("2026-03-03 18:00"), local("2026-03-04 06:00"), BEN)

    assert turn_at(weekly(), (ben,), at=local("2026-03-05 00:00")) == Turn(
        local("2026-03-04 06:00"), local("2026-03-09 09:00"), ANA
    )


INSTANTS = st.datetimes(
    min_value=datetime(2026, 2, 25),
    max_value=datetime(2026, 11, 20),
    timezones=st.just(UTC),
)
HOURS = st.one_of(st.none(), st.times().map(lambda hour: hour.replace(fold=0)))


@given(st.data())
def test_turns_leave_no_hole_and_agree_with_who_is_on_call(data):
    start = data.draw(INSTANTS)
    end = start + timedelta(minutes=data.draw(st.integers(1, 60 * 24 * 9)))
    spans = data.draw(st.lists(st.tuples(INSTANTS, st.integers(1, 9000)), max_size=3))
    overrides = [
        Override(at, at + timedelta(minutes=minutes), data.draw(st.sampled_from([None, ANA, BEN])))
        for at, minutes in spans
    ]
    opens, closes = data.draw(HOURS), data.draw(HOURS)
    rotation = weekly(
        days=data.draw(st.integers(1, 8)),
        hands_over_at=data.draw(st.times()).replace(fold=0),
        people=tuple(data.draw(st.lists(st.sampled_from([ANA, BEN, CID]), max_size=3))),
        opens=opens,
        closes=closes,
    )

    found = turns(rotation, overrides, start=start, end=end)

    assert (found[0].starts_at, found[-1].ends_at) == (start, end)
    assert all(one.ends_at == two.starts_at for one, two in pairwise(found))
    probes = [start + (end - start) * share / 7 for share in range(7)]
    for at in probes:
        turn = next(each for each in found if each.starts_at <= at < each.ends_at)
        assert (turn.person, turn.is_override) == on_call(rotation, overrides, at=at)
