"""What the client reads about an appointment, in the order's zone."""

from datetime import timedelta

import pytest

from apps.contracts import services
from apps.outbox.models import Message
from apps.outbox.rendering import Withdrawn, render
from tests.appointments_made import (
    ASKED,
    make_appointment,
    make_confirmed,
    new_york,
    published_presets,
)
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
INSTALL = {"kind": "INSTALL", "starts_at": new_york("2026-11-09T08:00")}


@pytest.fixture(scope="module", autouse=True)
def presets(django_db_setup, django_db_blocker):
    with published_presets(django_db_blocker):
        yield


def mail(what: str):
    message = Message.objects.get(topic=f"appointment.{what}")
    return render(topic=message.topic, payload=message.payload)


@pytest.mark.clause("S-3", "V-3.7")
def test_asked_for_says_that_it_is_not_confirmed_yet():
    row = make_appointment(subject="Bücher & <b>")

    email = mail("asked")

    assert (email.subject, email.reply_to, email.language) == (
        "Appointment asked for: Bücher & <b>",
        ("wholesale-support@example.com",),
        "en",
    )
    assert email.text == (
        "We have your request for an appointment. It is not confirmed yet: you hear from us\n"
        "as soon as somebody has decided.\n"
        "\n"
        "Subject:  Bücher & <b>\n"
        "What:     Help outside standard hours\n"
        "When:     Saturday 7 November 2026, 10:00 to 11:00 EST\n"
        f"Order:    {row.order.number}\n"
    )


@pytest.mark.clause("S-2.1", "R-7")
def test_confirmed_says_who_when_and_what_it_costs():
    cora = make_staff(name="cora")
    asked = make_appointment(
        kind="INSTALL", starts_at=new_york("2026-11-03T10:00"), is_priority=True, by=cora
    )
    services.confirm_appointment(
        appointment=asked, staff=cora, by=cora, at=ASKED, note="Ring at gate 3."
    )

    assert mail("confirmed").text == (
        "Your appointment is confirmed.\n"
        "\n"
        "Subject:  Moving the exchange\n"
        "What:     New install\n"
        "When:     Tuesday 3 November 2026, 10:00 to 11:00 EST\n"
        "With:     cora\n"
        f"Order:    {asked.order.number}\n"
        "Fee:      New install after hours or with priority\n"
        "          125.00 USD an hour, at least 60 min, then by 1 min\n"
        "\n"
        "Ring at gate 3.\n"
        "\n"
        "If that time does not suit you after all, answer this mail.\n"
    )


@pytest.mark.clause("S-3")
def test_declined_and_cancelled_say_why():
    cora = make_staff()
    services.decline_appointment(
        appointment=make_appointment(), reason="Nobody is free", by=cora, at=ASKED
    )
    services.cancel_appointment(
        appointment=make_confirmed(staff=cora), reason="The van broke down", by=cora, at=ASKED
    )

    said = [
        [line for line in mail(what).text.splitlines() if "Reason:" in line]
        for what in ("declined", "cancelled")
    ]

    assert said == [["Reason:   Nobody is free"], ["Reason:   The van broke down"]]


@pytest.mark.clause("S-3")
def test_moved_says_the_time_before_and_over_the_clocks_change_the_zone_of_each():
    row = make_appointment(starts_at=new_york("2026-11-07T23:30"))
    starts_at = new_york("2027-03-14T01:30")
    services.move_appointment(
        appointment=row,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        reason="Nobody is free",
        by=make_staff(),
        at=ASKED,
    )

    lines = mail("moved").text.splitlines()

    assert lines[0] == ("Your request for an appointment has changed. It is not confirmed yet.")
    assert [line for line in lines if line.startswith(("When", "Before", "Reason"))] == [
        "When:     Sunday 14 March 2027, 01:30 EST to Sunday 14 March 2027, 03:30 EDT",
        "Before:   Saturday 7 November 2026, 23:30 EST to Sunday 8 November 2026, 00:30 EST",
        "Reason:   Nobody is free",
    ]


@pytest.mark.clause("S-2.1", "R-7")
@pytest.mark.parametrize(
    ("facts", "for_client", "says"),
    [
        ({}, False, "Us"),
        ({}, True, "You asked for another time"),
        (INSTALL, False, "Us; its notice counts from when you first asked"),
        (
            INSTALL,
            True,
            "You asked for another time; its notice counts from when you asked for that",
        ),
    ],
)
def test_moved_says_who_wanted_it_and_from_when_the_notice_of_an_install_counts(
    facts, for_client, says
):
    row = make_appointment(**facts)
    services.move_appointment(
        appointment=row,
        starts_at=row.starts_at + timedelta(hours=24),
        ends_at=row.ends_at + timedelta(hours=24),
        reason="Nobody is free",
        by=make_staff(),
        at=ASKED,
        for_client=for_client,
    )

    lines = [line for line in mail("moved").text.splitlines() if line.startswith("Moved by")]

    assert lines == [f"Moved by: {says}"]


@pytest.mark.clause("S-3")
@pytest.mark.parametrize("what", ["asked", "confirmed"])
def test_what_is_no_longer_true_is_not_sent(what):
    services.cancel_appointment(
        appointment=make_confirmed(staff=make_staff()), reason="Postponed", by=None, at=ASKED
    )

    with pytest.raises(Withdrawn, match="The appointment is cancelled by now"):
        mail(what)
