"""Appointments through the one door: booked, or refused and kept with every step."""

from datetime import date, datetime, timedelta

import pytest

from apps.contracts.models import Appointment
from apps.contracts.services import AppointmentRefused
from apps.intake.models import RefusedRequest
from apps.intake.services import request_appointment
from apps.outbox.models import Message
from apps.outbox.rendering import render
from tests.appointments_made import ASKED, SATURDAY, new_york, published_presets, wish
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
EARLY = {"kind": "INSTALL", "starts_at": new_york("2026-11-04T19:00")}


@pytest.fixture(scope="module", autouse=True)
def presets(django_db_setup, django_db_blocker):
    with published_presets(django_db_blocker):
        yield


def ask(**facts):
    return request_appointment(**{"channel": "PHONE", **wish(**facts)})


@pytest.mark.clause("S-3")
def test_what_can_be_booked_is_an_appointment_and_no_refusal():
    booked = ask()

    assert (booked.appointment.state, booked.refused) == ("ASKED", None)
    assert RefusedRequest.objects.count() == 0


@pytest.mark.clause("S-2.1", "V-3.5")
def test_a_refusal_is_kept_with_every_step_and_the_time_that_was_asked_for():
    duty = make_staff()

    booked = ask(**EARLY, by=duty)

    kept = RefusedRequest.objects.get()
    assert (booked.appointment, booked.refused, booked.earliest_on) == (
        None,
        kept,
        date(2026, 11, 5),
    )
    assert (kept.wanted, kept.channel, kept.clause, kept.by) == ("INSTALL", "PHONE", "S-2.1", duty)
    assert (kept.person.email, kept.order, kept.account) == (
        kept.sender,
        kept.person.order,
        kept.person.order.account,
    )
    assert (kept.steps[-1]["clause"], kept.steps[-1]["holds"]) == ("S-2.1", False)
    assert kept.text == ("Asked for: Wednesday 4 November 2026, 19:00 to 20:00 EST\n\nTwo floors.")
    assert Appointment.objects.count() == 0


@pytest.mark.clause("V-1.2", "S-2.1")
def test_who_asks_alone_is_written_to_and_who_asks_through_us_is_told_by_us():
    by_us = ask(**EARLY, by=make_staff())
    alone = ask(**EARLY)

    message = Message.objects.get()
    assert (message.topic, message.recipient) == ("request.refused", alone.refused.sender)
    assert (
        "the earliest possible date is Thursday 5 November 2026"
        in render(topic=message.topic, payload=message.payload).text
    )
    assert by_us.refused != alone.refused


@pytest.mark.clause("S-3")
@pytest.mark.parametrize("facts", [{}, EARLY])
def test_the_same_request_is_taken_or_refused_once(facts):
    told = {"channel": "PHONE", **wish(**facts)}

    first, second = (request_appointment(**told) for _ in range(2))

    assert (first.appointment, first.refused) == (second.appointment, second.refused)
    assert (Appointment.objects.count() + RefusedRequest.objects.count()) == 1
    assert Message.objects.count() == 1


@pytest.mark.clause("S-3")
@pytest.mark.parametrize(
    ("starts", "text"),
    [
        ("0001-01-01T00:00:00+14:00", "Asked for: 0001-01-01T00:00:00+14:00"),
        ("9999-12-31T22:00:00-14:00", "Asked for: 9999-12-31T22:00:00-14:00"),
    ],
)
def test_a_time_that_no_clock_of_the_order_shows_is_refused_and_kept_as_it_was(starts, text):
    booked = ask(starts_at=datetime.fromisoformat(starts))

    assert booked.appointment is None
    assert booked.refused.text.startswith(text)


@pytest.mark.clause("S-3", "V-3.5")
@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"starts_at": ASKED - HOUR}, "That time has passed: choose one that lies ahead."),
        ({"ends_at": SATURDAY}, "It ends before it begins: choose an end after its start."),
        (
            {"ends_at": SATURDAY + 25 * HOUR},
            "It lasts longer than 24 hours: book it in several appointments.",
        ),
    ],
)
def test_a_slip_of_ours_is_said_to_us_and_a_clients_is_kept(facts, why):
    with pytest.raises(AppointmentRefused) as caught:
        ask(**facts, by=make_staff())

    assert (str(caught.value), caught.value.is_slip) == (why, True)
    assert RefusedRequest.objects.count() == 0
    assert ask(**facts).refused.why == why
