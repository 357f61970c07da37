"""Logging a call on the form of a new request; the list of calls, and each one's page."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.contracts.models import EscalationRung, User
from apps.intake.models import Call, RefusedRequest
from apps.tickets.models import Ticket, TimeEntry
from tests.calls_made import make_caller, register, settle
from tests.factories import MORNING, make_client, make_order, make_staff, make_ticket
from tests.tickets_admin.pages import page_of, text_of
from tests.time_made import make_premium

pytestmark = pytest.mark.django_db
NEW = reverse("admin:intake_request_new")
CALLS = reverse("admin:intake_call_changelist")


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


@pytest.fixture
def kim():
    return make_caller(email="kim@client.example.com")


@pytest.fixture
def browser(client):
    agent = make_staff(name="dana")
    agent.groups.add(Group.objects.get(name="Support agents"))
    client.force_login(agent)
    return client


def send(browser, person, **given):
    form = {
        "act_key": "7b1b1a55-0a8c-4f0e-9a4c-6a8f6f0d3a11",
        "channel": "PHONE",
        "wanted": "TICKET",
        "severity": person.order.version.severities.get(rank=3).pk,
        "subject": "Calls drop",
        "text": "Since nine.",
        **given,
    }
    return browser.post(f"{NEW}?requester={person.pk}", form)


def errors(answer):
    assert (answer.status_code, Call.objects.count(), Ticket.objects.count()) == (422, 0, 0)
    return {name: list(said) for name, said in answer.context["form"].errors.items()}


def people(answer):
    return [person.email for person in answer.context["people"]]


def call_page(call):
    return reverse("admin:intake_call_change", args=[call.pk])


@pytest.mark.clause("V-8.1", "S-1")
@pytest.mark.parametrize(
    ("becomes", "outcome", "said"),
    [
        ("SETTLED", ("SETTLED", ""), "The call is written down as settled. There is no ticket."),
        ("TO_TICKET", ("REDIRECTED", "TICKET"), "Ada Client was sent to the ticket system."),
        ("TO_EMAIL", ("REDIRECTED", "EMAIL"), "Ada Client was sent to e-mail."),
    ],
)
def test_a_call_that_becomes_no_ticket_leads_to_its_page(browser, kim, becomes, outcome, said):
    answer = send(browser, kim, becomes=becomes, minutes="4", number="555 0139", logs_time="on")

    call = Call.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, call_page(call))
    assert (call.outcome, call.redirected_to) == outcome
    assert (call.minutes, call.number) == (4, "555 0139")
    assert said in text_of(browser.get(answer["Location"]))
    assert (Ticket.objects.count(), TimeEntry.objects.get().who.username) == (0, "dana")


@pytest.mark.clause("V-8.1", "V-2-response")
def test_a_call_that_becomes_a_ticket_leads_to_it_and_met_its_response(browser, kim):
    answer = send(browser, kim, minutes="4")

    ticket = Ticket.objects.get()
    page = text_of(browser.get(page_of(ticket)))
    assert (answer["Location"], Call.objects.get().ticket) == (page_of(ticket), ticket)
    assert ticket.deadlines.get(kind="RESPONSE").state == "MET"
    assert "Call with the client: a response" in page
    assert "Calls Ada Client: Calls drop" in page


@pytest.mark.clause("V-8.1.4")
def test_a_call_is_put_on_a_ticket_by_its_number_and_the_open_ones_are_offered(browser, kim):
    ticket = make_ticket(requester=kim)

    offered = browser.get(f"{NEW}?requester={kim.pk}").context["form"].open_tickets
    answer = send(browser, kim, becomes="ADDED", on_ticket=ticket.number.lower())

    assert offered == [ticket]
    assert (answer["Location"], Call.objects.get().ticket) == (page_of(ticket), ticket)


def test_a_double_click_is_one_call(browser, kim):
    pages = {send(browser, kim, becomes="SETTLED")["Location"] for _ in range(2)}

    assert pages == {call_page(Call.objects.get())}


@pytest.mark.clause("V-1.2")
def test_a_refused_call_shows_why_and_is_written_down(browser, kim):
    type(kim).objects.update(may_open=False)

    answer = send(browser, kim, becomes="SETTLED")

    row = RefusedRequest.objects.get()
    assert (answer.status_code, answer.context["refused"]) == (422, row)
    assert Call.objects.get().refused == row


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"becomes": "NOTHING"}, {"becomes": ["The policy lets no call end like this."]}),
        (
            {"becomes": "SETTLED", "channel": "CHAT"},
            {"becomes": ["Only what came by phone ends like this."]},
        ),
        ({"becomes": "ADDED"}, {"on_ticket": ["Say which ticket it belongs to."]}),
        (
            {"becomes": "ADDED", "on_ticket": "FL-999999"},
            {"on_ticket": ["There is no such ticket: write its number."]},
        ),
        ({"minutes": "x"}, {"minutes": ["Write whole minutes, such as 5."]}),
        ({"minutes": "0"}, {"minutes": ["Write at least a minute."]}),
        ({"minutes": "481"}, {"minutes": ["A call takes at most 480 minutes."]}),
        ({"began_at": "soon"}, {"began_at": ["Write the time as 2026-11-27T14:30."]}),
        (
            {"began_at": "2026-03-05T10:00"},
            {"__all__": ["This call lies ahead. Say when it began, or leave that empty."]},
        ),
        (
            {"began_at": "2020-03-05T10:00"},
            {"__all__": ["A call is written down within 31 days."]},
        ),
        (
            {"number": "5" * 41},
            {"number": ["Ensure this value has at most 40 characters (it has 41)."]},
        ),
        ({"subject": "a\0"}, {"subject": ["Null characters are not allowed."]}),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(browser, kim, given, said):
    assert errors(send(browser, kim, **given)) == said


def test_a_time_before_all_times_is_refused_in_words(browser, kim):
    User.objects.update(time_zone="Asia/Tokyo")

    answer = send(browser, kim, began_at="0001-01-01T00:00")

    assert errors(answer) == {"began_at": ["That is out of reach: leave it empty."]}


@pytest.mark.clause("S-1")
def test_who_may_be_sent_nowhere_is_not_offered_to_be(browser, kim):
    premium = make_client(order=make_premium())

    answer = send(browser, premium, becomes="TO_EMAIL")

    assert errors(answer) == {"becomes": ["The policy lets no call end like this."]}
    assert "Sent to e-mail" not in text_of(answer)
    assert "Sent to e-mail" in text_of(browser.get(f"{NEW}?requester={kim.pk}"))


@pytest.mark.clause("V-8.1")
@pytest.mark.parametrize("words", ["555 0139", "+1 607 555 0139", "6075550139"])
def test_a_caller_is_found_by_the_number_they_called_from_before(browser, kim, words):
    settle(kim)
    make_client()

    answer = browser.get(NEW, {"q": words})
    form = browser.get(f"{NEW}?requester={kim.pk}{answer.context['carried']}").context["form"]

    assert people(answer) == [kim.email]
    assert (form["number"].value(), form["channel"].value()) == (words, "PHONE")


@pytest.mark.clause("S-7", "V-8.1")
def test_a_number_of_the_escalation_matrix_leads_to_the_orders_people(browser, kim):
    EscalationRung.objects.create(
        order=kim.order,
        position=1,
        title="Head",
        email="h@client.example.com",
        phone="+1 (212) 555-0110",
    )

    assert people(browser.get(NEW, {"q": "212 555 0110"})) == [kim.email]
    assert people(browser.get(NEW, {"q": "212 555 0111"})) == []


@pytest.mark.clause("V-8.1.4")
def test_a_ticket_number_leads_to_the_orders_people_and_on_to_the_ticket(browser, kim):
    ticket = make_ticket(requester=kim)
    make_client()

    answer = browser.get(NEW, {"q": ticket.number})
    form = browser.get(f"{NEW}?requester={kim.pk}{answer.context['carried']}").context["form"]

    assert people(answer) == [kim.email]
    assert (form["on_ticket"].value(), form["becomes"].value()) == (ticket.number, "ADDED")


@pytest.mark.clause("V-3.5")
def test_a_strangers_call_is_written_down_with_the_refusal(browser):
    form = {
        "act_key": str(uuid4()),
        "channel": "PHONE",
        "sender": "Eve of the night shift",
        "number": "555 0199",
        "subject": "Reset",
        "text": "My password.",
    }

    browser.post(reverse("admin:intake_request_stranger"), form)
    browser.post(reverse("admin:intake_request_stranger"), {**form, "channel": "CHAT"})

    assert RefusedRequest.objects.count() == 2
    assert (Call.objects.get().caller, Call.objects.get().number) == (form["sender"], "555 0199")


def listed(browser, **query):
    return [call.subject for call in browser.get(CALLS, query).context["cl"].result_list]


@pytest.mark.clause("V-8.1")
def test_the_list_is_narrowed_by_outcome_and_account_and_searched(browser, kim):
    settle(kim, subject="First", number="+1 607 555 0139")
    other = make_caller()
    ticket = register(other, subject="Second", number="", key="staff:2").ticket

    assert listed(browser) == ["Second", "First"]
    assert listed(browser, outcome__exact="SETTLED") == ["First"]
    assert listed(browser, account=other.order.account_id) == ["Second"]
    assert listed(browser, account="x") == []
    assert listed(browser, q="555-0139") == ["First"]
    assert listed(browser, q=other.order.account.name) == ["Second"]
    assert ticket.number in text_of(browser.get(CALLS))


def test_the_list_takes_as_many_queries_for_thirty_calls_as_for_one(browser, kim):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(CALLS).status_code == 200
        return len(queries)

    settle(kim)
    cost()
    one = cost()
    for serial in range(29):
        settle(make_client(order=kim.order), key=f"staff:n{serial}")

    assert (cost(), one <= 10) == (one, True)


def test_the_page_of_a_call_shows_what_was_said_as_text(browser, kim):
    call = settle(kim, text="<script>alert(1)</script>", minutes=3)

    answer = browser.get(call_page(call))

    assert b"<script>alert(1)" not in answer.content
    assert "Settled on the phone There is no ticket, and no clock runs." in text_of(answer)
    assert "<script>alert(1)</script>" in text_of(answer)


def test_a_strangers_call_has_a_page_too(browser):
    make_order()
    url = reverse("admin:intake_request_stranger")
    browser.post(
        url,
        {
            "act_key": str(uuid4()),
            "channel": "PHONE",
            "sender": "Eve",
            "subject": "Reset",
            "text": "My password.",
        },
    )

    page = text_of(browser.get(call_page(Call.objects.get())))

    assert "Refused Eve is not an authorised user of any order. The whole answer" in page
    assert browser.get(CALLS).status_code == 200


@pytest.mark.parametrize(
    ("role", "status"), [("Support agents", 200), ("TAMs", 200), ("Finance", 200), ("", 403)]
)
def test_who_may_see_refused_requests_may_see_calls(client, kim, role, status):
    call, person = settle(kim), make_staff()
    if role:
        person.groups.add(Group.objects.get(name=role))
    client.force_login(person)

    assert [client.get(url).status_code for url in (CALLS, call_page(call))] == [status] * 2


def test_the_account_page_shows_the_latest_calls(browser, kim):
    for serial in range(6):
        settle(
            kim,
            key=f"staff:{serial}",
            subject=f"Call {serial}",
            at=MORNING + timedelta(minutes=serial),
        )

    page = browser.get(reverse("admin:contracts_account_change", args=[kim.order.account_id]))

    assert "Call 5" in text_of(page)
    assert "Call 1" in text_of(page)
    assert "Call 0" not in text_of(page)
    assert f"{CALLS}?account={kim.order.account_id}" in page.content.decode()
