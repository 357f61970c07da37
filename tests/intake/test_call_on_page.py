"""A call that is logged on a ticket's page leaves the record that the calls' own form leaves."""

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.urls import reverse

from apps.intake.models import Call, InboundMail
from apps.tickets import services
from tests.factories import MORNING, make_client, make_staff, make_ticket
from tests.tickets_admin.pages import agent, page_of, said, send, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-8.1", "V-2-response")]
KEY = "6f1d1a1c-6f0f-4a3c-8f87-0c6b6f7d5a11"


@pytest.fixture
def ticket():
    return make_ticket()


def log(browser, ticket, **given):
    with time_machine.travel(MORNING, tick=False):
        return send(browser, ticket, "write", act="call", **{"text": "They rang.", **given})


def test_it_is_in_the_list_of_calls_and_on_its_ticket(ticket):
    browser, me = agent()

    log(browser, ticket)

    call = Call.objects.get()
    assert (call.outcome, call.ticket, call.is_new_ticket) == ("TICKET", ticket, False)
    assert (call.person, call.order, call.account) == (
        *(ticket.requester, ticket.order, ticket.account),
    )
    assert (call.taken_by, call.taken_at, call.recorded_at) == (me, MORNING, MORNING)
    assert (call.subject, call.text, call.minutes) == (ticket.subject, "They rang.", None)


def test_whoever_of_the_order_was_on_the_phone_is_named(ticket):
    browser, _ = agent()
    other = make_client(order=ticket.order)

    log(browser, ticket, caller=other.pk)

    assert Call.objects.get().person == other


def test_a_double_click_is_one_call_and_other_words_are_another(ticket):
    browser, _ = agent()

    for text in ("They rang.", "They rang.", "And again."):
        log(browser, ticket, text=text, act_key=KEY)

    assert [call.text for call in Call.objects.order_by("pk")] == ["They rang.", "And again."]
    assert [text for _, text in said(ticket)] == ["They rang.", "And again."]


@pytest.mark.parametrize("given", [{"text": " "}, {"caller": "0"}, {"caller": "x"}])
def test_what_is_refused_leaves_no_call(ticket, given):
    answer = log(agent()[0], ticket, **given)

    assert answer.status_code == 422
    assert (Call.objects.count(), said(ticket)) == (0, [])


def test_somebody_elses_user_was_not_on_the_phone(ticket):
    answer = log(agent()[0], ticket, caller=make_client().pk)

    assert "That is not one of this order's users." in text_of(answer)
    assert Call.objects.count() == 0


def test_the_page_offers_the_users_of_the_order_the_requester_first(ticket):
    make_client(order=ticket.order)

    page = agent()[0].get(page_of(ticket)).content.decode()

    assert page.count("Who called, or was called") == 1
    assert f'<option value="{ticket.requester_id}" selected>' in page


@pytest.mark.clause("V-8.1.4")
def test_calls_and_mails_of_a_duplicate_are_found_where_it_goes_on():
    into = make_ticket()
    gone = make_ticket(requester=into.requester)
    log(agent()[0], gone, text="The second one rang.")
    mail = InboundMail.objects.create(
        digest="d", raw=b"", received_at=MORNING, state="REGISTERED", ticket=gone, subject="Again"
    )
    services.merge(duplicate=gone, into=into, by=make_staff(), at=MORNING, act_key="m")
    browser, me = agent()
    me.user_permissions.add(
        *Permission.objects.filter(codename__in=["view_call", "view_inboundmail"])
    )

    context = browser.get(page_of(into)).context

    pages = [url for _, url in [*context["calls"], *context["mails"]]]
    assert pages == [
        reverse("admin:intake_call_change", args=[Call.objects.get().pk]),
        reverse("admin:intake_inboundmail_change", args=[mail.pk]),
    ]
