"""What is said on a ticket, and whose turn it is afterwards."""

import pytest

from apps.outbox.enqueue import InvalidRecipient
from apps.outbox.models import Message as Mail
from apps.tickets import services
from apps.tickets.services import Refused, Upload
from tests.factories import make_client, make_staff, make_ticket
from tests.tickets.reading import deadline, everything, facts, later, log, mails, verdicts

pytestmark = pytest.mark.django_db

SENDING = [services.answer, services.ask_client]
WRITING = [*SENDING, services.note, services.log_call]


def act(service, ticket, *, text="We look into it.", key="act", at=None, by=None):
    return service(
        ticket=ticket,
        text=text,
        by=by or make_staff(),
        at=at or later(hours=1),
        act_key=key,
    )


@pytest.mark.clause("V-2-response", "S-8")
def test_an_answer_goes_out_and_is_the_response():
    ticket, staff = make_ticket(), make_staff()

    message = act(services.answer, ticket, by=staff)

    mail = Mail.objects.get(topic="ticket.replied")
    assert (mail.recipient, mail.payload, mail.message_id, mail.created_at) == (
        ticket.requester.email,
        {"message_id": message.pk},
        f"<ticket.{ticket.pk}.message-{message.pk}@provider.example.com>",
        later(hours=1),
    )
    assert (message.direction, message.author, message.client) == ("OUT", staff, None)
    assert log(ticket)[2:] == [("RESPONDED", later(hours=1))]
    assert facts(ticket, "RESPONDED") == [{"message": message.pk}]
    assert verdicts(ticket)["RESPONSE"] == ("MET", later(hours=4), later(hours=1))
    assert verdicts(ticket)["RESOLUTION"] == ("OPEN", later(hours=8), None)


@pytest.mark.clause("V-2-resolution", "V-3.4.2", "R-16")
def test_asking_the_client_responds_and_stops_the_resolution_clock_only():
    ticket = make_ticket()

    act(services.ask_client, ticket)

    ticket.refresh_from_db()
    assert ticket.status == "WAITING"
    assert [kind for kind, _ in log(ticket)[2:]] == ["RESPONDED", "ASKED_CLIENT"]
    assert verdicts(ticket) == {
        "RESPONSE": ("MET", later(hours=4), later(hours=1)),
        "RESOLUTION": ("OPEN", None, None),
    }
    assert deadline(ticket, "RESOLUTION").next_at is None
    assert mails("ticket.replied") == [ticket.requester.email]


@pytest.mark.clause("V-2-resolution", "V-8.1.4")
def test_the_clients_reply_takes_the_clock_up_again():
    ticket = make_ticket()
    act(services.ask_client, ticket)

    services.client_replied(
        ticket=ticket,
        client=ticket.requester,
        text="Here it is.",
        at=later(hours=3),
        source_key="mail:2",
        uploads=[Upload("log.txt", "text/plain", b"log")],
        source_mail_id="reply@client.example.com",
    )

    ticket.refresh_from_db()
    message = ticket.messages.get(direction="IN", mail_id="reply@client.example.com")
    assert ticket.status == "OPEN"
    assert log(ticket)[-1] == ("CLIENT_REPLIED", later(hours=3))
    assert (message.client, message.text, message.attachments.count()) == (
        ticket.requester,
        "Here it is.",
        1,
    )
    assert deadline(ticket, "RESOLUTION").due_at == later(hours=10)


def test_the_same_reply_again_changes_nothing():
    ticket = make_ticket()
    reply = {"ticket": ticket, "client": ticket.requester, "text": "!", "source_key": "mail:2"}
    services.client_replied(**reply, at=later(hours=1))
    before = everything()

    services.client_replied(**reply, at=later(hours=2))

    assert everything() == before


