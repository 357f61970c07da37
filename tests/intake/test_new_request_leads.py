"""New request: what a refused page leads to, and what its form begins with."""

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from apps.contracts.models import User
from tests.factories import (
    make_client,
    make_order,
    make_preset,
    make_service,
    make_staff,
    severity_of,
)
from tests.intake.refused_forms import begins_at, links_of_summary, refused_inputs
from tests.intake.test_request import SATURDAY
from tests.tams_made import assign, make_tam_order
from tests.tickets_admin.pages import text_of

pytestmark = pytest.mark.django_db
NEW = reverse("admin:intake_request_new")
CARRIED = ("kind", "subject", "details", "service")


@pytest.fixture(autouse=True)
def saturday():
    with time_machine.travel(SATURDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def kim():
    version = make_preset(slug="skyswitch-support-2017")
    return make_client(order=make_order(version=version), email="kim@client.example.com")


@pytest.fixture
def browser(client):
    agent = make_staff(name="dana")
    agent.groups.add(Group.objects.get(name="Support agents"))
    client.force_login(agent)
    return client


def url(person) -> str:
    return f"{NEW}?requester={person.pk}"


def form(person, *, priority="3", **given):
    return {
        "act_key": "7b1b1a55-0a8c-4f0e-9a4c-6a8f6f0d3a11",
        "channel": "PHONE",
        "wanted": "HELP_NOW",
        "severity": severity_of(person.order.version, priority).pk,
        "category": "",
        "service": "",
        "subject": "Calls drop",
        "text": "Since nine.",
        **given,
    }


def test_a_refused_form_leads_to_each_field_and_begins_with_the_first(browser, kim):
    answer = browser.post(url(kim), form(kim, severity="", subject="", channel="FAX"))

    assert links_of_summary(answer) == ["#request_channel", "#request_severity", "#request_subject"]
    assert refused_inputs(answer) == {
        "request_channel": True,
        "request_severity": False,
        "request_subject": False,
    }


@pytest.mark.clause("S-3")
def test_a_refusal_of_the_hour_leads_to_an_appointment_filled_in(browser, kim):
    trunks = make_service()

    answer = browser.post(url(kim), form(kim, service=trunks.pk))

    book = browser.get(answer.context["booking_url"])
    shown = {name: str(book.context["form"][name].value()) for name in CARRIED}
    assert begins_at(answer) == ["status"]
    assert (book.context["person"], shown) == (
        kim,
        {
            "kind": "OFF_HOURS",
            "subject": "Calls drop",
            "details": "Since nine.",
            "service": str(trunks.pk),
        },
    )
    kept = browser.get(
        reverse("admin:intake_refusedrequest_change", args=[answer.context["refused"].pk])
    )
    assert kept.context["booking_url"] == answer.context["booking_url"]


@pytest.mark.clause("S-3")
def test_a_long_text_does_not_travel_in_an_address(browser, kim):
    fits, too_long = (
        browser.post(url(kim), form(kim, text="x" * length)).context["booking_url"]
        for length in (1000, 1001)
    )

    assert ("details=" in fits, "details=" in too_long) == (True, False)


@pytest.mark.parametrize(
    ("wanted", "is_active", "priority"),
    [("TICKET", True, "3"), ("HELP_NOW", False, "3"), ("HELP_NOW", True, "1")],
)
def test_no_appointment_is_offered_where_it_would_not_help(
    browser, kim, wanted, is_active, priority
):
    type(kim).objects.filter(pk=kim.pk).update(is_active=is_active)

    answer = browser.post(url(kim), form(kim, check="1", wanted=wanted, priority=priority))

    assert answer.context["booking_url"] == ""


def test_who_books_no_appointments_is_offered_none(client, kim):
    person = make_staff()
    person.user_permissions.add(Permission.objects.get(codename="change_ticket"))
    client.force_login(person)

    assert client.post(url(kim), form(kim)).context["booking_url"] == ""
    assert "Book an appointment" not in text_of(client.get(NEW, {"q": kim.email}))


def test_each_person_who_is_found_can_be_booked_for(browser, kim):
    answer = browser.get(NEW, {"q": kim.email})

    link = f"{reverse('admin:contracts_appointment_add')}?requester={kim.pk}"
    assert f'href="{link}"' in answer.content.decode()


@pytest.mark.clause("V-6.4")
@pytest.mark.parametrize(("tam", "channel"), [("dana", "TAM"), ("olga", "PHONE")])
def test_what_the_orders_own_tam_enters_came_by_the_tam(browser, tam, channel):
    order = make_tam_order()
    held_by = User.objects.filter(username=tam).first() or make_staff(name=tam)
    assign(order, held_by, at=SATURDAY, starts_on=SATURDAY.date())
    kim = make_client(order=order)

    pages = (NEW, reverse("admin:contracts_appointment_add"))
    shown = [browser.get(page, {"requester": kim.pk}).context["form"]["channel"] for page in pages]

    assert [field.value() for field in shown] == [channel] * 2


@pytest.mark.clause("V-3.5")
@pytest.mark.parametrize(
    ("facts", "tag"),
    [
        ({"may_open": False}, "Ada Client may not open tickets"),
        ({"is_active": False}, "Ada Client no user any more"),
        ({}, "Ada Client kim@client.example.com"),
    ],
)
def test_who_may_not_ask_is_marked_beside_the_name(browser, kim, facts, tag):
    type(kim).objects.filter(pk=kim.pk).update(**facts)

    pages = (NEW, reverse("admin:contracts_appointment_add"))
    texts = [text_of(browser.get(page, {"requester": kim.pk})) for page in pages]

    assert [tag in text for text in texts] == [True, True]
