"""Escalations in the admin: the list, a page with its buttons, raising one, the ticket's panel."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from apps.escalation import services
from apps.escalation.models import Escalation
from apps.tickets.services import merge
from tests.escalation_made import escalate, premium_ticket, wholesale_ticket
from tests.factories import make_client, make_staff, make_ticket
from tests.intake.mails_in import statements
from tests.tickets.reading import facts, later, mails
from tests.time_made import make_premium, make_tam

pytestmark = pytest.mark.django_db
LIST = reverse("admin:escalation_escalation_changelist")


@pytest.fixture(autouse=True)
def two_hours_later():
    with time_machine.travel(later(hours=2), tick=False):
        yield


def sign_in(role="Duty managers", *, name="kim"):
    user = make_staff(name=name)
    user.groups.add(Group.objects.get(name=role))
    browser = Client()
    browser.force_login(user)
    return browser


def page(found):
    return reverse("admin:escalation_escalation_change", args=[found.pk])


def act(found, name):
    return reverse("admin:escalation_escalation_act", args=[found.pk, name])


def raising(ticket):
    return f"{reverse('admin:escalation_escalation_raise')}?ticket={ticket.pk}"


def text_of(response):
    return " ".join(response.text.split())


@pytest.mark.clause("V-9.1", "V-9.2")
def test_a_page_shows_why_and_who_is_asked():
    found = escalate(premium_ticket(), "response-late")

    shown = text_of(sign_in().get(page(found)))

    for words in (
        "The ticket shows that the ground is not true of it; it goes on all the same.",
        "it is not missed yet.",
        "rung1<wbr>@client<wbr>.example<wbr>.com",
        "Next to be asked: Director.",
        "Nobody calls us back.",
        "Not asked yet",
    ):
        assert words in shown


@pytest.mark.clause("V-9.2")
def test_the_buttons_take_answer_and_close_it():
    found, browser = escalate(premium_ticket(email="ada@client.example.com")), sign_in()

    steps = [
        browser.post(act(found, "take")),
        browser.post(act(found, "answer"), {"text": "We are\r\non it."}),
        browser.post(act(found, "close")),
    ]

    found.refresh_from_db()
    assert [(step.status_code, step["Location"]) for step in steps] == [(302, page(found))] * 3
    assert (found.state, found.taken_by, found.answer) == ("CLOSED", "kim", "We are\non it.")
    assert mails("escalation.answered") == ["ada@client.example.com"]
    assert "Answer the client" not in text_of(browser.get(page(found)))


def test_what_does_not_fit_is_said_and_what_was_typed_stays():
    found, browser = escalate(premium_ticket()), sign_in()
    services.answer(escalation=found, text="So.", by=make_staff(name="mia"), at=later(hours=1))

    refused = browser.post(act(found, "answer"), {"text": "Otherwise."})
    empty = browser.post(act(escalate(premium_ticket()), "answer"), {"text": " "})
    long = browser.post(act(escalate(premium_ticket()), "answer"), {"text": "x" * 20_001})

    assert [answer.status_code for answer in (refused, empty, long)] == [422] * 3
    assert "mia answered it meanwhile" in text_of(refused)
    assert "Write what the client is told." in text_of(empty)
    assert "20,000 characters at most" in text_of(long)


@pytest.mark.clause("S-7")
def test_it_is_sent_on_at_once_and_a_second_click_sends_it_no_further():
    make_staff(is_duty_manager=True)
    found, browser = escalate(premium_ticket()), sign_in()

    for seen in ("1", "1", "x"):
        browser.post(act(found, "climb"), {"seen": seen})
    found.refresh_from_db()
    first = found.rung
    last = browser.post(act(found, "climb"), {"seen": "2"}, follow=True)

    found.refresh_from_db()
    assert (first, found.alarmed_at) == (2, later(hours=2))
    assert "The duty managers are told." in text_of(last)
    assert facts(found.ticket, "ESCALATION_CLIMBED")[0]["why"] == "kim sent it on"


@pytest.mark.parametrize("role", ["Support agents", "TAMs", "Finance", ""])
def test_who_works_tickets_raises_them_and_only_duty_managers_act(role):
    found = escalate(premium_ticket())
    browser = sign_in(role) if role else Client()
    if not role:
        browser.force_login(make_staff())

    answers = {
        name: browser.post(act(found, name)).status_code for name in ("take", "climb", "close")
    }

    assert set(answers.values()) == {403}
    assert browser.get(page(found)).status_code == (200 if role else 403)
    may_raise = role in ("Support agents", "TAMs")
    assert browser.get(raising(found.ticket)).status_code == (200 if may_raise else 403)
    assert browser.post(page(found)).status_code == 403


def test_addresses_that_lead_nowhere():
    found, browser = escalate(premium_ticket()), sign_in()
    nowhere = reverse("admin:escalation_escalation_change", args=["x"])

    assert browser.get(act(found, "take"))["Location"] == page(found)
    assert browser.post(act(found, "fly")).status_code == 404
    assert browser.get(nowhere).status_code == 404
    assert browser.get(reverse("admin:escalation_escalation_raise")).status_code == 404


def form(ticket, **given):
    fields = {
        "act_key": str(uuid4()),
        "who": str(ticket.requester_id),
        "channel": "PHONE",
        "ground": "dissatisfaction",
        "words": "He\r\nwaits.",
    }
    return {**fields, **given}


@pytest.mark.clause("V-9.1")
def test_before_it_is_raised_each_ground_shows_what_the_ticket_says_of_it():
    ticket = premium_ticket()

    grounds = sign_in().get(raising(ticket)).context["grounds"]

    assert [(ground.key, ground.finding) for ground in grounds] == [
        ("response-late", "Not true of the ticket"),
        ("sla-violated", "Not true of the ticket"),
        ("severity-disagreement", "A matter of judgement"),
        ("dissatisfaction", "A matter of judgement"),
    ]
    assert grounds[0].says == "The response is due Wed 4 Mar 2026, 18:00 UTC: it is not missed yet."


@pytest.mark.clause("V-9.2")
def test_staff_raise_it_for_a_client_and_a_second_click_raises_no_other():
    ticket, browser = premium_ticket(), sign_in("Support agents")
    sent = form(ticket)

    first, second = (browser.post(raising(ticket), sent) for _ in range(2))

    found = Escalation.objects.get()
    assert first["Location"] == second["Location"] == page(found)
    assert (found.client, found.channel, found.words) == (ticket.requester, "PHONE", "He\nwaits.")
    assert (str(found.by), found.state, found.raised_at) == ("kim", "OPEN", later(hours=2))


@pytest.mark.clause("V-9.2")
def test_where_no_ground_is_named_it_is_refused_kept_and_told():
    ticket = premium_ticket(email="ada@client.example.com")

    said = sign_in().post(raising(ticket), form(ticket, ground="none"), follow=True)

    assert Escalation.objects.get().state == "REFUSED"
    assert "It goes to nobody: It does not name one ground." in text_of(said)
    assert mails("escalation.refused") == ["ada@client.example.com"]


@pytest.mark.clause("S-2.1")
def test_a_cut_at_a_third_party_can_be_ticked_where_the_policy_minds_it():
    ticket, other = wholesale_ticket(), premium_ticket()
    browser = sign_in()

    browser.post(raising(ticket), form(ticket, ground="not-resolved", is_disconnection="on"))

    assert Escalation.objects.get().clause == "S-2.1"
    offered = [
        "is_disconnection" in browser.get(raising(each)).context["form"].fields
        for each in (ticket, other)
    ]
    assert offered == [True, False]


def test_what_is_missing_in_the_form_is_said_and_nothing_is_raised():
    ticket, browser = premium_ticket(), sign_in()
    other = make_client()

    refused = browser.post(raising(ticket), form(ticket, ground="", who=str(other.pk), act_key="x"))

    assert (refused.status_code, Escalation.objects.count()) == (422, 0)
    for words in ("Choose the ground.", "may not escalate under this order", "send it once more"):
        assert words in text_of(refused)


@pytest.mark.clause("V-6.1")
def test_the_tam_asks_for_the_client_and_nobody_else_may_in_that_name():
    order = make_premium()
    ticket = make_ticket(requester=make_client(order=order), severity="III")
    browser, other = sign_in("TAMs", name="tam"), sign_in("TAMs", name="other")
    make_tam(order=order, who=browser.get(LIST).wsgi_request.user)

    refused = other.post(raising(ticket), form(ticket, who="tam"))
    browser.post(raising(ticket), form(ticket, who="tam"))

    found = Escalation.objects.get()
    assert refused.status_code == 422
    assert (found.client, found.channel, found.sender) == (None, "TAM", "tam@provider.example.com")
    assert "I do, as the TAM" in text_of(browser.get(raising(ticket)))


def test_the_page_says_what_the_policy_lacks():
    bare, empty = make_ticket(), premium_ticket()
    empty.order.escalation_rungs.all().delete()
    browser = sign_in()

    assert "has no path of escalation" in text_of(browser.get(raising(bare)))
    assert "the duty managers are told at once" in text_of(browser.get(raising(empty)))


def test_a_tickets_page_lists_its_escalations_and_leads_to_the_form():
    ticket = premium_ticket()
    found = escalate(ticket)
    url = reverse("admin:tickets_ticket_change", args=[ticket.pk])

    shown, looked = sign_in().get(url), sign_in("Finance", name="fin").get(url)

    assert (page(found) in shown.text, raising(ticket) in shown.text) == (True, True)
    assert "Head of support is asked" in text_of(shown)
    assert (page(found) in looked.text, raising(ticket) in looked.text) == (True, False)


def test_what_happened_is_told_in_words():
    make_staff(is_duty_manager=True)
    found, staff = escalate(premium_ticket("Head of support")), make_staff(name="mia")
    services.climb_due(at=later(hours=6))
    services.acknowledge(escalation=found, who="Head", by=None, at=later(hours=7))
    services.answer(escalation=found, text="So.", by=staff, at=later(hours=8))
    services.close(escalation=found, by=staff, at=later(hours=9))

    shown = sign_in().get(reverse("admin:tickets_ticket_change", args=[found.ticket_id]))

    told = [words for _, words in shown.context["timeline"] if "escalat" in words]
    assert told == [
        "Closed the escalation",
        "Answered the escalation",
        "Head has the escalation in hand",
        "Nobody on the path acknowledged the escalation: the duty managers are told",
        "Ada Client escalated on “The client is not content with the support”, to Head of support",
    ]


def test_the_list_takes_as_many_queries_for_many_as_for_few():
    browser = sign_in()
    escalate(premium_ticket())
    escalate(premium_ticket(), "")
    browser.get(LIST)
    with statements() as few:
        browser.get(LIST)
    for _ in range(4):
        escalate(premium_ticket())
    taken = escalate(wholesale_ticket(), "", ticket=None)
    with statements() as many:
        shown = browser.get(LIST)

    assert len(many) == len(few)
    assert shown.context["cl"].result_list[0] == taken
    assert "None named" in shown.text


def test_the_list_says_with_whom_each_is():
    make_staff(is_duty_manager=True)
    rows = [escalate(premium_ticket("Head")) for _ in range(3)]
    services.acknowledge(
        escalation=rows[0], who="Head <h@x.example.com>", by=None, at=later(hours=2)
    )
    services.climb_now(escalation=rows[1], seen=1, by=make_staff(), at=later(hours=2))

    shown = text_of(sign_in().get(LIST))

    assert "Head (1 of 1)" in shown
    assert "The duty managers" in shown
    assert "h@x.example.com" not in shown
    assert timedelta(hours=4) == rows[2].climb_after


def test_a_ticket_that_goes_on_as_another_one_is_not_escalated():
    ticket = premium_ticket()
    duplicate = make_ticket(requester=ticket.requester, severity="III", at=later(minutes=1))
    merge(duplicate=duplicate, into=ticket, by=make_staff(), at=later(minutes=2), act_key="m")

    refused = sign_in().post(raising(duplicate), form(duplicate))

    assert (refused.status_code, Escalation.objects.count()) == (422, 0)
    assert f"goes on as {ticket.number}" in text_of(refused)