@pytest.mark.clause("R-15", "V-8.1.4")
def test_a_client_who_writes_to_a_closed_ticket_opens_it_again():
    ticket = make_ticket()
    reason = ticket.version.reasons.get(key="solved")
    services.solve(
        ticket=ticket, reason=reason, text="Done.", by=make_staff(), at=later(hours=1), act_key="c"
    )

    services.client_replied(
        ticket=ticket, client=ticket.requester, text="No.", at=later(hours=5), source_key="mail:2"
    )

    ticket.refresh_from_db()
    assert (ticket.status, log(ticket)[-1]) == ("OPEN", ("REOPENED", later(hours=5)))
    assert verdicts(ticket)["RESOLUTION"] == ("OPEN", later(hours=12 + 12), None)


@pytest.mark.clause("V-2-response")
def test_a_note_is_neither_sent_nor_a_response():
    ticket, staff = make_ticket(), make_staff()

    act(services.note, ticket, by=staff)

    message = ticket.messages.get(direction="NOTE")
    assert (message.text, message.author) == ("We look into it.", staff)
    assert log(ticket)[-1] == ("NOTED", later(hours=1))
    assert (deadline(ticket, "RESPONSE").state, mails("ticket.replied")) == ("OPEN", [])


@pytest.mark.clause("V-2-response", "V-6.4")
def test_a_logged_call_is_a_response_though_nothing_is_sent():
    ticket = make_ticket()

    act(services.log_call, ticket)

    message = ticket.messages.get(direction="NOTE")
    assert facts(ticket, "RESPONDED") == [{"message": message.pk, "by_phone": True}]
    assert (deadline(ticket, "RESPONSE").state, mails("ticket.replied")) == ("MET", [])


@pytest.mark.parametrize("service", WRITING)
def test_a_double_click_is_one_act(service):
    ticket, staff = make_ticket(), make_staff()
    first = act(service, ticket, by=staff)
    before = everything()

    again = act(service, ticket, by=staff, at=later(hours=2))

    assert (again, everything()) == (first, before)


@pytest.mark.parametrize(
    ("service", "why"),
    [
        (services.answer, "Write what the client shall read: an empty message is not sent."),
        (services.ask_client, "Write what the client shall read: an empty message is not sent."),
        (services.note, "Write something: an empty note helps nobody."),
        (services.log_call, "Write what was said on the phone."),
    ],
)
def test_nothing_is_not_written_down(service, why):
    ticket, staff = make_ticket(), make_staff()
    before = everything()

    with pytest.raises(Refused) as refused:
        act(service, ticket, text=" \n ", by=staff)

    assert (str(refused.value), everything()) == (why, before)


@pytest.mark.parametrize("service", SENDING)
def test_nothing_is_sent_on_a_closed_ticket(service):
    ticket, staff = make_ticket(), make_staff()
    reason = ticket.version.reasons.get(key="solved")
    services.solve(
        ticket=ticket, reason=reason, text="Done.", by=staff, at=later(hours=1), act_key="c"
    )

    with pytest.raises(Refused) as refused:
        act(service, ticket, by=staff)

    assert str(refused.value) == (
        f"{ticket.number} is closed. Reopen it before you write to the client."
    )


@pytest.mark.parametrize("service", SENDING)
def test_an_answer_that_cannot_be_sent_leaves_nothing_half_done(service):
    ticket, staff = make_ticket(requester=make_client()), make_staff()
    type(ticket.requester).objects.update(email="nobody")
    before = (everything(), log(ticket), verdicts(ticket))

    with pytest.raises(InvalidRecipient):
        act(service, ticket, by=staff)

    assert (everything(), log(ticket), verdicts(ticket)) == before


@pytest.mark.parametrize("service", SENDING)
def test_the_text_sent_last_is_not_sent_again_by_the_same_person(service):
    ticket, staff = make_ticket(), make_staff()
    act(service, ticket, by=staff, key="first")

    with pytest.raises(Refused, match="You sent this very text last"):
        act(service, ticket, by=staff, key="back and again", at=later(hours=2))

    assert act(service, ticket, key="somebody else", at=later(hours=3)).text == "We look into it."
