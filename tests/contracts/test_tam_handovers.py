"""Hand-overs by their services: planned with a notice, refused too soon, withdrawn."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from apps.contracts.models import TamAssignment
from apps.contracts.queries import coming_handover
from tests.contracts.presets import V
from tests.factories import MORNING, make_client, make_preset, make_staff
from tests.tams_made import (
    NOTICE,
    TODAY,
    assign,
    deliver,
    hand_over,
    mails,
    make_held,
    make_tam_order,
    refusal,
    signed,
    who,
    withdraw,
)

pytestmark = pytest.mark.django_db
EARLIEST = date(2026, 3, 13)  # nine days after TODAY


@pytest.mark.clause("V-6.6")
def test_the_day_allowed_is_exactly_the_policys_days_ahead():
    order, follows = make_held(), make_staff()

    too_soon = refusal(hand_over, order, follows, date(2026, 3, 12))
    row = hand_over(order, follows, EARLIEST)

    assert too_soon == (
        "2026-03-12 is too soon: the client is told 9 calendar days before. "
        "The earliest day is 2026-03-13."
    )
    assert (row.starts_on, row.earliest_on, row.needs_notice) == (EARLIEST, EARLIEST, True)


@pytest.mark.clause("V-6.6")
def test_another_policy_keeps_another_notice():
    version = make_preset(slug=V.policy.slug)
    order = make_held(version=version, plan="silver")

    too_soon = refusal(hand_over, order, make_staff(), date(2026, 3, 8))
    row = hand_over(order, make_staff(), date(2026, 3, 9))

    assert too_soon == (
        "2026-03-08 is too soon: the client is told 5 calendar days before. "
        "The earliest day is 2026-03-09."
    )
    assert row.earliest_on == date(2026, 3, 9)


@pytest.mark.clause("V-6.6")
@pytest.mark.parametrize(
    ("at", "earliest"),
    [
        (datetime(2026, 3, 5, 21, 59, 59, tzinfo=UTC), date(2026, 3, 14)),
        (datetime(2026, 3, 5, 22, 0, tzinfo=UTC), date(2026, 3, 15)),  # midnight in Helsinki
    ],
)
def test_days_are_counted_in_the_orders_zone_at_midnight_too(at, earliest):
    order = make_held()

    assert hand_over(order, make_staff(), earliest, at=at).earliest_on == earliest
    assert who(order, TODAY) is not None


@pytest.mark.clause("V-6.6")
def test_every_active_user_of_the_order_gets_a_notice_and_nobody_else():
    order = make_held(users=2)
    make_client(order=order, is_active=False)
    make_client(order=make_tam_order())

    row = hand_over(order, make_staff(), EARLIEST)

    active = order.authorised_users.filter(is_active=True).order_by("pk")
    assert [(mail.recipient, mail.payload, mail.key) for mail in mails(NOTICE)] == [
        (
            user.email,
            {"assignment_id": row.pk, "user_id": user.pk, "starts_on": "2026-03-13"},
            f"tam:{row.pk}:replaced:2026-03-13:{user.pk}",
        )
        for user in active
    ]


@pytest.mark.clause("V-6.6")
@pytest.mark.parametrize("email", ["", '"a b"@example.com'])
def test_a_client_nobody_of_whom_could_be_told_keeps_the_tam(email):
    order = make_held(users=0)
    make_client(order=order, is_active=False)
    if email:
        make_client(order=order, email=email)

    assert refusal(hand_over, order, make_staff(), EARLIEST) == (
        f"{order} has no active user who could be told. Add an authorised user first."
    )
    assert TamAssignment.objects.count() == 1


@pytest.mark.clause("V-6.6")
def test_the_same_hand_over_twice_is_planned_already():
    order, follows = make_held(), make_staff(name="mary")
    hand_over(order, follows, EARLIEST)

    assert refusal(hand_over, order, follows, EARLIEST) == (
        "It is planned already that mary follows from 2026-03-13 on. Withdraw that first."
    )
    assert (TamAssignment.objects.count(), len(mails(NOTICE))) == (2, 1)


@pytest.mark.clause("V-6.6")
def test_a_notice_that_is_out_still_keeps_a_second_plan_away():
    order = make_held()
    hand_over(order, None, EARLIEST)
    deliver(at=MORNING)

    assert refusal(hand_over, order, make_staff(), date(2026, 4, 1)) == (
        "It is planned already that nobody follows from 2026-03-13 on. Withdraw that first."
    )


@pytest.mark.clause("V-6.6")
def test_who_hands_over_is_there_and_is_somebody_else():
    grace = make_staff(name="grace")
    order, without = make_held(tam=grace), make_tam_order()

    assert refusal(hand_over, order, grace, EARLIEST) == (
        f"grace is the TAM of {order} already. Choose somebody else."
    )
    assert refusal(hand_over, without, grace, EARLIEST) == (
        f"{without} has no TAM who could hand over. Assign one instead."
    )


@pytest.mark.clause("V-6.6")
def test_a_hand_over_says_why():
    assert refusal(hand_over, make_held(), make_staff(), EARLIEST, reason="  ") == (
        "Say why: the history keeps it."
    )


@pytest.mark.clause("V-6.6")
def test_the_tam_may_leave_without_a_successor_with_the_same_notice():
    order = make_held(tam=make_staff(name="grace"))
    grace = who(order, TODAY)

    given = refusal(hand_over, order, None, EARLIEST, phone="7")
    hand_over(order, None, EARLIEST)
    deliver(at=MORNING)

    assert given == "Nobody follows, so there is nobody to reach: leave that empty."
    assert [who(order, date(2026, 3, day)) for day in (12, 13)] == [grace, None]


@pytest.mark.clause("V-6.1", "V-6.6")
def test_after_a_time_without_a_tam_whoever_follows_is_announced_like_any_successor():
    order, mary = make_held(), make_staff()
    hand_over(order, None, EARLIEST)
    deliver(at=MORNING)
    at = datetime(2026, 3, 14, 12, tzinfo=UTC)

    too_soon = refusal(assign, order, mary, at=at, starts_on=date(2026, 3, 22))
    row = assign(order, mary, at=at, starts_on=date(2026, 3, 23))
    waits = who(order, date(2026, 3, 23))
    deliver(at=at)

    assert too_soon == (
        "2026-03-22 is too soon: the client is told 9 calendar days before. "
        "The earliest day is 2026-03-23."
    )
    assert [mail.payload["assignment_id"] for mail in mails(NOTICE)][1:] == [row.pk]
    assert waits is None
    assert [who(order, date(2026, 3, day)) for day in (13, 22, 23)] == [None, None, mary]


@pytest.mark.clause("V-6.6")
def test_after_a_first_tam_who_never_began_the_next_is_the_first_still():
    order, mary = make_tam_order(), make_staff()
    withdraw(assign(order, make_staff(), starts_on=date(2026, 3, 6)))

    assert assign(order, mary).needs_notice is False


@pytest.mark.clause("V-6.6")
def test_a_successor_after_a_time_without_any_is_refused_while_nobody_could_be_told():
    order = make_held()
    hand_over(order, None, EARLIEST)
    deliver(at=MORNING)
    order.authorised_users.update(is_active=False)

    at = datetime(2026, 3, 14, 12, tzinfo=UTC)

    assert refusal(assign, order, make_staff(), at=at, starts_on=date(2026, 3, 23)) == (
        f"{order} has no active user who could be told. Add an authorised user first."
    )


@pytest.mark.clause("V-6.6")
def test_what_has_not_begun_is_withdrawn_with_who_and_why():
    order, mary, by = make_held(), make_staff(), make_staff()
    row = hand_over(order, mary, EARLIEST)
    deliver(at=MORNING)

    withdraw(row, by=by, reason="She stays")

    row.refresh_from_db()
    assert (row.withdrawn_at, signed(row)) == (MORNING, (by, MORNING, "She stays"))
    assert who(order, EARLIEST) not in (mary, None)
    assert coming_handover(order, at=MORNING) is None


@pytest.mark.clause("V-6.6")
def test_what_was_withdrawn_has_begun_or_lacks_a_reason_is_not_withdrawn():
    order = make_held()
    row = hand_over(order, make_staff(), EARLIEST)
    deliver(at=MORNING)

    assert refusal(withdraw, row, reason="") == "Say why: the history keeps it."
    assert refusal(withdraw, row, at=datetime(2026, 3, 12, 22, tzinfo=UTC)) == (
        "It has begun, on 2026-03-13. Hand over instead."
    )
    withdraw(row, at=datetime(2026, 3, 12, 21, 59, 59, tzinfo=UTC))
    assert refusal(withdraw, row) == "It was withdrawn already, at 2026-03-12 21:59 UTC."


@pytest.mark.clause("V-6.6")
def test_a_plan_whose_day_came_before_its_notice_can_still_be_withdrawn():
    order = make_held()
    row = hand_over(order, make_staff(), EARLIEST)
    later = datetime(2026, 3, 20, 12, tzinfo=UTC)

    assert coming_handover(order, at=later) == row
    withdraw(row, at=later)

    assert coming_handover(order, at=later) is None


@pytest.mark.clause("V-6.6")
def test_the_database_refuses_a_start_before_the_notice_allows():
    row = hand_over(make_held(), make_staff(), EARLIEST)
    row.starts_on = date(2026, 3, 12)

    with pytest.raises(IntegrityError, match="no_sooner_than_its_notice"), transaction.atomic():
        row.save()
