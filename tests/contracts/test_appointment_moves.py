"""Giving an appointment another time: the rules are asked again, and the client is told why."""

from datetime import date, timedelta

import pytest

from apps.contracts import services
from apps.contracts.models import Appointment, Order
from apps.contracts.services import AppointmentRefused
from apps.outbox.models import Message
from tests.appointments_made import (
    ASKED,
    SATURDAY,
    end_terms,
    install,
    make_appointment,
    make_confirmed,
    new_york,
    published_presets,
)
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
NOTICE = (
    "A new install is booked 3 business days ahead or more. Asked for on Monday 2 November 2026,"
    " the earliest possible date is Thursday 5 November 2026."
)


@pytest.fixture(scope="module", autouse=True)
def presets(django_db_setup, django_db_blocker):
    with published_presets(django_db_blocker):
        yield


def told(topic: str) -> list[str]:
    return list(Message.objects.filter(topic=topic).values_list("recipient", flat=True))


def move(row: Appointment, starts: str, **facts) -> Appointment:
    starts_at = new_york(starts)
    return services.move_appointment(
        **{
            "appointment": row,
            "starts_at": starts_at,
            "ends_at": starts_at + HOUR,
            "reason": "Nobody is free on Saturday",
            "by": make_staff(),
            "at": ASKED + HOUR,
            **facts,
        }
    )


def not_moved(row: Appointment, starts: str, **facts) -> str:
    with pytest.raises(AppointmentRefused) as caught:
        move(row, starts, **facts)
    assert Appointment.objects.get(pk=row.pk).starts_at == row.starts_at
    return str(caught.value)


@pytest.mark.clause("S-3")
def test_a_request_is_moved_and_the_client_told_why():
    duty, row = make_staff(), make_appointment()

    moved = move(row, "2026-11-08T10:00", by=duty)

    moved.refresh_from_db()
    assert (moved.state, moved.starts_at, moved.staff) == (
        "ASKED",
        new_york("2026-11-08T10:00"),
        None,
    )
    change = moved.history.latest()
    assert (change.history_user, change.history_change_reason, change.history_date) == (
        duty,
        "Nobody is free on Saturday",
        ASKED + HOUR,
    )
    mail = Message.objects.get(topic="appointment.moved")
    assert (mail.recipient, mail.payload["was"]) == (
        row.requester.email,
        [SATURDAY.isoformat(), (SATURDAY + HOUR).isoformat()],
    )


@pytest.mark.clause("S-3")
def test_each_move_is_told():
    row = make_appointment()

    for starts in ("2026-11-08T10:00", "2026-11-08T11:00"):
        row = move(row, starts)

    assert len(told("appointment.moved")) == 2


@pytest.mark.clause("S-2.1", "R-7")
def test_notice_counts_from_when_the_client_asked_also_when_we_move_it():
    row = make_appointment(**install("2026-11-06T08:00"))
    later = new_york("2026-11-04T18:00")

    moved = move(row, "2026-11-05T08:00", at=later)

    assert (moved.fee, moved.is_priority) == (None, False)


@pytest.mark.clause("S-2.1", "R-7")
def test_moved_too_near_it_is_refused_or_priority_handling():
    row = make_appointment(**install("2026-11-05T08:00"))

    assert not_moved(row, "2026-11-04T08:00") == (
        f"{NOTICE} Choose that day or a later one; sooner is priority handling, billable."
    )
    moved = move(row, "2026-11-04T08:00", is_priority=True)
    assert (moved.fee.key, moved.is_priority) == ("install", True)
    assert not_moved(moved, "2026-11-04T09:00", is_priority=False) == (
        f"{NOTICE} Choose that day or a later one; sooner is priority handling, billable."
    )
    moved = move(moved, "2026-11-04T09:00")
    assert (moved.fee.key, moved.is_priority) == ("install", True)
    back = move(moved, "2026-11-05T08:00")
    assert (back.fee, back.is_priority) == (None, False)


@pytest.mark.clause("S-3")
def test_a_confirmed_one_stays_confirmed_and_may_change_hands():
    cora, dan = make_staff(), make_staff()
    row = make_confirmed(staff=cora)

    moved = move(row, "2026-11-08T10:00")
    handed = move(moved, "2026-11-08T10:00", staff=dan)

    assert (moved.state, moved.staff) == ("CONFIRMED", cora)
    assert (handed.state, handed.staff) == ("CONFIRMED", dan)


