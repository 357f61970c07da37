"""A request by mail, from an authorised user under an order that is executed and in term."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from django.core import mail as outgoing

from apps.intake.models import InboundMail
from apps.outbox.models import Message as Told
from apps.outbox.services import deliver_pending
from apps.tickets.models import Ticket
from tests.factories import MORNING, make_preset
from tests.intake.mails_in import ADA, MAILBOX, happened, make_ada, make_mail, take, told


@pytest.mark.clause("V-8.1", "V-8.1.4", "V-2-order", "V-7.1")
def test_a_mail_registers_a_ticket_under_the_terms_of_its_order(ada):
    mail = take()

    ticket = Ticket.objects.get()
    assert (ticket.account, ticket.order) == (ada.order.account, ada.order)
    assert (ticket.version, ticket.plan) == (ada.order.version, ada.order.plan)
    assert (ticket.requester, ticket.channel) == (ada, "EMAIL")
    assert (ticket.severity.key, ticket.status) == ("4", "OPEN")
    assert (ticket.subject, ticket.registered_at) == ("No calls", MORNING)
    assert (mail.state, mail.ticket, mail.account) == ("REGISTERED", ticket, ada.order.account)


@pytest.mark.clause("V-8.1")
def test_what_was_said_is_kept_with_the_mails_own_name(ada):
    take()

    (message,) = Ticket.objects.get().messages.all()
    assert (message.direction, message.client, message.sent_at) == ("IN", ada, MORNING)
    assert (message.text, message.html) == ("No calls since nine.", "")
    assert message.mail_id == "no-calls@client.example.com"


@pytest.mark.clause("V-2-response")
def test_registering_and_acknowledging_are_on_record_and_no_response(ada):
    take()

    ticket = Ticket.objects.get()
    assert happened(ticket) == ["REGISTERED", "ACKNOWLEDGED"]
    registered = ticket.events.order_by("pk")[0]
    assert registered.at == MORNING
    assert registered.facts == {"severity": "4", "channel": "EMAIL", "arrival": "INSIDE"}


@pytest.mark.clause("V-2-response", "V-2-resolution")
def test_the_clocks_run_from_the_instant_of_receipt(ada):
    take()

    # Nine in New York; eight hours later it is 17:00, and 48 hours are four days of twelve.
    found = Ticket.objects.get().deadlines.values_list("kind", "state", "started_at", "due_at")
    assert sorted(found) == [
        ("RESOLUTION", "OPEN", MORNING, datetime(2026, 3, 10, 13, tzinfo=UTC)),
        ("RESPONSE", "OPEN", MORNING, MORNING + timedelta(hours=8)),
    ]


@pytest.mark.clause("S-8")
@pytest.mark.parametrize("date", ["Mon, 1 Jan 1996 00:00:00 +0000", "1 Jan 2090 00:00", "soon"])
def test_the_date_that_a_mail_bears_moves_no_clock(ada, date):
    take(make_mail().replace(b"Wed, 4 Mar 2026 09:00:00 -0500", date.encode()))

    assert Ticket.objects.get().registered_at == MORNING


@pytest.mark.clause("V-4", "V-7.1")
@pytest.mark.django_db
def test_a_silver_request_is_to_be_answered_within_a_day():
    make_ada(version=make_preset(slug="voximplant-premium-2023"), plan="silver")

    mail = take(to="premium-support@example.com")

    ticket = Ticket.objects.get()
    (response,) = ticket.deadlines.all()
    assert (mail.clause, ticket.severity.key) == ("V-3.5", "IV")
    assert (response.kind, response.due_at) == ("RESPONSE", MORNING + timedelta(hours=24))


@pytest.mark.clause("V-8.1.4")
def test_one_acknowledgement_goes_to_the_requester_with_the_number(ada):
    take()

    number = Ticket.objects.get().number
    assert told() == [("ticket.acknowledged", ADA)]
    assert deliver_pending(at=MORNING) == 1
    (sent,) = outgoing.outbox
    assert (sent.to, sent.subject) == ([ADA], f"[{number}] No calls")
    assert sent.reply_to == [MAILBOX]
    assert number in sent.body
    assert sent.extra_headers["In-Reply-To"] == "<no-calls@client.example.com>"
    assert sent.extra_headers["Auto-Submitted"] == "auto-replied"


@pytest.mark.clause("V-8.1.4")
def test_an_answer_to_the_acknowledgement_lands_on_the_ticket(ada):
    take()
    deliver_pending(at=MORNING)
    (sent,) = outgoing.outbox
    ours = message_from_bytes(sent.message().as_bytes(), policy=default)["Message-ID"]

    mail = take(
        subject="Nothing of the kind", message_id="<b@c.example>", fields=f"In-Reply-To: {ours}"
    )

    assert (mail.state, mail.ticket) == ("ADDED", Ticket.objects.get())


@pytest.mark.clause("V-3.5")
def test_the_case_of_an_address_does_not_matter(ada):
    assert take(sender=f"ADA <{ADA.upper()}>").state == "REGISTERED"


def test_the_bytes_are_kept_as_they_came(ada):
    raw = make_mail(text="caf\u00e9").replace(b"\xc3\xa9", b"\xe9\xff\x00\x80")

    take(raw)

    assert bytes(InboundMail.objects.get().raw) == raw


def test_an_answer_address_elsewhere_neither_authorises_nor_is_written_to(ada):
    mail = take(sender="Eve <eve@example.net>", fields=f"Reply-To: {ADA}")

    assert (mail.state, told()) == ("REFUSED", [("request.refused", "eve@example.net")])


def test_nothing_is_queued_but_the_acknowledgement(ada):
    take()

    (message,) = Told.objects.all()
    assert (message.due_at, message.state) == (MORNING, "PENDING")
    assert (
        message.message_id
        == f"<ticket.{Ticket.objects.get().pk}.acknowledged@"
        + (message.message_id.rpartition("@")[2])
    )
