"""Booking for a client: a refusal names the earliest date, and nothing typed is lost."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
import time_machine

from apps.contracts.models import Appointment
from apps.intake.models import RefusedRequest
from apps.outbox.models import Message
from tests.appointments_made import (
    ASKED,
    PREMIUM,
    WHOLESALE,
    make_requester,
    new_york,
    published_presets,
)
from tests.factories import make_service
from tests.intake.appointment_pages import ADD, book, booking, page, sign_in
from tests.intake.refused_forms import begins_at, links_of_summary, refused_inputs

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def presets(django_db_setup, django_db_blocker):
    with published_presets(django_db_blocker):
        yield


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(ASKED, tick=False):
        yield


@pytest.fixture
def duty(client):
    """Sign in somebody in New York who may do all that agents may."""
    return sign_in(client, "Support agents")


@pytest.mark.clause("S-2.1")
def test_a_client_is_found_and_an_install_booked_for_them(client, duty):
    ada = make_requester()

    who = client.get(f"{ADD}?q={ada.email}")
    answer = book(client, ada)

    row = Appointment.objects.get()
    assert who.context["people"] == [ada]
    assert answer.redirect_chain == [(page(row), 302)]
    assert (row.requester, row.starts_at, row.ends_at, row.fee) == (
        ada,
        new_york("2026-11-05T08:00"),
        new_york("2026-11-05T09:00"),
        None,
    )
    assert row.history.get().history_user == duty
    assert Message.objects.get().topic == "appointment.asked"


@pytest.mark.clause("S-2.1", "V-3.5")
def test_too_soon_is_refused_on_the_page_with_the_earliest_date_and_kept(client, duty):
    ada = make_requester()

    answer = book(client, ada, starts_at="2026-11-04T19:00")

    assert answer.status_code == 422
    assert "Too soon: the earliest possible date is Thursday 5 November 2026" in (
        answer.content.decode()
    )
    assert answer.context["form"].data["subject"] == "New phones"
    kept = RefusedRequest.objects.get()
    assert (kept.by, kept.wanted, kept.person) == (duty, "INSTALL", ada)
    assert (Appointment.objects.count(), Message.objects.count()) == (0, 0)


@pytest.mark.clause("S-2.1", "R-7")
def test_after_a_refusal_the_same_form_takes_it_as_priority_handling(client, duty):
    ada = make_requester()
    refused = book(client, ada, starts_at="2026-11-04T19:00")

    key = refused.context["act_key"]
    book(client, ada, act_key=key, starts_at="2026-11-04T19:00", is_priority="on")

    row = Appointment.objects.get()
    assert (row.is_priority, row.fee.key) == (True, "install")


@pytest.mark.clause("S-3")
def test_sent_twice_it_is_booked_once_and_refused_once(client, duty):
    ada = make_requester()
    good, bad = booking(), booking(starts_at="2026-11-04T19:00")

    for facts in (good, good, bad, bad):
        client.post(f"{ADD}?requester={ada.pk}", facts)

    assert (Appointment.objects.count(), RefusedRequest.objects.count()) == (1, 1)


@pytest.mark.clause("S-3")
@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"starts_at": ""}, "starts_at", "Say when it begins."),
        ({"starts_at": "soon"}, "starts_at", "Write the time as 2026-11-27T14:30."),
        ({"starts_at": "\0"}, "starts_at", "Write the time as 2026-11-27T14:30."),
        (
            {"starts_at": "9999-12-31T23:59"},
            "starts_at",
            "That is out of reach: choose a time that lies ahead.",
        ),
        (
            {"starts_at": "2027-03-14T02:30"},
            "starts_at",
            "2027-03-14 02:30:00 couldn’t be interpreted in time zone America/New_York;"
            " it may be ambiguous or it may not exist.",
        ),
        (
            {"starts_at": "2027-11-07T01:30"},
            "starts_at",
            "2027-11-07 01:30:00 couldn’t be interpreted in time zone America/New_York;"
            " it may be ambiguous or it may not exist.",
        ),
        (
            {"minutes": "1441"},
            "minutes",
            "Ensure this value is less than or equal to 1440.",
        ),
        ({"minutes": ""}, "minutes", "Say how long it takes, in minutes."),
        ({"subject": " "}, "subject", "Say in a few words what it is about."),
        ({"subject": "a\0b"}, "subject", "Null characters are not allowed."),
        ({"service": "99999999999999999999"}, "service", "That service is not on offer any more."),
        ({"kind": ""}, "kind", "Say what it is for."),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(client, duty, changes, field, problem):
    answer = book(client, make_requester(), **changes)

    assert (answer.status_code, answer.context["form"].errors[field]) == (422, [problem])
    assert (Appointment.objects.count(), RefusedRequest.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "starts_at", ["0001-01-01T00:00", "0001-01-01T00:00+14:00", "1850-01-01T00:00"]
)
def test_times_before_all_calendars_are_refused_without_a_fault(client, duty, starts_at):
    answer = book(client, make_requester(), starts_at=starts_at)

    assert answer.status_code == 422
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize("key", ["0", "x", "99999999999999999999", ""])
def test_a_key_of_nobody_asks_who_it_is_for(client, duty, key):
    answer = client.get(f"{ADD}?requester={key}")

    assert (answer.status_code, answer.context["is_asked"]) == (200, False)


def test_an_hour_over_the_change_of_clocks_is_an_hour(client, duty):
    book(client, make_requester(), kind="OFF_HOURS", starts_at="2027-03-14T01:30")

    row = Appointment.objects.get()
    assert (row.starts_at, row.ends_at) == (
        datetime(2027, 3, 14, 6, 30, tzinfo=UTC),
        datetime(2027, 3, 14, 7, 30, tzinfo=UTC),
    )


@pytest.mark.clause("S-2.1", "S-3")
@pytest.mark.parametrize(
    ("slug", "rules"),
    [
        (WHOLESALE, {"has_notice": True, "notice_days": 3, "has_off_hours": True}),
        (PREMIUM, {"has_notice": False, "notice_days": 0, "has_off_hours": False}),
    ],
)
def test_the_form_says_what_the_clients_policy_asks_for(client, duty, slug, rules):
    answer = client.get(f"{ADD}?requester={make_requester(slug=slug).pk}")

    assert answer.status_code == 200
    assert {name: answer.context[name] for name in rules} == rules
    assert ('name="is_priority"' in answer.content.decode()) == rules["has_notice"]


def test_a_form_without_its_key_is_sent_once_more(client, duty):
    answer = book(client, make_requester(), act_key="lost")

    assert answer.context["form"].errors["act_key"] == [
        "Something of the page got lost on its way: send it once more."
    ]
    assert UUID(answer.context["act_key"])


@pytest.mark.clause("S-3", "V-3.5")
@pytest.mark.parametrize("starts_at", ["2026-11-02T09:59", "1900-01-01T10:00"])
def test_a_time_that_has_passed_is_a_slip_and_no_refusal_of_the_clients(client, duty, starts_at):
    answer = book(client, make_requester(), starts_at=starts_at)

    assert (answer.status_code, dict(answer.context["form"].errors)) == (
        422,
        {"starts_at": ["That time has passed: choose one that lies ahead."]},
    )
    assert refused_inputs(answer) == {"booking_starts_at": True}
    assert links_of_summary(answer) == ["#booking_starts_at"]
    assert (Appointment.objects.count(), RefusedRequest.objects.count()) == (0, 0)


def test_a_refused_form_leads_to_each_field_and_begins_with_the_first(client, duty):
    answer = book(client, make_requester(), minutes="", subject="", kind="")

    assert refused_inputs(answer) == {
        "booking_kind": True,
        "booking_minutes": False,
        "booking_subject": False,
    }
    assert links_of_summary(answer) == ["#booking_kind", "#booking_minutes", "#booking_subject"]


def test_a_refusal_of_the_rules_is_where_the_browser_begins(client, duty):
    answer = book(client, make_requester(), starts_at="2026-11-04T19:00")

    assert (refused_inputs(answer), begins_at(answer)) == ({}, ["status"])


def test_what_an_address_carries_fills_the_form(client, duty):
    ada, trunks = make_requester(), make_service()
    carried = {"kind": "OFF_HOURS", "subject": "Calls <drop>", "service": trunks.pk}

    answer = client.get(ADD, {"requester": ada.pk, **carried, "details": "Since nine."})

    form = answer.context["form"]
    shown = {name: form[name].value() for name in ("kind", "subject", "details", "service")}
    assert shown == {**carried, "service": str(trunks.pk), "details": "Since nine."}
    assert "Calls &lt;drop&gt;" in answer.content.decode()


@pytest.mark.parametrize("value", ["\0", "x" * 5000, "9" * 40])
def test_what_makes_no_sense_in_an_address_does_no_harm(client, duty, value):
    given = dict.fromkeys(("kind", "subject", "details", "service"), value)

    answer = client.get(ADD, {"requester": make_requester().pk, **given})

    assert answer.status_code == 200
