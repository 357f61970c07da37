"""The page on which a ticket is split."""

from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from apps.tickets import services
from apps.tickets.models import Ticket
from tests.factories import make_ticket, severity_of
from tests.tickets.reading import later
from tests.tickets_admin.pages import agent, page_of, reader, send, text_of
from tests.time_made import make_time

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _two_hours_later():
    with time_machine.travel(later(hours=2), tick=False):
        yield


@pytest.fixture
def ticket():
    ticket = make_ticket()
    services.client_replied(
        ticket=ticket,
        client=ticket.requester,
        text="And the <i>fax</i>?",
        at=later(minutes=5),
        source_key="r",
    )
    return ticket


@pytest.fixture
def browser():
    return agent()[0]


def split_of(ticket):
    return reverse("admin:tickets_ticket_split", args=[ticket.pk])


def post(browser, ticket, **given):
    fields = {
        "act_key": str(uuid4()),
        "messages": [ticket.messages.last().pk],
        "subject": "The fax",
        "severity": severity_of(ticket.version, "4").pk,
    }
    return browser.post(split_of(ticket), {**fields, **given})


def test_the_chosen_messages_become_a_ticket_whose_page_comes_next(ticket, browser):
    entry = make_time(order=ticket.order, ticket=ticket, kind="SUPPORT", minutes=5)
    page = browser.get(split_of(ticket))

    answer = post(browser, ticket, entries=[entry.pk])

    new = Ticket.objects.latest("pk")
    text = text_of(page)
    assert "And the &lt;i&gt;fax&lt;/i&gt;?" in page.content.decode()
    assert ("5 min Support: Weekly call" in text, "Priority 1 Nothing works." in text) == (
        True,
        True,
    )
    assert (answer.status_code, answer["Location"]) == (302, page_of(new))
    assert (new.subject, new.severity.key, new.messages.count()) == ("The fax", "4", 1)
    assert [*new.time_entries.all()] == [entry]
    assert f"Split from {ticket.number}" in text_of(browser.get(page_of(new)))
    assert f"1 message split off to {new.number}" in text_of(browser.get(page_of(ticket)))


def test_a_double_click_makes_one_ticket(ticket, browser):
    given = {"act_key": str(uuid4()), "messages": [ticket.messages.last().pk]}

    answers = [post(browser, ticket, **given) for _ in range(2)]

    new = Ticket.objects.latest("pk")
    assert [answer["Location"] for answer in answers] == [page_of(new)] * 2
    assert Ticket.objects.count() == 2


def test_what_is_missing_is_said_and_what_was_chosen_is_still_chosen(ticket, browser):
    answer = post(browser, ticket, subject="")

    body = answer.content.decode()
    pk = ticket.messages.last().pk
    assert answer.status_code == 422
    assert "Give the new ticket a subject." in text_of(answer)
    assert f'value="{pk}" checked' in body


def test_all_of_it_cannot_go(ticket, browser):
    answer = post(browser, ticket, messages=[*ticket.messages.values_list("pk", flat=True)])

    assert answer.status_code == 422
    assert "Leave at least one message" in text_of(answer)


@pytest.mark.parametrize("garbage", ["", "x", "99999999999999999999", "-1", "\0"])
@pytest.mark.parametrize("name", ["messages", "entries", "severity"])
def test_keys_that_nobody_offered_are_refused_in_words(ticket, browser, name, garbage):
    if (name, garbage) == ("entries", ""):
        garbage = "0"
    answer = post(browser, ticket, **{name: [garbage]})

    assert (answer.status_code, Ticket.objects.count()) == (422, 1)


def test_messages_of_another_ticket_cannot_be_taken(ticket, browser):
    other = make_ticket()

    answer = post(browser, ticket, messages=[other.messages.get().pk])

    assert "Not all of these messages are on" in text_of(answer)
    assert (answer.status_code, Ticket.objects.count()) == (422, 2)


def test_who_may_only_look_cannot_split(ticket):
    client = reader()

    assert [client.get(split_of(ticket)).status_code, post(client, ticket).status_code] == [
        403,
        403,
    ]


def test_a_ticket_that_was_merged_away_leads_back_to_its_page(ticket, browser):
    other = make_ticket(requester=ticket.requester, at=later(minutes=9))
    send(browser, other, "merge", other=ticket.number)

    answer = browser.get(split_of(other))

    assert (answer.status_code, answer["Location"]) == (302, page_of(other))


def test_a_ticket_that_does_not_exist_is_not_found(browser):
    assert browser.get(reverse("admin:tickets_ticket_split", args=[2**62])).status_code == 404
