"""A ticket in the portal: written on, settled, disputed, escalated; and live."""

from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from apps.escalation.models import Escalation
from apps.tickets import services
from apps.tickets.models import Dispute, Message
from tests.entitled_made import make_standing
from tests.escalation_made import make_matrix
from tests.factories import make_order, make_preset, make_staff, make_ticket, reason_of
from tests.portal_made import make_person, signed_in
from tests.tickets.life import PREMIUM, WHOLESALE
from tests.tickets.reading import later

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def an_hour_later():
    """Pages read the clock: tickets are registered on a morning long gone."""
    with time_machine.travel(later(hours=1), tick=False):
        yield


@pytest.fixture
def ticket():
    person = make_person(order=make_order(version=make_preset(slug=PREMIUM), plan="gold"))
    make_matrix(person.order, "Head of support", "Director")
    return make_ticket(requester=person, severity="III")


def send(person, name, ticket, **said):
    where = reverse(f"portal:{name}", args=[ticket.pk])
    return signed_in(person).post(where, {"act_key": uuid4(), **said})


def solved(ticket):
    reason = ticket.version.reasons.filter(kind="CLOSING").order_by("position")[0]
    agent = make_staff()
    services.solve(
        ticket=ticket, reason=reason, text="Mended.", by=agent, at=later(minutes=30), act_key="s"
    )
    ticket.refresh_from_db()
    return ticket


def closed(ticket):
    services.confirm(
        ticket=solved(ticket), client=ticket.requester, at=later(minutes=40), act_key="c"
    )
    ticket.refresh_from_db()
    return ticket


@pytest.mark.clause("V-2-resolution", "V-8.1.4")
def test_what_is_written_is_on_the_ticket_once_however_often_it_is_sent(ticket):
    said = {"act_key": uuid4(), "text": "It is\r\nthe gateway."}

    answers = [send(ticket.requester, "ticket_reply", ticket, **said) for _ in range(2)]

    texts = ticket.messages.order_by("pk").values_list("text", flat=True)
    assert [*texts] == ["Nothing works.", "It is\nthe gateway."]
    assert [each.status_code for each in answers] == [302, 302]


def test_an_empty_message_is_refused_beside_its_field(ticket):
    page = send(ticket.requester, "ticket_reply", ticket, text=" ")

    assert (page.status_code, page.context["form"].errors) == (
        422,
        {"text": ["Write something: an empty message helps nobody."]},
    )


@pytest.mark.clause("V-3.1", "S-12")
def test_a_closed_ticket_opens_again_only_while_support_is_owed(ticket):
    closed(ticket)
    order = ticket.order
    order.state = "TERMINATED"
    order.save()

    refused = send(ticket.requester, "ticket_reply", ticket, text="Again!")
    order.state = "EXECUTED"
    order.save()
    send(ticket.requester, "ticket_reply", ticket, text="Again!")

    ticket.refresh_from_db()
    assert (refused.status_code, refused.context["form"]["text"].value(), ticket.status) == (
        422,
        "Again!",
        "OPEN",
    )


@pytest.mark.clause("V-3.5", "S-12")
def test_a_refusal_names_amounts_only_to_who_may_see_them(ticket):
    closed(ticket)
    ticket.category = reason_of(ticket.version, "data-export")
    ticket.save()
    make_standing(account=ticket.account, why="INV-7 of 99.00 USD is overdue.")
    plain = make_person(order=ticket.order, may_see_invoices=False)

    told = [
        b"99.00 USD is overdue" in send(person, "ticket_reply", ticket, text="Again!").content
        for person in (ticket.requester, plain)
    ]

    assert told == [True, False]


@pytest.mark.clause("V-3.4.4", "V-8.3")
def test_a_closure_is_confirmed(ticket):
    send(ticket.requester, "ticket_settle", solved(ticket), act="confirm", text="")

    ticket.refresh_from_db()
    assert ticket.status == "CLOSED"


@pytest.mark.clause("V-3.4.4", "R-15")
def test_a_closure_is_refused_with_a_reason_and_not_without(ticket):
    solved(ticket)

    page = send(ticket.requester, "ticket_settle", ticket, act="refuse", text="")
    send(ticket.requester, "ticket_settle", ticket, act="refuse", text="It still crackles.")

    ticket.refresh_from_db()
    assert (page.status_code, ticket.status) == (422, "ANSWERED")


@pytest.mark.parametrize(
    ("policy", "severity", "cited"),
    [(PREMIUM, "III", "(V-3.4.4, V-8.3)"), (WHOLESALE, "3", "")],
    ids=["has", "has not"],
)
@pytest.mark.clause("V-3.4.4", "V-8.3")
def test_a_refusal_cites_clauses_of_the_readers_own_policy_only(policy, severity, cited):
    person = make_person(order=make_order(version=make_preset(slug=policy)))
    unsolved = make_ticket(requester=person, severity=severity)

    page = send(person, "ticket_settle", unsolved, act="confirm", text="")

    why = f"{unsolved.number} has no solution yet. It is confirmed or refused once it has one."
    said = f"{why} {cited}".strip()
    assert list(page.context["form"].errors["__all__"]) == [said]


