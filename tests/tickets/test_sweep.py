"""The sweep: each miss once, dated to when it was due; each warning once."""

import hashlib

import pytest

from apps.outbox.models import Message as Mail
from apps.tickets import services
from apps.tickets.services.sweep import Swept
from tests.factories import make_staff, make_ticket
from tests.tickets.reading import deadline, everything, facts, later, log, mails, verdicts

pytestmark = pytest.mark.django_db


def sweep(**span):
    return services.sweep_deadlines(at=later(**span))


def answered():
    """A ticket that owes its resolution only: in eight hours, warned of after six."""
    ticket = make_ticket()
    services.answer(
        ticket=ticket, text="We look.", by=make_staff(), at=later(minutes=1), act_key="a"
    )
    return ticket


def test_where_nothing_is_due_nothing_happens():
    make_ticket()
    before = everything()

    assert (sweep(hours=1), everything()) == (Swept(), before)


@pytest.mark.clause("R-17", "S-5-targets")
def test_the_very_due_instant_is_still_in_time():
    ticket = answered()
    sweep(hours=7)

    assert sweep(hours=8) == Swept()
    assert sweep(hours=8, microseconds=1) == Swept(missed=1)
    assert verdicts(ticket)["RESOLUTION"] == ("MISSED", later(hours=8), later(hours=8))


@pytest.mark.clause("R-17", "V-9.1")
def test_a_miss_is_dated_to_the_deadline_not_to_the_sweep():
    ticket = answered()

    assert sweep(days=30) == Swept(missed=1)

    event = ticket.events.get(kind="DEADLINE_MISSED")
    assert (event.at, event.recorded_at, event.facts, event.by) == (
        later(hours=8),
        later(days=30),
        {"deadline": "RESOLUTION"},
        None,
    )
    row = deadline(ticket, "RESOLUTION")
    assert (row.state, row.settled_at, row.next_at, row.used) == (
        "MISSED",
        later(hours=8),
        None,
        row.target,
    )


@pytest.mark.clause("V-9.1")
def test_a_missed_deadline_says_why():
    ticket = answered()
    sweep(hours=9)

    assert deadline(ticket, "RESOLUTION").steps[-2:] == [
        {
            "clause": "H-3",
            "text": "That is {due_at}.",
            "figures": {"due_at": later(hours=8).isoformat()},
        },
        {
            "clause": "H-3",
            "text": "Nothing came by then: missed. A miss stays, whatever happens later.",
            "figures": {},
        },
    ]


def test_a_second_sweep_changes_nothing():
    make_staff(is_duty_manager=True)
    make_ticket(assignee=make_staff())
    sweep(hours=9)
    before = everything()

    assert (sweep(hours=9), sweep(days=9), everything()) == (Swept(), Swept(), before)


@pytest.mark.clause("S-5-targets")
def test_a_warning_is_given_once_when_three_quarters_are_used():
    manager = make_staff(is_duty_manager=True)
    ticket = answered()

    assert sweep(hours=6) == Swept()
    assert sweep(hours=6, microseconds=1) == Swept(warned=1)
    assert sweep(hours=7) == Swept()

    row = deadline(ticket, "RESOLUTION")
    assert (row.state, row.warned_at, row.next_at) == (
        "OPEN",
        later(hours=6, microseconds=1),
        later(hours=8),
    )
    assert log(ticket)[-1] == ("DEADLINE_WARNED", later(hours=6))
    assert facts(ticket, "DEADLINE_WARNED") == [{"deadline": "RESOLUTION"}]
    assert mails("deadline.warned") == [manager.email]


def test_what_is_missed_already_is_not_warned_of():
    ticket = answered()

    assert sweep(hours=9) == Swept(missed=1)
    assert facts(ticket, "DEADLINE_WARNED") == []


@pytest.mark.clause("V-2-resolution")
def test_a_warning_is_given_again_only_when_it_moved():
    make_staff(is_duty_manager=True)
    ticket = answered()
    sweep(hours=6, seconds=1)

    services.ask_client(
        ticket=ticket, text="Which?", by=make_staff(), at=later(hours=7), act_key="q"
    )
    assert sweep(hours=8) == Swept()
    services.client_replied(
        ticket=ticket, client=ticket.requester, text="This.", at=later(hours=8), source_key="r"
    )
    # The pause came after the warning: it was due when it was given, and is not given again.
    assert sweep(hours=9) == Swept()

    services.change_severity(
        ticket=ticket,
        to=ticket.version.severities.get(key="4"),
        reason=ticket.version.reasons.get(key="impact-changed"),
        explanation="Less.",
        by=make_staff(),
        at=later(hours=9),
    )
    assert sweep(days=30) == Swept(missed=1)
    assert len(mails("deadline.warned")) == 1


@pytest.mark.clause("V-2-resolution", "R-16")
def test_nothing_is_due_while_we_wait_for_the_client():
    ticket = make_ticket()
    services.ask_client(
        ticket=ticket, text="Which?", by=make_staff(), at=later(hours=1), act_key="q"
    )

    assert sweep(days=365) == Swept()


def test_tickets_that_are_closed_or_answered_in_time_are_left_alone():
    ticket = answered()
    services.solve(
        ticket=ticket,
        reason=ticket.version.reasons.get(key="solved"),
        text="Done.",
        by=make_staff(),
        at=later(hours=8),
        act_key="c",
    )

    assert sweep(days=365) == Swept()
    assert [state for state, *_ in verdicts(ticket).values()] == ["MET", "MET"]


def test_the_mails_name_their_ticket_and_wait_to_be_sent():
    manager = make_staff(is_duty_manager=True)
    ticket = answered()
    sweep(hours=9)
    row = deadline(ticket, "RESOLUTION")

    mail = Mail.objects.get(topic="deadline.missed")

    digest = hashlib.md5(mail.key.encode()).hexdigest()
    assert (mail.recipient, mail.payload, mail.message_id) == (
        manager.email,
        {"deadline_id": row.pk},
        f"<ticket.{ticket.pk}.missed-{digest}@provider.example.com>",
    )
    assert (mail.state, mail.attempts, mail.created_at, mail.due_at) == (
        "PENDING",
        0,
        later(hours=9),
        later(hours=9),
    )
