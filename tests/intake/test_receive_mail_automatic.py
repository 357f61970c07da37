"""What machines write is kept with the reason, and moves nothing."""

import pytest
from django.conf import settings

from apps.tickets import services as tickets
from apps.tickets.models import Ticket
from tests.factories import MORNING, make_staff, make_ticket
from tests.intake.mails_in import ADA, MAILBOX, happened, make_mail, said, take, told

pytestmark = pytest.mark.django_db

SIGNS = {
    "Auto-Submitted: auto-replied": "Its Auto-Submitted says “auto-replied”.",
    "X-Autoreply: yes": "It carries X-Autoreply, as automatic answers do.",
    "Precedence: bulk": "Its Precedence is “bulk”.",
    "List-Id: <all.client.example.com>": "It went through a mailing list (List-Id).",
    "X-Failed-Recipients: kim@example.net": "It names recipients that a mail did not reach.",
    "Return-Path: <>": "Its Return-Path is empty, so nobody waits for an answer.",
    "Content-Type: multipart/report; boundary=b": (
        "It is a report of a mail system (multipart/report)."
    ),
}


@pytest.mark.clause("V-8.1", "V-2-response")
@pytest.mark.parametrize("field", SIGNS)
@pytest.mark.parametrize("sender", [ADA, "eve@example.net"])
def test_a_machines_mail_opens_no_ticket_and_gets_no_answer(ada, field, sender):
    mail = take(sender=sender, fields=field)

    assert (mail.state, mail.ticket, mail.why) == ("AUTOMATIC", None, SIGNS[field])
    assert (Ticket.objects.count(), told()) == (0, [])


@pytest.mark.clause("V-2-resolution")
def test_an_automatic_answer_does_not_bring_a_ticket_back_to_us(ada):
    ticket = make_ticket(requester=ada)
    tickets.ask_client(
        ticket=ticket, text="Since when?", by=make_staff(), at=MORNING, act_key="ask"
    )
    before = happened(ticket)

    mail = take(subject=f"Away: [{ticket.number}]", fields="Auto-Submitted: auto-replied")

    ticket.refresh_from_db()
    assert (mail.state, ticket.status, happened(ticket)) == ("AUTOMATIC", "WAITING", before)
    assert said(ticket) == ["Nothing works.", "Since when?"]


@pytest.mark.parametrize("sender", [MAILBOX.upper(), settings.DEFAULT_FROM_EMAIL])
def test_our_own_mail_coming_back_starts_no_loop(ada, sender):
    mail = take(sender=sender)

    assert (mail.state, told()) == ("AUTOMATIC", [])
    assert mail.why == f"It comes from our own address {mail.sender}."


@pytest.mark.parametrize("configured", ["", "Support", "<>"])
def test_a_sender_address_that_is_not_configured_makes_no_mail_ours(ada, settings, configured):
    settings.DEFAULT_FROM_EMAIL = configured

    assert take(fields="X-Loop: ").state == "REGISTERED"


def test_a_list_that_is_quicker_does_not_swallow_the_mail_itself(ada):
    by_list = take(fields="List-Id: <all.client.example.com>")
    itself = take()

    assert (by_list.state, itself.state) == ("AUTOMATIC", "REGISTERED")


def test_a_lists_copy_of_a_mail_that_was_taken_is_a_duplicate(ada):
    itself = take()
    by_list = take(fields="List-Id: <all.client.example.com>")

    assert (itself.state, by_list.state) == ("REGISTERED", "DUPLICATE")


def test_a_bounce_without_a_readable_sender_is_kept(ada):
    mail = take(sender="Mail Delivery System <MAILER-DAEMON>")

    assert (mail.state, mail.why) == ("AUTOMATIC", "It comes from a mail system (mailer-daemon).")


def test_a_machines_mail_twice_over_is_no_fault(ada):
    field = "Auto-Submitted: auto-replied"
    states = [take(make_mail(fields=field, text=text)).state for text in ("one", "two")]

    assert states == ["AUTOMATIC", "AUTOMATIC"]