@pytest.mark.clause("S-3")
def test_a_confirmed_one_is_not_moved_onto_another_of_the_same_person():
    cora = make_staff()
    row = make_confirmed(staff=cora)
    other = make_confirmed(staff=cora, starts_at=new_york("2026-11-08T10:00"))

    why = not_moved(row, "2026-11-08T10:59:59")

    assert why == (
        f"{cora} has an appointment with {other.order.account} then, Sunday 8 November 2026,"
        " 10:00 to 11:00 EST. Choose somebody else, or another time."
    )
    assert move(row, "2026-11-08T11:00").starts_at == new_york("2026-11-08T11:00")


@pytest.mark.clause("S-3")
def test_what_is_not_moved_and_why():
    row = make_appointment()

    assert not_moved(row, "2026-11-08T10:00", reason=" ") == (
        "Say why it is moved: the client is told."
    )
    assert not_moved(row, "2026-11-07T10:00") == "That is its time already: choose another one."
    assert not_moved(row, "2026-11-05T10:00") == (
        "“Standard hours” is open all that time: open a ticket, no appointment is needed."
    )


@pytest.mark.clause("S-3")
def test_what_is_decided_against_or_has_begun_is_not_moved():
    cora = make_staff(name="cora")
    begun = make_confirmed(staff=cora)
    declined = services.decline_appointment(
        appointment=make_appointment(), reason="Nobody is free", by=cora, at=ASKED
    )

    assert not_moved(begun, "2026-11-08T10:00", at=SATURDAY) == (
        "It has begun, or is over: book a new one instead."
    )
    assert not_moved(declined, "2026-11-08T10:00") == (
        "It was declined by cora on Monday 2 November 2026, 10:00 EST. Book a new one instead."
    )


@pytest.mark.clause("S-3")
def test_of_two_who_move_it_the_second_is_told():
    cora = make_staff(name="cora")
    row = make_confirmed(staff=cora)
    seen = Appointment.objects.get(pk=row.pk)
    move(row, "2026-11-08T10:00")

    with pytest.raises(AppointmentRefused) as caught:
        move(seen, "2026-11-08T18:00")

    assert str(caught.value) == (
        "Somebody was faster: it is on Sunday 8 November 2026, 10:00 to 11:00 EST, with cora."
        " Look at it again."
    )


@pytest.mark.clause("V-3.1")
def test_it_is_not_moved_behind_the_orders_term():
    row = make_appointment()
    end_terms(row.order, date(2026, 11, 7))

    assert not_moved(row, "2026-11-08T10:00") == (
        f"The term of order {row.order.number} ended on 2026-11-07."
    )
    assert Order.objects.get(pk=row.order_id).state == "EXECUTED"


@pytest.mark.clause("S-2.1", "R-7")
def test_for_the_clients_wish_the_notice_counts_from_when_they_want_it_moved():
    row = make_appointment(**install("2026-11-20T08:00"))
    later = new_york("2026-11-09T10:00")

    why = not_moved(row, "2026-11-12T08:00", at=later, for_client=True)

    assert why == (
        "A new install is booked 3 business days ahead or more. Asked for on Monday 9 November"
        " 2026, the earliest possible date is Friday 13 November 2026. Choose that day or a later"
        " one; sooner is priority handling, billable."
    )
    sooner = move(row, "2026-11-12T08:00", at=later, for_client=True, is_priority=True)
    assert (sooner.fee.key, sooner.is_priority, sooner.asked_at) == ("install", True, ASKED)
    in_time = move(sooner, "2026-11-13T08:00", at=later, for_client=True)
    assert (in_time.fee, in_time.is_priority) == (None, False)


@pytest.mark.clause("S-2.1", "R-7")
def test_for_our_own_wish_it_counts_from_when_they_first_asked_and_costs_nothing():
    row = make_appointment(**install("2026-11-20T08:00"))

    moved = move(row, "2026-11-10T08:00", at=new_york("2026-11-09T10:00"), for_client=False)

    assert (moved.fee, moved.is_priority) == (None, False)


@pytest.mark.clause("V-3.1")
def test_the_whole_of_it_lies_in_the_orders_term():
    row = make_appointment()
    end_terms(row.order, date(2026, 11, 8))

    assert not_moved(row, "2026-11-08T23:00:01") == (
        f"The term of order {row.order.number} ended on 2026-11-08."
    )
    until_midnight = move(row, "2026-11-08T23:00")
    assert until_midnight.ends_at == new_york("2026-11-09T00:00")
