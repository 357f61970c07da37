"""Later mail lands on the ticket that it names, if the sender may write to it."""

from datetime import timedelta

import pytest
from django.conf import settings

from apps.intake.models import InboundMail
from apps.tickets import services as tickets
from apps.tickets.models import Ticket
from apps.tickets.services.mail_ids import mail_id
from tests.factories import (
    MORNING,
    make_client,
    make_order,
    make_staff,
    make_ticket,
    reason_of,
)
from tests.intake.mails_in import ADA, happened, make_ada, said, take, ticket_of, told

LATER = MORNING + timedelta(hours=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(ada) -> Ticket:
    return make_ticket(requester=ada, source_mail_id="first@client.example.com")


def reply(**mail) -> InboundMail:
    return take(at=LATER, message_id="<reply@client.example.com>", text="More of it.", **mail)


def name_of(ticket: Ticket) -> str:
    return mail_id(ticket.pk, "acknowledged")


@pytest.mark.clause("V-8.1.4")
@pytest.mark.parametrize("field", ["In-Reply-To: {}", "References: <a@b.example> {} <c@d.example>"])
def test_an_answer_to_a_mail_of_ours_lands_on_its_ticket(ticket, field):
    mail = reply(fields=field.format(name_of(ticket)))

    why = f"The sender wrote to {ticket.number}."
    assert (mail.state, mail.ticket, mail.why) == ("ADDED", ticket, why)
    assert mail.account == ticket.account
    assert said(ticket) == ["Nothing works.", "More of it."]
    assert happened(ticket) == ["REGISTERED", "ACKNOWLEDGED", "CLIENT_REPLIED"]
    assert told() == [("ticket.acknowledged", ADA)]


@pytest.mark.clause("V-8.1.4")
@pytest.mark.parametrize("subject", ["Re: [{}] No calls", "AW: {}: No calls", "{}"])
def test_the_number_in_the_subject_leads_to_the_ticket(ticket, subject):
    mail = reply(subject=subject.format(ticket.number))

    assert (mail.state, mail.ticket) == ("ADDED", ticket)


@pytest.mark.clause("V-8.1.4")
def test_what_a_mail_answers_counts_more_than_the_number_in_its_subject(ticket, ada):
    other = make_ticket(requester=ada)

    mail = reply(subject=f"Re: [{other.number}]", fields=f"In-Reply-To: {name_of(ticket)}")

    assert (mail.ticket, said(other)) == (ticket, ["Nothing works."])


@pytest.mark.clause("V-8.1.4")
def test_of_two_numbers_the_first_counts(ticket, ada):
    other = make_ticket(requester=ada)

    assert reply(subject=f"[{other.number}] and [{ticket.number}]").ticket == other


@pytest.mark.clause("V-3.5", "V-8.1.4")
def test_of_two_numbers_the_one_that_the_sender_may_write_to_counts(ticket):
    foreign = make_ticket()

    mail = reply(subject=f"[{foreign.number}] and [{ticket.number}]")

    assert (mail.state, mail.ticket, said(foreign)) == ("ADDED", ticket, ["Nothing works."])


@pytest.mark.clause("V-3.5")
def test_a_colleague_under_the_same_order_may_write_to_the_ticket(ticket):
    kim = make_client(order=ticket.order, email="kim@client.example.com")

    mail = reply(sender="kim@client.example.com", subject=ticket.number)

    assert (mail.state, mail.ticket) == ("ADDED", ticket)
    assert ticket.messages.get(text="More of it.").client == kim


@pytest.mark.clause("V-2-resolution", "V-8.1.4")
def test_the_clients_answer_brings_the_ticket_back_to_us(ticket):
    staff = make_staff()
    tickets.ask_client(ticket=ticket, text="Since when?", by=staff, at=MORNING, act_key="ask")

    reply(subject=ticket.number)

    ticket.refresh_from_db()
    resolution = ticket.deadlines.get(kind="RESOLUTION")
    assert (ticket.status, happened(ticket)[-1]) == ("OPEN", "CLIENT_REPLIED")
    # Eight hours of service from 09:00 in New York, an hour of it on the client's side.
    assert resolution.due_at == MORNING + timedelta(hours=9)


@pytest.mark.clause("V-8.1.4", "V-8.3")
def test_an_answer_to_a_closed_ticket_opens_it_again(ticket):
    closing = ticket.version.reasons.filter(kind="CLOSING").order_by("pk")[0]
    reason = reason_of(ticket.version, closing.key)
    staff = make_staff()
    tickets.solve(ticket=ticket, reason=reason, text="Done.", by=staff, at=MORNING, act_key="close")

    reply(subject=ticket.number)

    ticket.refresh_from_db()
    assert (ticket.status, happened(ticket)[-1]) == ("OPEN", "REOPENED")


@pytest.mark.clause("V-3.1")
def test_a_ticket_registered_in_term_may_be_written_to_after_it(ticket):
    order = ticket.order
    order.state = "ENDED"
    order.save()

    assert reply(subject=ticket.number).state == "ADDED"


@pytest.mark.clause("V-3.5")
@pytest.mark.parametrize("named", ["exists", "does not"])
def test_a_stranger_who_names_a_number_cannot_learn_whether_it_exists(ticket, named):
    number = ticket.number if named == "exists" else f"{settings.TICKET_PREFIX}-999999"

    mail = reply(sender="eve@example.net", subject=number, fields=f"References: {name_of(ticket)}")

    assert (mail.state, mail.ticket) == ("REFUSED", None)
    assert mail.why == "eve@example.net is not an authorised user of any order."
    assert said(ticket) == ["Nothing works."]
    assert happened(ticket) == ["REGISTERED", "ACKNOWLEDGED"]


@pytest.mark.clause("V-3.5")
def test_a_user_of_another_account_gets_a_ticket_of_their_own(ticket):
    bob = make_client(email="bob@other.example.com")

    mail = reply(sender="bob@other.example.com", fields=f"In-Reply-To: {name_of(ticket)}")

    assert (mail.state, ticket_of(mail).requester) == ("REGISTERED", bob)
    assert said(ticket) == ["Nothing works."]


@pytest.mark.clause("V-3.5")
def test_a_user_of_another_order_of_the_account_gets_a_ticket_of_their_own(ticket):
    bob = make_client(order=make_order(account=ticket.account), email="bob@client.example.com")

    mail = reply(sender="bob@client.example.com", subject=ticket.number)

    assert (mail.state, ticket_of(mail).order) == ("REGISTERED", bob.order)


@pytest.mark.clause("V-3.5")
def test_who_is_no_user_any_more_cannot_write_to_their_old_ticket(ticket, ada):
    ada.is_active = False
    ada.save()

    mail = reply(subject=ticket.number)

    assert (mail.state, mail.ticket, said(ticket)) == ("REFUSED", None, ["Nothing works."])


@pytest.mark.clause("V-8.1.4")
@pytest.mark.parametrize("subject", ["[FL-999999]", "[FL-999999999999]", "ACME-{pk}", "XFL-{pk}"])
def test_a_number_that_is_not_one_of_ours_names_nothing(ticket, subject):
    mail = reply(subject=subject.format(pk=f"{ticket.pk:06d}"))

    assert (mail.state, mail.ticket == ticket) == ("REGISTERED", False)


@pytest.mark.clause("V-8.1.4")
def test_a_message_id_of_another_domain_that_looks_like_ours_names_nothing(ticket):
    mail = reply(fields=f"In-Reply-To: <ticket.{ticket.pk}.acknowledged@evil.example>")

    assert mail.state == "REGISTERED"


@pytest.mark.clause("V-3.5")
def test_a_user_of_two_accounts_may_answer_under_either():
    make_ada(number="ORD-OLD")
    there = make_ticket(requester=make_ada(number="ORD-NEW"))

    assert reply(subject=there.number).ticket == there
