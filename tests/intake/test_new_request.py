"""New request: who asks, what is asked, and the answer; taken once, refused in words."""

from uuid import UUID, uuid4

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import reverse

from apps.contracts.models import Service
from apps.intake.models import RefusedRequest
from apps.tickets.models import Ticket
from tests.entitled_made import make_standing
from tests.factories import (
    MORNING,
    make_client,
    make_order,
    make_preset,
    make_service,
    make_staff,
    reason_of,
    severity_of,
)
from tests.intake.test_request import NOT_SERVED, SATURDAY
from tests.tickets_admin.pages import page_of, text_of

pytestmark = pytest.mark.django_db
NEW = reverse("admin:intake_request_new")


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


def errors(answer):
    return {name: list(said) for name, said in answer.context["form"].errors.items()}


def people(answer):
    return [person.email for person in answer.context["people"]]


@pytest.mark.clause("S-1", "V-8.1")
def test_what_a_client_asks_by_phone_becomes_a_ticket(browser, kim):
    outage = reason_of(kim.order.version, "outage")

    answer = browser.post(url(kim), form(kim, priority="1", category=outage.pk))

    ticket = Ticket.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, page_of(ticket))
    assert (ticket.requester, ticket.channel, ticket.severity.key) == (kim, "PHONE", "1")
    assert (ticket.category, ticket.subject) == (outage, "Calls drop")
    assert ticket.events.get(kind="REGISTERED").by.username == "dana"


@pytest.mark.clause("S-3")
def test_a_refusal_is_shown_with_its_steps_and_keeps_what_was_typed(browser, kim):
    answer = browser.post(url(kim), form(kim))

    row = RefusedRequest.objects.get()
    assert (answer.status_code, answer.context["refused"], row.why) == (422, row, NOT_SERVED)
    assert [(check.holds, check.says) for check in answer.context["checks"]][-1] == (
        *(False, NOT_SERVED),
    )
    assert answer.context["form"]["subject"].value() == "Calls drop"
    assert answer.context["form"]["text"].value() == "Since nine."
    assert (row.by.username, Ticket.objects.count()) == ("dana", 0)


@pytest.mark.clause("S-3", "V-1.2")
def test_a_form_that_is_sent_twice_is_refused_once_and_a_later_one_anew(browser, kim):
    first = browser.post(url(kim), form(kim))
    browser.post(url(kim), form(kim))
    assert RefusedRequest.objects.count() == 1

    fresh = first.context["act_key"]
    assert fresh != form(kim)["act_key"]
    browser.post(url(kim), form(kim, act_key=fresh))

    assert RefusedRequest.objects.count() == 2


@pytest.mark.clause("V-8.1.4")
def test_a_form_that_is_sent_twice_is_one_ticket_and_other_words_are_another(browser, kim):
    given = form(kim, wanted="TICKET")
    pages = {browser.post(url(kim), given)["Location"] for _ in range(2)}
    assert pages == {page_of(Ticket.objects.get())}

    browser.post(url(kim), {**given, "subject": "Something else"})

    assert Ticket.objects.count() == 2


def test_the_same_form_for_another_person_is_another_request(browser, kim):
    lee = make_client(order=kim.order)
    for person in (kim, lee):
        browser.post(url(person), form(kim, wanted="TICKET"))

    assert set(Ticket.objects.values_list("requester", flat=True)) == {kim.pk, lee.pk}


@pytest.mark.clause("S-3", "S-12")
@pytest.mark.parametrize(
    ("wanted", "entitled", "clause"), [("HELP_NOW", False, "S-3"), ("TICKET", True, "S-1")]
)
def test_a_check_answers_and_records_nothing(browser, kim, wanted, entitled, clause):
    given = form(kim, wanted=wanted, subject="", text="", check="1")

    answer = browser.post(url(kim), given)

    found = answer.context["answer"]
    assert (answer.status_code, found.entitled, found.clause) == (200, entitled, clause)
    assert (Ticket.objects.count(), RefusedRequest.objects.count()) == (0, 0)
    assert answer.context["act_key"] == given["act_key"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"subject": " "}, {"subject": ["Say in a few words what it is about."]}),
        ({"text": " \r\n "}, {"text": ["Write down what was asked: it opens the conversation."]}),
        ({"text": "a\0"}, {"text": ["Null characters are not allowed."]}),
        ({"severity": "9" * 30}, {"severity": ["That is not a severity of this policy."]}),
        ({"severity": ""}, {"severity": ["Choose a severity."]}),
        ({"category": "x"}, {"category": ["That is not a category of this policy."]}),
        ({"service": "0"}, {"service": ["That service is not on offer any more."]}),
        (
            {"act_key": "x"},
            {"act_key": ["Something of the page got lost on its way: send it once more."]},
        ),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field_and_nothing_is_recorded(
    browser, kim, given, said
):
    answer = browser.post(url(kim), form(kim, **given))

    assert (answer.status_code, errors(answer)) == (422, said)
    assert (Ticket.objects.count(), RefusedRequest.objects.count()) == (0, 0)
    assert UUID(answer.context["act_key"])


