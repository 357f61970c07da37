"""Raising an escalation: to the person in charge, or refused with what it lacks."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.escalation import services
from apps.escalation.models import Escalation, EscalationNotice
from apps.outbox.models import Message as Mail
from apps.tickets import services as tickets
from tests.account_made import make_rung
from tests.escalation_made import escalate, premium_ticket, wholesale_ticket
from tests.factories import (
    PRESETS,
    make_client,
    make_order,
    make_policy,
    make_staff,
    make_ticket,
    reason_of,
)
from tests.tickets.life import PREMIUM
from tests.tickets.reading import facts, later, log, mails, verdicts
from tests.time_made import make_premium, make_tam

pytestmark = pytest.mark.django_db


def told(escalation):
    rows = escalation.notices.values_list("rung", "title", "email", "told_at")
    return [*rows]


@pytest.mark.clause("V-9.2")
def test_it_goes_to_the_first_rung_of_the_orders_matrix_and_the_client_is_told():
    ticket = premium_ticket(email="ada@client.example.com")

    found = escalate(ticket)

    assert (found.state, found.rung, found.next_at) == ("OPEN", 1, later(hours=5))
    assert told(found) == [(1, "Head of support", "rung1@client.example.com", later(hours=1))]
    assert mails("escalation.reached") == ["rung1@client.example.com"]
    assert mails("escalation.raised") == ["ada@client.example.com"]
    assert [rung["title"] for rung in found.path] == ["Head of support", "Director"]
    assert found.climb_after == timedelta(hours=4)
    assert log(ticket)[-1] == ("ESCALATED", later(hours=1))
    assert facts(ticket, "ESCALATED") == [
        {
            "escalation": found.pk,
            "who": "Ada Client",
            "ground": "The client is not content with the support",
            "finding": "JUDGED",
            "to": "Head of support",
        }
    ]


@pytest.mark.clause("S-7")
def test_without_a_matrix_the_policys_path_is_asked_and_no_ground_is_needed():
    found = escalate(wholesale_ticket(), "")

    assert [rung["title"] for rung in found.path] == [
        "Support manager",
        "Director of operations",
        "Chief executive",
    ]
    assert found.climb_after == timedelta(hours=2)
    assert mails("escalation.reached") == ["support-manager@example.com"]


@pytest.mark.clause("V-9.1")
def test_a_late_response_is_shown_with_its_figures_from_the_tickets_own_deadlines():
    ticket = premium_ticket()
    due = later(hours=4)

    early = escalate(ticket, "response-late", at=due)
    services.acknowledge(escalation=early, who="Head", by=None, at=due)
    services.answer(escalation=early, text="Soon.", by=make_staff(), at=due)
    late = escalate(ticket, "response-late", at=due + timedelta(seconds=1))

    assert (early.finding, early.state) == ("UNTRUE", "OPEN")
    assert early.steps[-1]["text"] == "The response is due {due_at}: it is not missed yet."
    assert late.finding == "TRUE"
    assert late.steps[-1] == {
        "clause": "V-4",
        "text": "The response was due {due_at} and has not come yet: missed.",
        "figures": {"due_at": due.isoformat()},
    }


@pytest.mark.clause("V-9.1")
def test_an_untrue_ground_is_refused_where_the_policy_says_so():
    needs = 'needs = ["ticket", "ground"]'
    strict = {needs: f'{needs}\non_untrue = "refuse"'}
    ticket = strictly(strict)

    found = escalate(ticket, "response-late")

    assert (found.state, found.finding, found.clause) == ("REFUSED", "UNTRUE", "V-9.1")
    assert (found.path, EscalationNotice.objects.count()) == ([], 0)


def strictly(changes):
    text = (PRESETS / f"{PREMIUM}.toml").read_text("utf-8")
    order = make_order(version=make_policy(text=text, changes=changes), plan="gold")
    make_rung(order=order, position=1)
    return make_ticket(requester=make_client(order=order), severity="III")


@pytest.mark.clause("V-9.2")
def test_without_a_ground_it_is_kept_with_what_is_missing_and_told():
    ticket = premium_ticket(email="ada@client.example.com")

    found = escalate(ticket, "")

    assert (found.state, found.clause) == ("REFUSED", "V-9.2")
    assert found.why.startswith("It does not name one ground. The grounds are: ")
    assert mails("escalation.refused") == ["ada@client.example.com"]
    assert (mails("escalation.reached"), facts(ticket, "ESCALATED")) == ([], [])


@pytest.mark.clause("V-9.2")
def test_without_a_ticket_it_is_kept_too():
    ticket = premium_ticket()

    found = escalate(ticket, ticket=None)

    assert (found.state, found.ticket) == ("REFUSED", None)
    assert found.why == "It names no ticket of the order by its number."


@pytest.mark.clause("S-2.1")
def test_a_cut_at_a_third_party_is_not_escalated_whether_staff_say_so_or_the_ticket():
    said = escalate(wholesale_ticket(), "", is_disconnection=True)
    known = wholesale_ticket(entitled={"entitled": True, "steps": [], "is_disconnection": True})

    assert [(row.state, row.clause) for row in (said, escalate(known, ""))] == [
        ("REFUSED", "S-2.1"),
        ("REFUSED", "S-2.1"),
    ]


@pytest.mark.clause("V-9.2")
def test_who_may_not_escalate_is_refused():
    ticket = premium_ticket()
    quiet = make_client(order=ticket.order, email="quiet@client.example.com")
    quiet.may_escalate = False
    quiet.save()
    gone = make_client(order=ticket.order, email="gone@client.example.com", is_active=False)

    found = [escalate(ticket, client=each, sender=each.email) for each in (quiet, gone)]

    assert [(row.state, row.why) for row in found] == [
        (
            "REFUSED",
            f"{name}@client.example.com may not escalate under order {ticket.order.number}.",
        )
        for name in ("quiet", "gone")
    ]


@pytest.mark.clause("V-9.2")
def test_a_policy_without_a_path_has_no_escalation():
    found = escalate(make_ticket(), "")

    assert found.state == "REFUSED"
    assert (
        found.why == f"The policy of order {found.ticket.order.number} has no path of escalation."
    )


@pytest.mark.clause("V-9.2")
def test_the_same_ground_is_escalated_once_at_a_time_and_another_one_beside_it():
    ticket = premium_ticket()
    first = escalate(ticket)

    again, other = escalate(ticket), escalate(ticket, "severity-disagreement")

    assert (again.state, again.why) == (
        "REFUSED",
        f"{ticket.number} is escalated on that ground already: not acknowledged.",
    )
    assert other.state == "OPEN"
    services.answer(escalation=first, text="Here.", by=make_staff(), at=later(hours=2))
    assert escalate(ticket, at=later(hours=3)).state == "OPEN"


@pytest.mark.clause("V-6.1", "V-9.1")
def test_the_tam_escalates_for_the_client_who_hears_of_it():
    order = make_premium()
    make_rung(order=order, position=1)
    tam = make_staff(name="tam")
    make_tam(order=order, who=tam)
    ticket = make_ticket(
        requester=make_client(order=order, email="ada@client.example.com"), severity="III"
    )

    found = escalate(ticket, client=None, sender=tam.email, by=tam, channel="TAM")

    assert (found.state, found.who, found.by) == ("OPEN", "tam", tam)
    assert mails("escalation.raised") == ["ada@client.example.com", "tam@provider.example.com"]


@pytest.mark.clause("V-9.2")
def test_the_path_is_kept_as_it_was_when_it_was_raised():
    ticket = premium_ticket()
    found = escalate(ticket)
    ticket.order.escalation_rungs.update(email="new@client.example.com")

    services.climb_due(at=later(hours=6))

    found.refresh_from_db()
    assert [row[2] for row in told(found)] == [
        "rung1@client.example.com",
        "rung2@client.example.com",
    ]


def test_the_same_request_twice_is_one():
    ticket = premium_ticket()

    first, second = (escalate(ticket, source_key="mail:1") for _ in range(2))

    assert (
        first,
        Escalation.objects.count(),
        Mail.objects.filter(topic="escalation.reached").count(),
    ) == (
        second,
        1,
        1,
    )


def test_no_clock_of_the_ticket_cares_for_it():
    ticket = premium_ticket()
    before = verdicts(ticket)

    found = escalate(ticket)
    services.answer(escalation=found, text="We are on it.", by=make_staff(), at=later(hours=2))

    assert verdicts(ticket) == before


def test_another_policys_ground_and_a_merged_ticket_are_refused_to_who_enters_them():
    ticket = premium_ticket()
    other = reason_of(wholesale_ticket().version, "not-resolved")
    with pytest.raises(services.Refused, match="is not a ground of"):
        escalate(ticket, of_reason=other)
    duplicate = make_ticket(requester=ticket.requester, severity="III", at=later(minutes=1))
    tickets.merge(
        duplicate=duplicate, into=ticket, by=make_staff(), at=later(minutes=2), act_key="m"
    )
    duplicate.refresh_from_db()

    with pytest.raises(services.Refused, match=f"goes on as {ticket.number}"):
        escalate(duplicate)


@pytest.mark.clause("V-9.2")
def test_where_nobody_is_on_the_path_the_duty_managers_hear_at_once():
    boss = make_staff(is_duty_manager=True)
    ticket = premium_ticket()
    ticket.order.escalation_rungs.all().delete()

    found = escalate(ticket)

    assert (found.state, found.rung, found.next_at, found.alarmed_at) == (
        "OPEN",
        0,
        None,
        later(hours=1),
    )
    assert mails("escalation.unanswered") == [boss.email]


@pytest.mark.parametrize(
    "change",
    [
        {"state": "TAKEN"},
        {"state": "CLOSED"},
        {"state": "REFUSED"},
        {"state": "LOST"},
        {"ticket": None},
        {"taken_by": "Somebody"},
        {"answer": "So."},
    ],
)
def test_the_database_refuses_what_cannot_be(change):
    found = escalate(premium_ticket())

    with pytest.raises(IntegrityError), transaction.atomic():
        Escalation.objects.filter(pk=found.pk).update(**change)


def test_who_is_refused_too_often_hears_no_more_of_it_that_day():
    ticket = premium_ticket()

    for _ in range(7):
        escalate(ticket, "")

    assert (len(mails("escalation.refused")), Escalation.objects.count()) == (5, 7)
