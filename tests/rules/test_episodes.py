"""An alert over time: repeats, ends, ends before beginnings, and new episodes."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.intake.rules.alerts import Reading
from apps.intake.rules.episodes import Known, fold

pytestmark = pytest.mark.clause("V-2-monitoring")
AT = datetime(2026, 3, 4, 14, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def told(*, firing=True, began_at=AT, over_at=None):
    return Reading("f", firing, {}, {}, began_at=began_at, over_at=over_at)


def after(*readings, known=None):
    """Fold readings that come a minute after each other, from AT on."""
    for minutes, reading in enumerate(readings):
        known = fold(known, reading, at=AT + minutes * MINUTE)
    return known


FIRST = Known(AT, None, 1, 1, AT, AT, is_new_episode=True)


def test_it_fires():
    assert after(told()) == FIRST


def test_firing_again_counts_and_begins_no_episode():
    known = Known(AT, None, 1, 1, AT, AT)

    assert fold(known, told(began_at=AT + MINUTE), at=AT + 2 * MINUTE) == Known(
        AT, None, 1, 2, AT, AT + 2 * MINUTE
    )


def test_of_two_replicas_the_one_that_noticed_first_is_right():
    assert after(told(), told(began_at=AT - MINUTE)).began_at == AT - MINUTE


def test_resolved_ends_it():
    known = Known(AT, None, 1, 1, AT, AT)

    ended = fold(known, told(firing=False, over_at=AT + MINUTE), at=AT + 2 * MINUTE)

    assert ended == Known(AT, AT + MINUTE, 1, 1, AT, AT + 2 * MINUTE, is_just_over=True)


def test_resolved_before_firing_is_kept_and_the_late_firing_opens_nothing():
    known = after(told(firing=False), told())

    assert known == Known(AT, AT, 1, 1, AT, AT + MINUTE)


@pytest.mark.parametrize(("later", "episode"), [(0, 1), (1, 2)])
def test_after_an_end_only_a_later_beginning_is_a_new_episode(later, episode):
    known = Known(AT, AT + MINUTE, 1, 1, AT, AT + MINUTE)

    again = fold(known, told(began_at=AT + later * timedelta(microseconds=1)), at=AT + 5 * MINUTE)

    assert (again.episode, again.is_new_episode, again.over_at is None) == (
        episode,
        episode == 2,
        episode == 2,
    )


def test_the_end_of_an_earlier_episode_told_late_ends_nothing():
    known = Known(AT, None, 2, 2, AT - 9 * MINUTE, AT)

    late = told(firing=False, began_at=AT - 9 * MINUTE, over_at=AT)

    assert fold(known, late, at=AT + MINUTE) == Known(AT, None, 2, 2, AT - 9 * MINUTE, AT + MINUTE)


def test_the_end_of_an_episode_that_never_fired_here_keeps_its_late_firing_out():
    known = Known(AT, AT + MINUTE, 1, 1, AT, AT + MINUTE)
    began_at = AT + 3 * MINUTE

    ended = fold(known, told(firing=False, began_at=began_at), at=AT + 5 * MINUTE)
    late = fold(ended, told(began_at=began_at), at=AT + 6 * MINUTE)

    assert (late.episode, late.over_at) == (1, AT + 5 * MINUTE)


def test_without_instants_what_counts_is_when_it_came():
    known = after(told(began_at=None), told(firing=False, began_at=None), told(began_at=None))

    assert known == Known(AT + 2 * MINUTE, None, 2, 2, AT, AT + 2 * MINUTE, is_new_episode=True)


def test_a_clock_that_is_ahead_tells_late_firings_from_new_ones_all_the_same():
    ahead = AT + 5 * MINUTE
    over = told(firing=False, began_at=ahead, over_at=ahead + MINUTE)

    known = after(told(began_at=ahead), over, told(began_at=ahead))
    again = fold(known, told(began_at=ahead + 2 * MINUTE), at=AT + 4 * MINUTE)

    assert (known.episode, known.over_at, again.episode) == (1, ahead + MINUTE, 2)
