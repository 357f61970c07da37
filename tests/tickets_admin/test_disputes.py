"""A dispute on the ticket's page: taken down for a client, decided, and kept to read."""

import pytest
import time_machine

from apps.tickets.models import Dispute
from tests.factories import (
    make_client,
    make_order,
    make_preset,
    make_ticket,
    reason_of,
    severity_of,
)
from tests.tickets.reading import later
from tests.tickets_admin.pages import agent, done, markup_of, page_of, reader, send, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _half_an_hour_later():
    with time_machine.travel(later(minutes=30), tick=False):
        yield


@pytest.fixture
def ticket():
    return make_ticket(severity="3")


@pytest.fixture
def browser():
    return agent()[0]


def dispute(browser, ticket, *, wanted="2", claim="All lines are down.", **given):
    return send(
        browser,
        ticket,
        "dispute",
        **{
            "who": ticket.requester_id,
            "wanted": severity_of(ticket.version, wanted).pk,
            "claim": claim,
            "evidence": "Traces.",
            **given,
        },
    )


def decide(browser, ticket, decision, **given):
    fields = {"dispute": Dispute.objects.latest("pk").pk, "decision": decision, "reason": "Seen."}
    return send(browser, ticket, "decide", **{**fields, **given})


@pytest.mark.clause("V-7.1", "V-7.2")
def test_a_dispute_is_recorded_with_criteria_in_view_and_shown_until_it_is_decided(ticket, browser):
    before = text_of(browser.get(page_of(ticket)))

    answer = dispute(browser, ticket, claim="One\r\n<b>two</b>")

    after = browser.get(page_of(ticket))
    found = Dispute.objects.get()
    assert "Severity that the client wants Priority 1 Nothing works." in before
    assert (answer.status_code, found.claim, found.taken_by.is_staff) == (
        302,
        "One\n<b>two</b>",
        True,
    )
    assert "to be decided Priority 2 instead of Priority 3 Ada Client" in text_of(after)
    assert "&lt;b&gt;two&lt;/b&gt;" in after.content.decode()
    assert "Record the dispute" not in text_of(after)


@pytest.mark.clause("V-7.3")
def test_upheld_the_severity_changes_for_the_reason_that_is_chosen(ticket, browser):
    dispute(browser, ticket)
    cause = reason_of(ticket.version, "impact-changed")

    without = decide(browser, ticket, "uphold")
    answer = decide(browser, ticket, "uphold", change_reason=cause.pk)

    ticket.refresh_from_db()
    assert (without.status_code, answer.status_code, ticket.severity.key) == (422, 302, "2")
    assert "Choose for which reason of" in text_of(without)
    assert "Seen.</textarea>" in without.content.decode()
    assert "Upheld : Priority 2 instead of Priority 3. Seen." in text_of(
        browser.get(page_of(ticket))
    )


@pytest.mark.clause("V-7.3")
def test_the_premium_policy_has_a_reason_of_its_own_for_it(browser):
    order = make_order(version=make_preset(slug="voximplant-premium-2023"))
    ticket = make_ticket(requester=make_client(order=order), severity="III")
    dispute(browser, ticket, wanted="II")

    page = text_of(browser.get(page_of(ticket)))
    decide(browser, ticket, "uphold")

    change = ticket.events.get(kind="SEVERITY_CHANGED")
    assert "for the reason “The client disputed the severity and was right”" in page
    assert (change.facts["reason"], change.facts["to"]) == ("dispute-upheld", "II")


def test_a_double_click_is_one_dispute_and_one_decision(ticket, browser):
    key = {"act_key": "6f1d1a1c-6f0f-4a3c-8f87-0c6b6f7d5a11"}

    answers = [dispute(browser, ticket, **key) for _ in range(2)]
    answers += [decide(browser, ticket, "reject", **key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302] * 4
    assert done(ticket) == ["DISPUTED", "DISPUTE_DECIDED"]


def test_a_refused_dispute_keeps_what_was_typed(ticket, browser):
    answer = dispute(browser, ticket, wanted="3", claim="Typed.")

    assert answer.status_code == 422
    assert "has Priority 3 already" in text_of(answer)
    assert "Typed.</textarea>" in answer.content.decode()
    assert 'id="dispute" open' in markup_of(answer)


@pytest.mark.parametrize("garbage", ["", "x", "99999999999999999999", "-1", "\0"])
def test_keys_that_nobody_offered_are_refused_in_words(ticket, browser, garbage):
    dispute(browser, ticket)

    answers = [
        dispute(browser, ticket, who=garbage),
        send(browser, ticket, "dispute", who=garbage, wanted=garbage, claim=garbage),
        decide(browser, ticket, "reject", dispute=garbage),
        decide(browser, ticket, garbage),
    ]

    assert [answer.status_code for answer in answers] == [422] * 4
    assert done(ticket) == ["DISPUTED"]


def test_a_dispute_of_another_ticket_is_not_decided_here(ticket, browser):
    elsewhere = make_ticket()
    dispute(browser, elsewhere)

    answer = decide(browser, ticket, "reject")

    assert "That is not a dispute of this ticket." in text_of(answer)
    assert Dispute.objects.get().decision == "OPEN"


def test_a_user_of_another_order_cannot_be_chosen(ticket, browser):
    answer = dispute(browser, ticket, who=make_client().pk)

    assert "That is not one of this order's users." in text_of(answer)


def test_who_may_only_look_reads_disputes_and_decides_none(ticket, browser):
    dispute(browser, ticket)
    client = reader()

    page = text_of(client.get(page_of(ticket)))

    assert "All lines are down." in page
    assert "Decide" not in page
    assert [dispute(client, ticket).status_code, decide(client, ticket, "reject").status_code] == [
        403,
        403,
    ]
