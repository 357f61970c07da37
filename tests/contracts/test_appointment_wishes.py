"""What a client does with an appointment: withdraws it, asks for another time, agrees to a fee."""

from datetime import timedelta

import pytest

from apps.contracts import services
from apps.contracts.models import Appointment
from apps.contracts.services import AppointmentRefused
from apps.outbox.models import Message
from apps.outbox.rendering import render
from tests.appointments_made import (
    ASKED,
    SATURDAY,
    install,
    make_appointment,
    make_confirmed,
    make_requester,
    new_york,
    published_presets,
)
from tests.factories import make_client, make_staff

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LATER = ASKED + HOUR


@pytest.fixture(scope="module", autouse=True)
def presets(django_db_setup, django_db_blocker):
    with published_presets(django_db_blocker):
        yield


def withdraw(row, **facts):
    told = {"client": row.requester, "reason": "Sold", "at": LATER, **facts}
    return services.withdraw_appointment(appointment=row, **told)


def postpone(row, starts, **facts):
    starts_at = new_york(starts)
    told = {"client": row.requester, "reason": "The lift is broken", "at": LATER, **facts}
    return services.postpone_appointment(
        appointment=row, starts_at=starts_at, ends_at=starts_at + HOUR, **told
    )


def refusal(act, *args, **facts):
    with pytest.raises(AppointmentRefused) as caught:
        act(*args, **facts)
    return str(caught.value)


def mailed():
    return [*Message.objects.order_by("pk").values_list("topic", "recipient")]


@pytest.mark.clause("S-3")
def test_a_client_withdraws_and_who_was_to_be_there_is_told():
    cora = make_staff()
    row = make_confirmed(staff=cora)
    Message.objects.all().delete()

    now = withdraw(row)

    change = now.history.latest()
    assert (now.state, now.decision, change.history_user) == ("CANCELLED", "Sold", None)
    assert mailed() == [
        ("appointment.cancelled", row.requester.email),
        ("appointment.released", cora.email),
    ]
    text = render(
        topic="appointment.released",
        payload=Message.objects.get(topic="appointment.released").payload,
    ).text
    assert f"Client:   {row.requester.name}, {row.order.account}" in text
    assert "the client does not need it any more" in text


@pytest.mark.clause("S-3", "S-2.1")
def test_another_time_is_decided_anew_and_its_notice_counts_from_now():
    cora = make_staff()
    row = make_confirmed(staff=cora, **install("2026-11-20T08:00"))
    later = new_york("2026-11-09T10:00")

    too_soon = refusal(postpone, row, "2026-11-12T08:00", at=later)
    unseen = refusal(postpone, row, "2026-11-12T08:00", at=later, is_priority=True)
    Message.objects.all().delete()
    now = postpone(row, "2026-11-12T08:00", at=later, is_priority=True, fee_is_agreed=True)

    now.refresh_from_db()
    assert "the earliest possible date is Friday 13 November 2026" in too_soon
    assert unseen == "Priority handling is ours to offer: ask for it in the details."
    assert (now.state, now.staff, now.decided_at, now.is_priority, now.fee.key) == (
        "ASKED",
        None,
        None,
        True,
        "install",
    )
    assert mailed() == [
        ("appointment.released", cora.email),
        ("appointment.moved", row.requester.email),
    ]
    assert now.order.marks.filter(kind="APPOINTMENT").count() == 2


@pytest.mark.clause("S-2.1", "R-7")
def test_a_client_asks_for_priority_once_they_agreed_to_its_fee():
    row = make_appointment(**install("2026-11-04T19:00", is_priority=True, fee_is_agreed=True))

    assert (row.state, row.is_priority, row.fee.key) == ("ASKED", True, "install")


@pytest.mark.clause("S-3")
def test_what_is_not_changed_and_why():
    row = make_appointment()
    begun = make_confirmed(staff=make_staff())
    over = withdraw(make_appointment())
    same = "2026-11-07T10:00"

    assert [
        refusal(withdraw, row, reason=" "),
        refusal(withdraw, begun, at=SATURDAY),
        refusal(postpone, row, "2026-11-08T10:00", reason=" "),
        refusal(postpone, row, same),
        refusal(postpone, begun, "2026-11-08T10:00", at=SATURDAY),
        refusal(postpone, over, "2026-11-08T10:00"),
    ] == [
        "Say why you do not need it: it is kept.",
        "It has begun, or is over: there is nothing to withdraw.",
        "Say why you want another time: it is kept.",
        "That is its time already: choose another one.",
        "It has begun, or is over: book a new one instead.",
        "It was cancelled on Monday 2 November 2026, 11:00 EST. Book a new one instead.",
    ]


@pytest.mark.clause("V-3.5")
@pytest.mark.parametrize("lacks", ["is_active", "may_open", "sees_all_tickets", "order"])
def test_only_who_speaks_for_the_order_changes_what_they_may_see(lacks):
    row = make_appointment()
    other = make_requester() if lacks == "order" else make_client(order=row.order)
    if lacks != "order":
        setattr(other, lacks, False)
        other.save()

    why = f"{other.email} may not change this appointment."
    assert refusal(withdraw, row, client=other) == why
    assert refusal(postpone, row, "2026-11-08T10:00", client=other) == why
    assert Appointment.objects.get(pk=row.pk).state == "ASKED"


@pytest.mark.clause("S-3")
def test_staff_without_an_address_are_told_nothing_and_it_is_withdrawn_all_the_same():
    cora = make_staff()
    row = make_confirmed(staff=cora)
    cora.email = ""
    cora.save()

    assert withdraw(Appointment.objects.get(pk=row.pk)).state == "CANCELLED"
    assert not Message.objects.filter(topic="appointment.released").exists()
