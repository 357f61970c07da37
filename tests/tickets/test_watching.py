"""Who follows a ticket, and what they hear of."""

import pytest
from django.db import connection

from apps.outbox.models import Message as Mail
from apps.outbox.rendering import render
from apps.tickets import services
from apps.tickets.models import Watcher
from tests.factories import make_client, make_staff, make_ticket, reason_of, severity_of
from tests.tickets.reading import facts, later, mails

pytestmark = pytest.mark.django_db


def watch(ticket, *people, **client):
    for user in people:
        services.watch(ticket=ticket, user=user, by=user, at=later(minutes=1))
    if client:
        services.watch(ticket=ticket, by=make_staff(), at=later(minutes=1), **client)


def colleague(ticket, **given):
    """Another authorised user of the ticket's order."""
    return make_client(order=ticket.order, **given)


def reply(ticket, key="mail:1"):
    services.client_replied(
        ticket=ticket, client=ticket.requester, text="Still.", at=later(hours=1), source_key=key
    )


def answer(ticket, by, text="We look into it."):
    return services.answer(ticket=ticket, text=text, by=by, at=later(hours=1), act_key=text)


def close(ticket, by):
    services.solve(
        ticket=ticket,
        reason=reason_of(ticket.version, "solved"),
        text="Done.",
        by=by,
        at=later(hours=2),
        act_key="close",
    )


def address(*names):
    return [f"{name}@provider.example.com" for name in names]


def test_watching_twice_is_watching_once_and_stopping_twice_is_stopping_once():
    ticket, ada = make_ticket(), make_staff()
    watch(ticket, ada, ada)
    once = Watcher.objects.count()

    for _ in range(2):
        services.unwatch(ticket=ticket, user=ada, by=ada, at=later(minutes=2))

    assert (once, Watcher.objects.count()) == (1, 0)


@pytest.mark.clause("V-3.5")
def test_a_client_in_copy_is_in_the_log_and_so_is_the_end_of_it():
    ticket, ada = make_ticket(), make_staff()
    bob = colleague(ticket)
    for _ in range(2):
        services.watch(ticket=ticket, client=bob, by=ada, at=later(minutes=1))
    for _ in range(2):
        services.unwatch(ticket=ticket, client=bob, by=ada, at=later(minutes=2))

    assert facts(ticket, "NOTED") == [
        {"what": "Ada Client gets copies of what we write"},
        {"what": "Ada Client gets no copies any more"},
    ]


@pytest.mark.clause("V-3.5")
def test_nobody_reads_along_who_may_not():
    ticket = make_ticket()

    for client, why in [
        (make_client(), "is no authorised user of"),
        (colleague(ticket, is_active=False), "not active any more"),
        (ticket.requester, "gets every answer anyway"),
    ]:
        with pytest.raises(services.Refused, match=why):
            watch(ticket, client=client)
    with pytest.raises(services.Refused, match="does not work here any more"):
        watch(ticket, make_staff(is_active=False))
    assert Watcher.objects.count() == 0


def test_what_we_write_goes_to_those_in_copy_each_in_a_mail_of_their_own():
    ticket = make_ticket()
    bob, eve = colleague(ticket, email="bob@client.example.com"), colleague(ticket)
    watch(ticket, client=bob)
    watch(ticket, client=eve)
    type(eve).objects.filter(pk=eve.pk).update(is_active=False)

    message = answer(ticket, make_staff(name="grace"))

    assert mails("ticket.replied") == sorted([ticket.requester.email, bob.email])
    copy = Mail.objects.get(topic="ticket.replied", recipient=bob.email)
    assert (copy.key, copy.message_id) == (
        f"message:{message.pk}:client-{bob.pk}",
        f"<ticket.{ticket.pk}.message-{message.pk}-{bob.pk}@provider.example.com>",
    )
    assert render(topic=copy.topic, payload=copy.payload).text == (
        "We look into it.\n\n--\ngrace\n"
        f"{ticket.number} of Ada Client, to whom this was written; you get a copy"
        " · answer this mail to write to the same ticket\n"
    )


def test_somebody_in_copy_who_cannot_be_written_to_holds_up_no_answer():
    ticket = make_ticket()
    bob = colleague(ticket)
    watch(ticket, client=bob)
    type(bob).objects.filter(pk=bob.pk).update(email="bob at client")

    answer(ticket, make_staff())

    assert mails("ticket.replied") == [ticket.requester.email]


def test_a_requester_who_was_in_copy_gets_one_mail():
    ticket = make_ticket()
    Watcher.objects.create(ticket=ticket, client=ticket.requester, since_at=later())

    answer(ticket, make_staff())

    assert mails("ticket.replied") == [ticket.requester.email]


