"""Mail that waits for a person: too much of one sender, or perhaps not theirs."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from apps.intake.models import InboundMail
from apps.intake.services import process_pending, release_held
from apps.outbox.models import Message as Told
from apps.outbox.rendering import render
from apps.tickets.models import Ticket
from tests.factories import MORNING, make_staff, make_ticket
from tests.intake.mails_in import ADA, happened, said, take, ticket_of, told
from tests.intake.test_mail_authentication import FAILED, make_ada, policy

LIST = reverse("admin:intake_inboundmail_changelist")
HOUR, INSTANT = timedelta(hours=1), timedelta(microseconds=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-8.1")]


@pytest.fixture(autouse=True)
def cap(settings):
    settings.MAIL_SENDER_CAP = 2
    settings.MAIL_AUTHSERV_ID = frozenset(["mx.provider.example.com"])


def write(serial: int, *, at=MORNING, **mail) -> InboundMail:
    return take(at=at, message_id=f"<{serial}@client.example.com>", **mail)


def page(name: str, mail: InboundMail) -> str:
    return reverse(f"admin:intake_inboundmail_{name}", args=[mail.pk])


@pytest.fixture
def browser(client):
    manager = make_staff(name="dana")
    manager.groups.add(Group.objects.get(name="Duty managers"))
    client.force_login(manager)
    return client


def notes(answer) -> list[str]:
    return [str(note) for note in answer.context["messages"]]


def test_more_than_so_many_mails_within_an_hour_are_held(ada):
    manager = make_staff(is_duty_manager=True)

    states = [write(serial).state for serial in range(4)]

    assert states == ["REGISTERED", "REGISTERED", "HELD", "HELD"]
    held = InboundMail.objects.filter(state="HELD").latest("pk")
    assert held.why == f"{ADA} sent more than 2 mails within an hour. Let pass what is meant."
    assert Ticket.objects.count() == 2
    topics = [*[("ticket.acknowledged", ADA)] * 2, ("mail.unreadable", manager.email)]
    assert told() == topics


@pytest.mark.parametrize(("later", "state"), [(HOUR - INSTANT, "HELD"), (HOUR, "REGISTERED")])
def test_an_hour_later_they_may_write_again(ada, later, state):
    write(1)
    write(2)

    assert write(3, at=MORNING + later).state == state


def test_what_is_held_counts_too_so_that_a_robot_stays_held(ada):
    half = timedelta(minutes=25)

    states = [write(serial, at=MORNING + serial * half).state for serial in range(5)]

    assert states == ["REGISTERED", "REGISTERED", "HELD", "HELD", "HELD"]


def test_what_others_or_machines_write_does_not_count(ada):
    write(1, fields="Auto-Submitted: auto-replied")
    write(2, sender="eve@example.net")
    write(3)
    write(3, fields="Received: once more")

    assert write(4).state == "REGISTERED"


def test_a_stranger_is_capped_as_well_and_told_nothing_more():
    states = [write(serial, sender="eve@example.net").state for serial in range(3)]

    assert (states, len(told())) == (["REFUSED", "REFUSED", "HELD"], 2)


def test_no_cap_holds_nothing(ada, settings):
    settings.MAIL_SENDER_CAP = 0

    assert [write(serial).state for serial in range(5)] == ["REGISTERED"] * 5


def test_an_answer_of_an_entitled_sender_is_held_too(ada):
    ticket = make_ticket(requester=ada)
    for serial in range(3):
        mail = write(serial, subject=ticket.number)

    assert (mail.state, len(said(ticket))) == ("HELD", 3)


@pytest.mark.clause("V-2-response")
def test_let_pass_it_is_worked_off_as_of_when_it_was_received(ada):
    write(1)
    write(2)
    held = write(3, at=MORNING + timedelta(minutes=10))
    dana = make_staff()

    mail = release_held(mail=held, by=dana, at=MORNING + timedelta(hours=5))

    assert mail.state == "REGISTERED"
    assert ticket_of(mail).registered_at == MORNING + timedelta(minutes=10)
    assert (mail.released_by, mail.released_at) == (dana, MORNING + timedelta(hours=5))


def test_let_pass_twice_it_is_one_ticket(ada):
    write(1)
    write(2)
    held = write(3)
    for _ in range(2):
        mail = release_held(mail=held, by=make_staff(), at=MORNING + HOUR)

    assert (mail.state, Ticket.objects.count()) == ("REGISTERED", 3)
    assert (mail.released_at, len(happened(ticket_of(mail)))) == (MORNING + HOUR, 2)


def test_what_was_let_pass_and_not_worked_off_is_taken_up_by_the_sweep(ada):
    write(1)
    write(2)
    held = write(3)
    InboundMail.objects.filter(pk=held.pk).update(
        state="RECEIVED", released_at=MORNING, released_by=make_staff()
    )

    assert process_pending(before=MORNING + HOUR) == 1
    assert Ticket.objects.count() == 3


def test_what_failed_its_authentication_bears_a_mark_once_it_is_let_pass():
    make_ada(version=policy("hold"))
    held = take(fields=FAILED)

    mail = release_held(mail=held, by=make_staff(), at=MORNING + HOUR)

    assert (mail.state, ticket_of(mail).messages.get().mark) == ("REGISTERED", "DMARC failed.")


def test_a_person_lets_one_pass_by_its_button(browser, ada):
    write(1)
    write(2)
    held = write(3)

    assert "Let it pass" in browser.get(page("change", held)).content.decode()
    answer = browser.post(page("let_pass", held), follow=True)

    held.refresh_from_db()
    assert notes(answer) == [f"Became a ticket: {held.why}"]
    assert "Let it pass" not in answer.content.decode()
    assert notes(browser.post(page("let_pass", held), follow=True)) == [
        "It is not held any more: Became a ticket."
    ]
    assert Ticket.objects.count() == 3


def test_a_person_lets_many_pass_at_once(browser, ada):
    mails = [write(serial) for serial in range(5)]

    action = {"action": "let_pass", "_selected_action": [mail.pk for mail in mails]}
    answer = browser.post(LIST, action, follow=True)

    assert notes(answer) == ["Let pass: 3 became a ticket."]
    assert (Ticket.objects.count(), InboundMail.objects.filter(state="HELD").count()) == (5, 0)
    assert notes(browser.post(LIST, action, follow=True)) == ["None of these is held."]


def test_letting_pass_is_no_link_and_not_for_agents(client, ada):
    write(1)
    write(2)
    held = write(3)
    agent = make_staff()
    agent.groups.add(Group.objects.get(name="Support agents"))
    client.force_login(agent)

    assert "Let it pass" not in client.get(page("change", held)).content.decode()
    assert client.get(page("let_pass", held)).status_code == 405
    assert client.post(page("let_pass", held)).status_code == 403
    client.post(LIST, {"action": "let_pass", "_selected_action": [held.pk]})
    held.refresh_from_db()
    assert held.state == "HELD"


def test_what_is_held_is_to_be_looked_at_however_old_it_is(browser, ada):
    write(1)
    write(2)
    held = write(3)

    assert list(browser.get(LIST, {"look": "recent"}).context["cl"].result_list) == [held]


def test_the_notice_says_why_and_where(ada):
    make_staff(is_duty_manager=True)
    for serial in range(3):
        held = write(serial)

    (message,) = Told.objects.filter(topic="mail.unreadable")
    text = render(topic="mail.unreadable", payload=message.payload).text
    assert text.splitlines()[:3] == [
        "A mail came in that needs a person: held for a person.",
        "",
        f"Why:       {held.why}",
    ]
