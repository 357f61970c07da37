"""A mail of ours that came back is shown on its ticket, and nothing else happens."""

from datetime import timedelta

import pytest

from apps.tickets import services as tickets
from apps.tickets.admin.event_words import in_words
from apps.tickets.models import Event, Ticket
from apps.tickets.services.bounces import MOST_BOUNCES
from apps.tickets.services.mail_ids import mail_id
from tests.factories import MORNING, make_staff, make_ticket
from tests.intake.mails import raw
from tests.intake.mails_in import happened, said, take, told

LATER = MORNING + timedelta(hours=1)
OURS = b"<ticket.17.message-3@faultline.example.org>"
pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-8.1", "V-2-response")]


@pytest.fixture
def ticket(ada) -> Ticket:
    """A ticket that waits for its client."""
    found = make_ticket(requester=ada)
    staff = make_staff()
    tickets.ask_client(ticket=found, text="Since when?", by=staff, at=MORNING, act_key="ask")
    found.refresh_from_db()
    return found


def back(ticket: Ticket, name: str = "bounce_postfix", *, more: bytes = b"") -> bytes:
    """Return a mail of the corpus as if one about this ticket had come back."""
    return raw(name).replace(OURS, mail_id(ticket.pk, "message-3").encode()) + more


def bounces(ticket: Ticket) -> list[Event]:
    return list(ticket.events.filter(kind="BOUNCED").order_by("pk"))


@pytest.mark.clause("V-2-resolution")
def test_it_is_a_line_on_the_ticket_and_moves_no_turn_no_clock_and_nobody(ticket):
    clocks = list(ticket.deadlines.order_by("pk").values())
    before = (happened(ticket), said(ticket), told())

    mail = take(back(ticket), at=LATER)

    ticket.refresh_from_db()
    (event,) = bounces(ticket)
    assert (event.at, event.by, event.facts) == (
        LATER,
        None,
        {
            "recipient": "kim@client.example.net",
            "status": "5.1.1",
            "diagnostic": "550 5.1.1 <kim@client.example.net>: Recipient address rejected:"
            " User unknown",
        },
    )
    assert (mail.state, mail.ticket) == ("AUTOMATIC", ticket)
    assert mail.why.endswith(f"A mail about {ticket.number} came back: shown there.")
    assert (ticket.status, list(ticket.deadlines.order_by("pk").values())) == ("WAITING", clocks)
    assert ([*before[0], "BOUNCED"], *before[1:]) == (happened(ticket), said(ticket), told())


@pytest.mark.parametrize("name", ["bounce_exim", "bounce_qmail", "bounce_exchange"])
def test_whichever_mail_system_reports_it(ticket, name):
    take(back(ticket, name), at=LATER)

    assert len(bounces(ticket)) == 1


@pytest.mark.parametrize(
    "name",
    [
        "bounce_delayed",
        "bounce_delayed_exim",
        "read_receipt",
        "vacation_sieve",
        "vacation_exchange",
        "complaint",
    ],
)
def test_what_is_no_failure_writes_no_line_and_no_reply(ticket, name):
    before = happened(ticket)

    mail = take(back(ticket, name), at=LATER)

    ticket.refresh_from_db()
    assert (mail.state, mail.ticket, happened(ticket)) == ("AUTOMATIC", None, before)
    assert ticket.status == "WAITING"


def test_the_same_report_delivered_twice_is_one_line(ticket):
    for _ in range(2):
        take(back(ticket), at=LATER)

    assert len(bounces(ticket)) == 1


def test_a_flood_of_forged_reports_writes_a_days_first_lines(ticket):
    for serial in range(MOST_BOUNCES + 2):
        mail = take(back(ticket, more=b"%d" % serial), at=LATER)

    assert len(bounces(ticket)) == MOST_BOUNCES
    assert mail.why.endswith("one of many, and not shown there.")
    take(back(ticket, more=b"next day"), at=LATER + timedelta(days=1))
    assert len(bounces(ticket)) == MOST_BOUNCES + 1


def test_a_report_about_no_ticket_of_ours_is_only_kept(db):
    mail = take(raw("bounce_postfix"))

    assert (mail.state, mail.ticket) == ("AUTOMATIC", None)


def test_a_closed_ticket_shows_it_and_stays_closed(ada):
    ticket = make_ticket(requester=ada)
    reason = ticket.version.reasons.filter(kind="CLOSING").order_by("pk")[0]
    staff = make_staff()
    tickets.solve(ticket=ticket, reason=reason, text="Done.", by=staff, at=MORNING, act_key="c")

    take(back(ticket), at=LATER)

    ticket.refresh_from_db()
    assert (ticket.status, len(bounces(ticket))) == ("CLOSED", 1)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, "A mail of ours came back"),
        (
            {"recipient": "kim@example.net", "status": "5.1.1", "diagnostic": "no such user"},
            "A mail of ours to kim@example.net came back (5.1.1): no such user",
        ),
    ],
)
def test_the_line_says_whom_it_did_not_reach_and_why(facts, words):
    assert in_words(Event(kind="BOUNCED", facts=facts), {}) == words


def test_what_a_report_says_is_cut(ticket):
    tickets.bounced(
        ticket=ticket,
        recipient="x" * 999,
        status="5" * 999,
        diagnostic="y" * 999,
        at=LATER,
        source_key="test",
    )

    assert {len(fact) for fact in bounces(ticket)[0].facts.values()} == {320}