def test_a_repeated_answer_is_no_second_copy_and_a_note_is_none_at_all():
    ticket, grace = make_ticket(), make_staff()
    watch(ticket, client=colleague(ticket))
    for _ in range(2):
        answer(ticket, grace)
    services.note(ticket=ticket, text="Secret.", by=grace, at=later(hours=2), act_key="n")

    assert len(mails("ticket.replied")) == 2


@pytest.mark.clause("V-8.2.3")
def test_watchers_of_ours_hear_what_happens_but_never_what_they_did():
    ticket, ada, bea = make_ticket(), make_staff(name="ada"), make_staff(name="bea")
    watch(ticket, ada, bea, make_staff(name="gone"))
    type(ada).objects.filter(username="gone").update(is_active=False)
    told = []

    def hear():
        told.append(mails("ticket.watched"))
        Mail.objects.filter(topic="ticket.watched").delete()

    reply(ticket)
    hear()
    services.change_severity(
        ticket=ticket,
        to=severity_of(ticket.version, "2"),
        reason=reason_of(ticket.version, "impact-changed"),
        explanation="Spreads.",
        by=ada,
        at=later(hours=1),
    )
    hear()
    close(ticket, bea)
    hear()
    services.reopen(ticket=ticket, explanation="Too soon.", by=ada, at=later(hours=3))
    hear()
    answer(ticket, make_staff())
    hear()

    assert told == [
        address("ada", "bea"),
        address("bea"),
        address("ada"),
        address("bea"),
        [],
    ]


def test_the_same_reply_again_is_told_once_and_another_one_anew():
    ticket = make_ticket()
    watch(ticket, make_staff(name="ada"))

    for key in ("mail:1", "mail:1", "mail:2"):
        reply(ticket, key)

    assert mails("ticket.watched") == address("ada", "ada")


@pytest.mark.clause("V-9.1")
def test_of_a_deadline_a_watcher_hears_with_the_others_and_once():
    boss = make_staff(name="boss", is_duty_manager=True)
    ada, bea = make_staff(name="ada"), make_staff(name="bea")
    ticket = make_ticket(severity="1", assignee=ada)
    watch(ticket, ada, boss, bea, make_staff(name="mute", email=""))
    other = make_ticket(severity="1")
    services.sweep_deadlines(at=later(hours=2))

    assert mails("deadline.missed") == address("ada", "bea", "boss", "boss")
    assert other.deadlines.get().state == "MISSED"


def test_a_watchers_mail_says_what_who_when_and_why(settings):
    settings.BASE_URL = "https://faultline.example.com"
    ticket, ada = make_ticket(), make_staff(name="ada")
    watch(ticket, ada)
    services.change_severity(
        ticket=ticket,
        to=severity_of(ticket.version, "2"),
        reason=reason_of(ticket.version, "impact-changed"),
        explanation="Spreads.",
        by=make_staff(name="bea"),
        at=later(hours=1),
    )
    row = Mail.objects.get(topic="ticket.watched")

    found = render(topic=row.topic, payload=row.payload)

    label = reason_of(ticket.version, "impact-changed").label
    assert found.text == (
        f"Severity changed: {ticket.number}\n"
        "\n"
        f"Ticket:    {ticket.number} No dial tone\n"
        f"Account:   {ticket.account}\n"
        "When:      Wed 4 Mar 2026, 10:00 EST\n"
        "By:        bea\n"
        "Before:    Priority 3\n"
        "Severity:  Priority 2\n"
        "Assigned:  nobody\n"
        f"Why:       {label}: Spreads.\n"
        "\n"
        f"https://faultline.example.com/admin/tickets/ticket/{ticket.pk}/change/\n"
        "\n"
        "You watch this ticket. On its page you can stop that.\n"
    )
    assert (found.subject, found.automatic, found.reply_to, found.references) == (
        f"[{ticket.number}] Severity changed: No dial tone",
        True,
        ("help@harbour.example.com",),
        (f"<ticket.{ticket.pk}.acknowledged@provider.example.com>",),
    )


def test_a_reply_names_the_client_who_wrote():
    ticket = make_ticket()
    watch(ticket, make_staff())
    reply(ticket)
    row = Mail.objects.get(topic="ticket.watched")

    assert "By:        Ada Client\n" in render(topic=row.topic, payload=row.payload).text


@pytest.mark.parametrize("watchers", [1, 5])
def test_telling_costs_one_statement_however_many_watch(watchers, django_assert_num_queries):
    unwatched, ticket = make_ticket(), make_ticket()
    watch(ticket, *(make_staff() for _ in range(watchers)))
    for each in (unwatched, ticket):  # terms and hours are read once a process
        reply(each, f"first:{each.pk}")

    # On PostgreSQL what is written in one go is one statement.
    is_one = connection.vendor == "postgresql"
    with django_assert_num_queries(7 if is_one else 9):
        reply(unwatched, "mail:2")
    # The event goes ahead of the mails that tell of it, and those are one statement.
    with django_assert_num_queries(9 if is_one else 10):
        reply(ticket, "mail:3")
