"""A second matter in a ticket becomes a ticket of its own, on the clock since it was asked."""

import pytest

from apps.outbox.models import Message as Mail
from apps.outbox.rendering import render
from apps.tickets import services
from apps.tickets.models import Link, SearchText, Ticket
from tests.factories import make_client, make_policy, make_staff, make_ticket, severity_of
from tests.tickets.reading import everything, facts, later, log, mails, verdicts

pytestmark = pytest.mark.django_db

STAFF_AT = {"answer": 40, "ask": 50}


@pytest.fixture
def staff():
    return make_staff(name="mia")


@pytest.fixture
def ticket(staff):
    """Registered; another matter after 30 minutes; an answer, a question and a reply to it."""
    ticket = make_ticket(text="No dial tone.")
    other = make_client(order=ticket.order, email="bob@client.example.com")
    say(ticket, "And the fax?", at=later(minutes=30), client=other, source_key="r1")
    call = {"ticket": ticket, "by": staff}
    services.answer(text="We look.", at=later(minutes=40), act_key="a", **call)
    services.ask_client(text="Which fax?", at=later(minutes=50), act_key="q", **call)
    say(ticket, "The old one.", at=later(minutes=60), client=other, source_key="r2")
    return ticket


def say(ticket, text, *, at, client, source_key):
    mail_id = f"{source_key}@client.example.com"
    services.client_replied(
        ticket=ticket,
        client=client,
        text=text,
        at=at,
        source_key=source_key,
        source_mail_id=mail_id,
    )


def split(ticket, *texts, by, act_key="s", entries=(), severity="2", subject="The  fax", **given):
    return services.split(
        **{
            "ticket": ticket,
            "messages": [ticket.messages.get(text=text) for text in texts],
            "subject": subject,
            "severity": severity_of(ticket.version, severity),
            "by": by,
            "at": later(hours=2),
            "act_key": act_key,
            "entries": entries,
            **given,
        }
    )


def texts(ticket):
    return [*ticket.messages.values_list("text", flat=True)]


@pytest.mark.clause("V-8.1.4", "R-14")
def test_the_new_ticket_is_under_the_same_terms_and_counts_from_when_it_was_asked(ticket, staff):
    new = split(ticket, "And the fax?", by=staff)

    same = ["account_id", "order_id", "version_id", "plan_id", "agreed", "entitled", "desk"]
    assert [getattr(new, name) for name in same] == [getattr(ticket, name) for name in same]
    assert (new.subject, new.severity.key, new.channel) == ("The fax", "2", "EMAIL")
    assert (new.requester.email, new.registered_at) == (
        "bob@client.example.com",
        later(minutes=30),
    )
    assert log(new) == [
        ("REGISTERED", later(minutes=30)),
        ("ACKNOWLEDGED", later(hours=2)),
    ]
    registered = new.events.get(kind="REGISTERED")
    assert (registered.recorded_at, registered.by) == (later(hours=2), staff)
    assert registered.facts == {
        "severity": "2",
        "channel": "EMAIL",
        "arrival": "INSIDE",
        "split_from": ticket.number,
        "pk": ticket.pk,
    }
    assert (texts(new), texts(ticket)) == (
        ["And the fax?"],
        ["No dial tone.", "We look.", "Which fax?", "The old one."],
    )


@pytest.mark.clause("V-2-response", "V-2-resolution")
def test_answers_questions_and_replies_count_at_their_own_instants(ticket, staff):
    new = split(ticket, "And the fax?", "We look.", "Which fax?", "The old one.", by=staff)

    assert log(new) == [
        ("REGISTERED", later(minutes=30)),
        ("RESPONDED", later(minutes=40)),
        ("RESPONDED", later(minutes=50)),
        ("ASKED_CLIENT", later(minutes=50)),
        ("CLIENT_REPLIED", later(minutes=60)),
        ("ACKNOWLEDGED", later(hours=2)),
    ]
    assert {event.recorded_at for event in new.events.all()} == {later(hours=2)}
    assert verdicts(new)["RESPONSE"][0::2] == ("MET", later(minutes=40))
    assert new.status == "OPEN"


@pytest.mark.clause("V-2-resolution")
def test_a_question_that_is_not_answered_leaves_it_on_the_clients_side(ticket, staff):
    assert split(ticket, "And the fax?", "Which fax?", by=staff).status == "WAITING"


@pytest.mark.clause("V-2-response", "R-17")
def test_a_response_that_nobody_gave_is_missed_when_it_was_due(ticket, staff):
    new = split(ticket, "And the fax?", by=staff, at=later(hours=30))

    state, due_at, settled_at = verdicts(new)["RESPONSE"]
    assert (state, settled_at) == ("MISSED", due_at)
    assert due_at < later(hours=30)


def test_what_was_said_on_the_old_one_stays_on_its_record(ticket, staff):
    before = log(ticket)

    new = split(ticket, "And the fax?", "We look.", by=staff)

    message = new.messages.first()
    assert log(ticket) == [*before, ("SPLIT", later(hours=2))]
    assert facts(ticket, "SPLIT") == [
        {"into": new.number, "pk": new.pk, "messages": [*new.messages.values_list("pk", flat=True)]}
    ]
    assert (message.text, Link.objects.get().second) == ("And the fax?", new)