def test_another_policys_severity_is_not_on_offer(browser, kim):
    other = make_order()

    answer = browser.post(url(kim), form(kim, severity=severity_of(other.version, "1").pk))

    assert errors(answer) == {"severity": ["That is not a severity of this policy."]}


@pytest.mark.clause("V-7.1")
def test_the_form_begins_with_the_policys_default_and_shows_its_criteria(browser, kim):
    answer = browser.get(url(kim))

    default = kim.order.version.severities.get(is_default=True)
    assert answer.context["form"]["severity"].value() == default.pk
    text = text_of(answer)
    criteria = [level.criteria for level in kim.order.version.severities.all()]
    assert (len(criteria), [each for each in criteria if each not in text]) == (4, [])


@pytest.mark.clause("S-2.1")
def test_a_disconnection_is_asked_for_only_where_it_matters_and_then_counts(browser, kim):
    premium = make_client(order=make_order(version=make_preset(slug="voximplant-premium-2023")))
    offered = [
        "is_disconnection" in browser.get(url(each)).context["form"].fields
        for each in (kim, premium)
    ]

    browser.post(url(kim), form(kim, priority="1", is_disconnection="on"))

    assert offered == [True, False]
    assert RefusedRequest.objects.get().clause == "S-2.1"


@pytest.mark.clause("V-2-order")
def test_a_service_outside_the_order_is_refused_by_its_name(browser, kim):
    kim.order.services.add(make_service(title="SIP trunks"))
    fax = make_service(title="Fax")

    browser.post(url(kim), form(kim, wanted="TICKET", service=fax.pk))

    row = RefusedRequest.objects.get()
    assert (row.why, row.service) == (f"Order {kim.order} does not cover “Fax”.", fax)


def test_a_service_that_is_out_of_use_is_not_offered(browser, kim):
    Service.objects.create(key="old", title="Old", is_active=False)
    new = make_service()

    assert list(browser.get(url(kim)).context["form"].fields["service"].queryset) == [new]


@pytest.mark.clause("S-12")
def test_the_page_says_how_the_account_stands_and_what_the_clients_hour_is(browser, kim):
    make_standing(account=kim.order.account)

    text = text_of(browser.get(url(kim)))

    assert f"{kim.order.account} Support suspended" in text
    assert "Saturday, 10:00 America/New_York, outside standard hours" in text


def test_inside_standard_hours_the_page_says_so(browser, kim, saturday):
    saturday.move_to(MORNING)

    assert "inside standard hours" in text_of(browser.get(url(kim)))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("kim@", ["kim@client.example.com"]),
        ("KIM CLIENT.example", ["kim@client.example.com"]),
        ("Ada", ["kim@client.example.com", "lee@client.example.com"]),
        ("nobody", []),
        ("%", []),
        ("", []),
        ("\0", []),
        ("zz " * 200, []),
    ],
)
def test_people_are_found_by_their_name_or_address(browser, kim, words, found):
    make_client(order=kim.order, email="lee@client.example.com")

    assert people(browser.get(NEW, {"q": words})) == found


def test_people_are_found_by_their_account_or_order(browser, kim):
    assert people(browser.get(NEW, {"q": kim.order.number})) == [kim.email]
    assert people(browser.get(NEW, {"q": kim.order.account.name})) == [kim.email]


def test_a_link_from_an_account_shows_its_people_who_may_ask_first(browser, kim):
    make_client()
    make_client(order=kim.order, email="gone@client.example.com", is_active=False)

    answer = browser.get(NEW, {"account": kim.order.account_id})

    assert people(answer) == [kim.email, "gone@client.example.com"]
    assert people(browser.get(NEW, {"account": "9" * 40})) == []


def test_a_long_list_is_cut_and_says_so(browser, kim):
    for serial in range(30):
        make_client(order=kim.order, email=f"{serial}@client.example.com")

    answer = browser.get(NEW, {"account": kim.order.account_id})

    assert (len(people(answer)), answer.context["has_more"]) == (30, True)


@pytest.mark.parametrize("key", ["0", "x", "9" * 40, "-1", "\0"])
def test_a_person_who_is_not_there_is_asked_for(browser, key):
    assert browser.get(NEW, {"requester": key}).templates[0].name == "admin/intake/request/who.html"
    assert browser.post(f"{NEW}?requester=0", {}).status_code == 200


@pytest.mark.parametrize(
    ("role", "status"),
    [("Support agents", 200), ("Duty managers", 200), ("TAMs", 200), ("Finance", 403)],
)
def test_who_may_not_work_on_tickets_enters_none(client, kim, role, status):
    person = make_staff()
    person.groups.add(Group.objects.get(name=role))
    client.force_login(person)

    assert client.get(url(kim)).status_code == status
    assert ("New request" in text_of(client.get(reverse("admin:index")))) == (status == 200)
    if status != 200:
        assert client.post(url(kim), form(kim)).status_code == status
        assert not RefusedRequest.objects.exists()


def test_what_is_typed_is_shown_as_text(browser, kim):
    answer = browser.post(
        url(kim), form(kim, subject='"><script>alert(1)</script>', act_key=uuid4())
    )

    assert b"<script>alert(1)" not in answer.content
