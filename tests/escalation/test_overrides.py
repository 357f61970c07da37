"""What is agreed otherwise: hours of another, swaps, and taking them back."""

from datetime import timedelta

import pytest

from apps.escalation.queries.rotations import schedule
from apps.escalation.rules.rotation import Turn
from apps.escalation.services.overrides import cancel_override, override, swap
from apps.tickets.services import Refused
from tests.factories import make_staff
from tests.on_call_made import MONDAY, local, make_rotation

pytestmark = [pytest.mark.django_db, pytest.mark.clause("S-2")]
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)


@pytest.fixture
def people():
    return make_staff(name="ana"), make_staff(name="ben")


@pytest.fixture
def rotation(people):
    return make_rotation(*people)


def turns(rotation, *, weeks: int):
    found = schedule(rotation.pk, since=MONDAY)
    return found.turns(start=MONDAY, end=MONDAY + weeks * WEEK)


def test_an_override_gives_its_hours_to_somebody_else(rotation, people):
    ana, ben = people
    evening = local("2026-03-03 18:00")

    row = override(
        rotation=rotation, user=ben, starts_at=evening, ends_at=evening + HOUR, by=ana, at=MONDAY
    )

    assert (row.made_by, row.made_at, row.swap) == (ana, MONDAY, None)
    assert turns(rotation, weeks=1) == [
        Turn(MONDAY, evening, ana.pk),
        Turn(evening, evening + HOUR, ben.pk, is_override=True),
        Turn(evening + HOUR, local("2026-03-09 09:00"), ana.pk),
    ]


@pytest.mark.parametrize(
    ("starts", "ends", "why"),
    [
        (HOUR, HOUR, "It ends before it begins: swap the two."),
        (-2 * HOUR, 0 * HOUR, "These hours are over. Choose hours that are to come."),
        (HOUR, 200 * 24 * HOUR, "It takes longer than 120 days: change the rotation instead."),
        (
            401 * 24 * HOUR,
            402 * 24 * HOUR,
            "It begins more than 400 days ahead. Agree on it later.",
        ),
    ],
)
def test_hours_that_do_not_fit_are_refused(rotation, people, starts, ends, why):
    with pytest.raises(Refused) as refusal:
        override(
            rotation=rotation,
            user=people[1],
            starts_at=MONDAY + starts,
            ends_at=MONDAY + ends,
            by=people[0],
            at=MONDAY,
        )

    assert str(refusal.value) == why


def test_who_cannot_be_paged_gets_no_hours(rotation, people):
    gone = make_staff(name="gone", is_active=False)

    with pytest.raises(Refused) as refusal:
        override(
            rotation=rotation,
            user=gone,
            starts_at=MONDAY,
            ends_at=MONDAY + HOUR,
            by=people[0],
            at=MONDAY,
        )

    assert str(refusal.value) == "gone is not active staff: choose somebody who can be paged."


def test_two_people_swap_their_turns_and_what_is_left_of_one_that_runs(rotation, people):
    ana, ben = people
    now = MONDAY + HOUR

    first, second = swap(
        rotation=rotation, first_at=now, second_at=MONDAY + WEEK, by=ana, at=now, reason="A trip"
    )

    assert first.swap == second.swap is not None
    assert turns(rotation, weeks=2) == [
        Turn(MONDAY, now, ana.pk),
        Turn(now, local("2026-03-09 09:00"), ben.pk, is_override=True),
        Turn(local("2026-03-09 09:00"), local("2026-03-16 09:00"), ana.pk, is_override=True),
    ]


def test_a_swap_with_oneself_is_refused(rotation, people):
    with pytest.raises(Refused) as refusal:
        swap(
            rotation=rotation,
            first_at=MONDAY,
            second_at=MONDAY + 2 * WEEK,
            by=people[0],
            at=MONDAY,
        )

    assert str(refusal.value) == "ana has both of these turns: choose another one."


def test_a_swap_is_taken_back_with_both_its_halves(rotation, people):
    ana, _ = people
    first, _second = swap(
        rotation=rotation, first_at=MONDAY, second_at=MONDAY + WEEK, by=ana, at=MONDAY
    )

    assert cancel_override(override=first, by=ana, at=MONDAY + HOUR) == 2
    assert [turn.is_override for turn in turns(rotation, weeks=2)] == [False, False]
    with pytest.raises(Refused):
        cancel_override(override=first, by=ana, at=MONDAY + HOUR)


def test_the_turn_of_somebody_who_left_is_nobodys(rotation, people):
    people[0].is_active = False
    people[0].save()

    found = schedule(rotation.pk, since=MONDAY)

    assert found.gaps(start=MONDAY, end=MONDAY + 2 * WEEK) == [(MONDAY, local("2026-03-09 09:00"))]