@pytest.mark.clause("V-7.2")
def test_a_severity_is_disputed_and_the_decision_is_shown(ticket):
    said = {"wanted": "I", "claim": "All are down.", "evidence": "0 of 40 calls"}
    send(ticket.requester, "ticket_dispute", ticket, **said)
    dispute = Dispute.objects.get()
    services.decide_dispute(
        dispute=dispute,
        uphold=False,
        reason="Two of forty.",
        change_reason=None,
        by=make_staff(),
        at=later(hours=1),
    )

    page = signed_in(ticket.requester).get(reverse("portal:ticket", args=[ticket.pk]))

    assert (dispute.client, dispute.wanted.key, dispute.evidence) == (
        ticket.requester,
        "I",
        "0 of 40 calls",
    )
    assert "Two of forty." in page.content.decode()


@pytest.mark.clause("V-9.1", "V-9.2")
def test_an_escalation_goes_to_the_person_in_charge_once_a_ground(ticket):
    said = {"ground": "dissatisfaction", "words": "Nobody calls."}
    send(ticket.requester, "ticket_escalate", ticket, **said)

    again = send(ticket.requester, "ticket_escalate", ticket, **said)

    escalation = Escalation.objects.get()
    grounds = again.context["grounds"]
    assert (escalation.client, escalation.in_charge["title"], again.status_code) == (
        ticket.requester,
        "Head of support",
        422,
    )
    assert [ground.key for ground in grounds.others] == ["dissatisfaction"]


@pytest.mark.clause("V-3.5")
@pytest.mark.parametrize("name", ["ticket", "ticket_reply", "ticket_dispute", "ticket_live"])
def test_a_colleagues_ticket_is_not_there_for_who_sees_only_their_own(ticket, name):
    colleague = make_person(order=ticket.order, sees_all_tickets=False)
    browser, where = signed_in(colleague), reverse(f"portal:{name}", args=[ticket.pk])

    answer = browser.post(where) if name == "ticket_reply" else browser.get(where)

    assert answer.status_code == 404


@pytest.mark.clause("V-3.5")
def test_the_page_renews_itself_where_something_happened_that_a_client_hears_of(ticket):
    browser = signed_in(ticket.requester)
    seen = browser.get(reverse("portal:ticket", args=[ticket.pk])).context["read"].seen
    where, agent = f"{reverse('portal:ticket_live', args=[ticket.pk])}?seen={seen}", make_staff()
    facts = {"ticket": ticket, "by": agent, "at": later(minutes=50)}

    services.note(text="Ours alone", act_key="n", **facts)
    unchanged = browser.get(where)
    services.answer(text="We found it.", act_key="a", **facts)
    changed = browser.get(where)

    assert (unchanged.status_code, unchanged.content, changed.status_code) == (204, b"", 200)
    assert [each.words for each in changed.context["news"]] == ["We answered"]


def test_a_closed_ticket_asks_no_more(ticket):
    browser, where = signed_in(ticket.requester), reverse("portal:ticket_live", args=[ticket.pk])
    closed(ticket)

    answer = browser.get(where, {"seen": "1.OPEN"})

    assert (answer.status_code, b"hx-trigger" in answer.content) == (286, False)


def test_asking_for_news_costs_little_where_there_are_none(ticket, django_assert_num_queries):
    browser = signed_in(ticket.requester)
    seen = browser.get(reverse("portal:ticket", args=[ticket.pk])).context["read"].seen

    with django_assert_num_queries(4):  # session, user, seats, the ticket
        browser.get(reverse("portal:ticket_live", args=[ticket.pk]), {"seen": seen})


@pytest.mark.parametrize("name", ["x.svg", "page.html", "photo.png", "../../etc/passwd"])
def test_a_file_is_only_ever_downloaded_whatever_it_says_that_it_is(ticket, name):
    bad = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    services.client_replied(
        ticket=ticket,
        client=ticket.requester,
        text="See there",
        at=later(minutes=10),
        source_key="f",
        uploads=[services.Upload(name, "image/svg+xml", bad)],
    )
    file = Message.objects.get(text="See there").attachments.get()

    answer = signed_in(ticket.requester).get(reverse("portal:ticket_file", args=[file.pk]))

    assert (answer.content, answer.headers["Content-Type"]) == (bad, "application/octet-stream")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "/" not in answer.headers["Content-Disposition"].partition("=")[2]
    assert (
        answer.headers["X-Content-Type-Options"],
        answer.headers["Content-Security-Policy"],
    ) == ("nosniff", "sandbox; default-src 'none'")


def test_a_file_of_a_note_is_not_there(ticket):
    services.note(
        ticket=ticket,
        text="Ours",
        by=make_staff(),
        at=later(minutes=10),
        act_key="n",
        uploads=[services.Upload("trace.txt", "text/plain", b"ours")],
    )
    file = Message.objects.get(text="Ours").attachments.get()

    answer = signed_in(ticket.requester).get(reverse("portal:ticket_file", args=[file.pk]))

    assert answer.status_code == 404