@pytest.mark.clause("V-8.1.4")
def test_whoever_asked_gets_the_new_number(ticket, staff):
    new = split(ticket, "And the fax?", by=staff)

    row = Mail.objects.get(topic="ticket.acknowledged", payload={"ticket_id": new.pk})
    mail = render(topic=row.topic, payload=row.payload)
    assert (row.recipient, mail.subject) == ("bob@client.example.com", f"[{new.number}] The fax")
    assert mail.in_reply_to == "<r1@client.example.com>"


def test_chosen_time_goes_and_the_rest_stays(ticket, staff):
    call = {"order": ticket.order, "ticket": ticket, "who": staff, "by": staff, "kind": "SUPPORT"}
    call |= {"minutes": 5, "what": "Looked", "at": later(hours=1)}
    goes, stays = (
        services.log_time(started_at=later(minutes=start), source_key=f"t{start}", **call)
        for start in (35, 45)
    )

    new = split(ticket, "And the fax?", by=staff, entries=[goes])

    assert ([*new.time_entries.all()], [*ticket.time_entries.all()]) == ([goes], [stays])
    assert goes.history.latest().history_change_reason == f"Split from {ticket.number}"


def test_it_lies_where_the_old_one_lies(ticket, staff):
    services.assign(ticket=ticket, to=staff, by=staff, at=later(minutes=70))

    new = split(ticket, "And the fax?", by=staff)

    assert (new.assignee, facts(new, "ASSIGNED")) == (staff, [{"to": "mia"}])


def test_a_search_finds_the_words_where_they_are(ticket, staff):
    new = split(ticket, "And the fax?", by=staff)

    words = dict(SearchText.objects.values_list("ticket", "words"))
    assert (" and " in words[new.pk], " and " in words[ticket.pk]) == (True, False)


def test_the_same_act_again_is_the_same_ticket(ticket, staff):
    moving = [ticket.messages.get(text="And the fax?")]
    new = split(ticket, by=staff, messages=moving)
    before = everything()

    assert split(ticket, by=staff, messages=moving) == new
    assert everything() == before


def test_what_came_with_a_duplicate_is_split_off_with_its_answers(ticket, staff):
    other = make_ticket(requester=ticket.requester, text="A third matter.", at=later(minutes=70))
    call = {"ticket": other, "by": staff}
    services.answer(text="On the third.", at=later(minutes=80), act_key="a3", **call)
    services.merge(duplicate=other, into=ticket, by=staff, at=later(minutes=90), act_key="m")

    new = split(ticket, "A third matter.", "On the third.", by=staff)

    assert log(new)[:2] == [
        ("REGISTERED", later(minutes=70)),
        ("RESPONDED", later(minutes=80)),
    ]


@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        ([], "at least one message from the client"),
        (["We look."], "at least one message from the client"),
        (
            ["No dial tone.", "And the fax?", "We look.", "Which fax?", "The old one."],
            "Leave at least one message",
        ),
    ],
)
def test_something_of_the_client_goes_and_something_stays(ticket, staff, chosen, why):
    before = everything()

    with pytest.raises(services.Refused, match=why):
        split(ticket, *chosen, by=staff)

    assert everything() == before


def test_what_is_not_this_tickets_is_refused(ticket, staff):
    elsewhere = make_ticket()
    worked = services.log_time(
        order=elsewhere.order,
        ticket=elsewhere,
        who=staff,
        by=staff,
        kind="SUPPORT",
        started_at=later(minutes=1),
        minutes=5,
        what="Looked",
        at=later(hours=1),
        source_key="t",
    )
    tickets = Ticket.objects.count()

    for given, why in [
        ({"messages": [elsewhere.messages.get()]}, "Not all of these messages are on"),
        ({"entries": [worked]}, "Not all of this time is on"),
        ({"subject": " "}, "Give the new ticket a subject"),
    ]:
        with pytest.raises(services.Refused, match=why):
            split(ticket, "And the fax?", by=staff, **given)
    other = make_policy(changes={'label = "Solved"': 'label = "Solved at last"'})
    with pytest.raises(services.Refused, match="is not a severity of"):
        services.split(
            ticket=ticket,
            messages=[ticket.messages.get(text="And the fax?")],
            subject="The fax",
            severity=severity_of(other, "2"),
            by=staff,
            at=later(hours=2),
            act_key="s",
        )

    assert (Ticket.objects.count(), mails("ticket.merged")) == (tickets, [])


def test_a_ticket_that_was_merged_away_is_split_where_it_goes_on(ticket, staff):
    other = make_ticket(requester=ticket.requester, at=later(minutes=70))
    services.merge(duplicate=other, into=ticket, by=staff, at=later(minutes=90), act_key="m")
    services.note(ticket=other, text="Gone.", by=staff, at=later(minutes=95), act_key="n")

    # Nothing of the client is left on it; even so it says where to go.
    with pytest.raises(services.Refused, match=f"goes on as {ticket.number}"):
        split(other, "Gone.", by=staff)
