"""A request becomes a ticket: number, terms, clocks, acknowledgement."""

from datetime import timedelta

import pytest

from apps.outbox.enqueue import InvalidRecipient
from apps.outbox.models import Message as Mail
from apps.tickets import services
from apps.tickets.models import Ticket
from apps.tickets.services import Refused, Upload
from tests.factories import (
    HARBOUR,
    MORNING,
    make_client,
    make_order,
    make_policy,
    make_staff,
    make_ticket,
    severity_of,
)
from tests.tickets.reading import deadline, everything, facts, later, log, verdicts

pytestmark = pytest.mark.django_db


def register(client, **facts):
    given = {"channel": "EMAIL", "subject": "Help", "text": "Please.", "source_key": "k"}
    return services.register(requester=client, at=MORNING, **{**given, **facts})


@pytest.mark.clause("V-8.1.4", "V-2-response", "S-8")
def test_a_request_is_registered_acknowledged_and_put_on_the_clock():
    client = make_client()

    ticket = make_ticket(requester=client, severity="3")

    order = client.order
    assert (ticket.account, ticket.order, ticket.version, ticket.plan) == (
        order.account,
        order,
        order.version,
        order.plan,
    )
    assert (ticket.status, ticket.registered_at, ticket.latest_at) == ("OPEN", MORNING, MORNING)
    assert log(ticket) == [("REGISTERED", MORNING), ("ACKNOWLEDGED", MORNING)]
    assert verdicts(ticket) == {
        "RESPONSE": ("OPEN", later(hours=4), None),
        "RESOLUTION": ("OPEN", later(hours=8), None),
    }
    assert deadline(ticket, "RESPONSE").next_at == later(hours=3)


@pytest.mark.clause("V-8.1.4")
def test_each_ticket_has_a_number_of_its_own():
    ticket = make_ticket()

    assert ticket.number == f"FL-{ticket.pk:06d}"
    assert str(ticket) == f"FL-{ticket.pk:06d} No dial tone"


@pytest.mark.clause("V-8.1.4")
def test_the_requester_is_told_the_number():
    client = make_client(email="ada@client.example.com")
    ticket = make_ticket(requester=client)

    mail = Mail.objects.get()

    assert (mail.topic, mail.recipient, mail.payload, mail.created_at, mail.message_id) == (
        "ticket.acknowledged",
        "ada@client.example.com",
        {"ticket_id": ticket.pk},
        MORNING,
        f"<ticket.{ticket.pk}.acknowledged@provider.example.com>",
    )


@pytest.mark.clause("V-2-response")
def test_an_acknowledgement_is_no_response():
    assert deadline(make_ticket(), "RESPONSE").state == "OPEN"


def test_the_same_request_again_is_the_same_ticket():
    client = make_client()
    ticket = make_ticket(requester=client, source_key="mail:1")
    before = everything()

    again = make_ticket(requester=client, source_key="mail:1", subject="Other")

    assert (again, everything()) == (ticket, before)


@pytest.mark.clause("V-7.1")
def test_without_a_severity_it_gets_the_policys_default():
    ticket = register(make_client())

    assert (ticket.severity.key, facts(ticket, "REGISTERED")[0]["severity"]) == ("4", "4")


@pytest.mark.clause("S-2")
@pytest.mark.parametrize(
    ("wait", "arrival"),
    [
        (timedelta(), "INSIDE"),
        (timedelta(hours=11, microseconds=-1), "INSIDE"),
        (timedelta(hours=11), "OUTSIDE"),
        (timedelta(days=3), "OUTSIDE"),
    ],
)
def test_whether_it_came_inside_standard_hours_is_kept(wait, arrival):
    ticket = make_ticket(at=MORNING + wait)

    assert facts(ticket, "REGISTERED") == [
        {"severity": "3", "channel": "EMAIL", "arrival": arrival}
    ]


def test_the_message_is_kept_with_its_files():
    ticket = make_ticket(
        text="See the trace.",
        html="<p>See the trace.</p>",
        uploads=[Upload("trace.txt", "text/plain", b"SIP/2.0 503")],
    )

    message = ticket.messages.get()
    file = message.attachments.get()
    assert (message.direction, message.client, message.author) == ("IN", ticket.requester, None)
    assert (message.text, message.html) == ("See the trace.", "<p>See the trace.</p>")
    assert (message.sent_at, message.mail_id) == (MORNING, "question@client.example.com")
    assert (file.name, file.content_type, file.size) == ("trace.txt", "text/plain", 11)
    assert bytes(file.content) == b"SIP/2.0 503"


@pytest.mark.parametrize(
    ("subject", "kept"),
    [("", "(no subject)"), (" \n ", "(no subject)"), ("a\r\n b", "a b"), ("x" * 300, "x" * 250)],
)
def test_any_subject_is_made_one_line(subject, kept):
    assert register(make_client(), subject=subject).subject == kept


def test_registration_is_in_the_history_dated_to_the_request():
    row = make_ticket().history.get()

    assert (row.history_date, row.history_change_reason, row.history_user) == (
        MORNING,
        "Registered",
        None,
    )


def test_a_severity_of_another_policy_is_refused():
    other = make_policy(text=HARBOUR.read_text().replace("harbour-support", "other-support"))
    client = make_client()

    with pytest.raises(Refused) as refused:
        register(client, severity=severity_of(other, "1"))

    assert str(refused.value) == (
        f"Priority 1 is not a severity of Harbour support v1, which {client.order} is under."
    )


def test_a_requester_who_cannot_be_told_leaves_nothing_half_done():
    client = make_client(email="two@example.com, three@example.com")
    before = everything()

    with pytest.raises(InvalidRecipient):
        register(client)

    assert everything() == before == [0] * 6


@pytest.mark.clause("R-14")
def test_a_ticket_keeps_the_terms_it_was_registered_under():
    client = make_client()
    ticket = make_ticket(requester=client)
    newer = make_policy(changes={"within = { hours = 4 }": "within = { hours = 6 }"})
    client.order.version, client.order.plan = newer, newer.plans.get()
    client.order.save()

    services.note(ticket=ticket, text="-", by=make_staff(), at=later(hours=1), act_key="n")

    assert deadline(ticket, "RESPONSE").due_at == later(hours=4)
    assert deadline(make_ticket(requester=client), "RESPONSE").due_at == later(hours=6)


@pytest.mark.clause("V-4")
def test_an_order_of_another_plan_has_that_plans_targets():
    """The order's own plan counts, not the first one of the policy."""
    plus = '[[plans]]\nkey = "plus"\ntitle = "Plus"\nclause = "H-3"\n\n[[targets]]'
    version = make_policy(
        text=HARBOUR.read_text()
        .replace("[[targets]]", plus, 1)
        .replace('plans = ["berth"]', 'plans = ["berth", "plus"]')
        + '\n[[targets]]\nkind = "response"\nplans = ["plus"]\nseverities = ["3"]\n'
        'channel = "PHONE"\nwithin = { minutes = 10 }\ncalendar = "always"\nclause = "H-3"\n'
    )
    due = {
        plan: deadline(
            make_ticket(
                requester=make_client(order=make_order(version=version, plan=plan)),
                channel=Ticket.Channel.PHONE,
            ),
            "RESPONSE",
        ).due_at
        for plan in ["berth", "plus"]
    }

    assert due == {"berth": later(hours=4), "plus": later(minutes=10)}
