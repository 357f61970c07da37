"""Calls: settled, a ticket, part of one, sent elsewhere or refused; each written down once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.intake import services
from apps.intake.models import Call, RefusedRequest
from apps.tickets import services as tickets
from apps.tickets.models import Ticket, TimeEntry
from apps.tickets.services import Refused
from tests.calls_made import call_act, make_caller, register, settle
from tests.factories import MORNING, make_client, make_order, make_policy, make_staff, make_ticket
from tests.intake.mails_in import happened, told
from tests.time_made import make_premium, make_tam, make_time

pytestmark = pytest.mark.django_db
LATER = MORNING + timedelta(hours=2)


@pytest.fixture
def kim():
    return make_caller(email="kim@client.example.com")


def add(caller, ticket, *, at=LATER, key="staff:1", is_answer=False, **facts):
    act = call_act(caller, by=None, at=at, key=key, facts=facts)
    return services.add_call(ticket=ticket, is_answer=is_answer, **act)


def redirect(caller, to="TICKET", **facts):
    act = call_act(caller, by=None, at=MORNING, key="staff:1", facts=facts)
    return services.redirect_call(to=to, **act)


def refusal(act, *args, **facts):
    with pytest.raises(Refused) as refused:
        act(*args, **facts)
    assert (Call.objects.count(), RefusedRequest.objects.count()) == (0, 0)
    return str(refused.value)


def response_of(ticket):
    return ticket.deadlines.get(kind="RESPONSE")


@pytest.mark.clause("V-8.1", "S-1")
def test_a_call_that_is_settled_is_written_down_and_there_is_no_ticket(kim):
    dana = make_staff()

    call = settle(kim, by=dana, minutes=4)

    assert (call.outcome, call.ticket, call.refused, call.redirected_to) == (
        *("SETTLED", None, None, ""),
    )
    assert (call.person, call.order, call.account) == (kim, kim.order, kim.order.account)
    assert (call.taken_at, call.recorded_at) == (MORNING - timedelta(minutes=4), MORNING)
    assert (call.taken_by, call.caller, call.number) == (dana, kim.name, "+1 (607) 555-0139")
    assert (call.subject, call.text, call.minutes) == ("Calls drop", "Since nine.", 4)
    assert (Ticket.objects.count(), TimeEntry.objects.count(), told()) == (0, 0, [])


@pytest.mark.clause("V-8.1", "V-2-response", "S-8")
def test_a_call_becomes_a_ticket_and_is_its_response(kim):
    call = register(kim, minutes=10)

    ticket, began_at = call.ticket, MORNING - timedelta(minutes=10)
    assert (call.outcome, call.is_new_ticket) == ("TICKET", True)
    assert (ticket.channel, ticket.registered_at, ticket.desk) == ("PHONE", began_at, "CENTRE")
    assert happened(ticket) == ["REGISTERED", "ACKNOWLEDGED", "RESPONDED"]
    answered = ticket.events.get(kind="RESPONDED")
    assert answered.facts == {"message": ticket.messages.get().pk, "by_phone": True}
    assert (response_of(ticket).state, response_of(ticket).ended_at) == ("MET", began_at)
    assert told() == [("ticket.acknowledged", kim.email)]


@pytest.mark.clause("V-2-response")
def test_where_the_policy_does_not_count_calls_the_response_is_still_owed():
    version = make_policy(
        changes={'counts = ["public_reply", "logged_call"]': 'counts = ["public_reply"]'}
    )
    caller = make_client(order=make_order(version=version))

    ticket = register(caller).ticket

    assert (response_of(ticket).state, response_of(ticket).ended_at) == ("OPEN", None)


@pytest.mark.clause("V-1.2", "V-3.5")
@pytest.mark.parametrize("act", [settle, register])
def test_a_call_that_nothing_is_owed_to_is_refused_and_kept(kim, act):
    type(kim).objects.update(is_active=False)

    call = act(kim)

    row = RefusedRequest.objects.get()
    assert (call.outcome, call.refused, call.ticket) == ("REFUSED", row, None)
    assert (row.channel, row.person, row.source_key) == ("PHONE", kim, "staff:1")
    assert told() == [("request.refused", kim.email)]


def test_the_time_of_a_refused_call_is_not_logged(kim):
    type(kim).objects.update(is_active=False)

    settle(kim, minutes=5, logs_time=True)

    assert TimeEntry.objects.count() == 0


@pytest.mark.clause("V-2-response", "V-8.1.4")
def test_a_call_about_a_ticket_is_logged_there_and_is_a_response(kim):
    ticket = make_ticket(requester=kim)

    call = add(kim, ticket)

    assert (call.outcome, call.ticket, call.is_new_ticket) == ("TICKET", ticket, False)
    assert happened(ticket) == ["REGISTERED", "ACKNOWLEDGED", "RESPONDED"]
    assert response_of(ticket).ended_at == LATER
    assert ticket.messages.last().direction == "NOTE"
    assert Ticket.objects.count() == 1


@pytest.mark.clause("V-2-resolution", "V-3.4.2")
def test_a_call_that_answers_what_was_asked_ends_the_clients_turn(kim):
    ticket, dana = make_ticket(requester=kim), make_staff()
    asked_at = MORNING + timedelta(hours=1)
    tickets.ask_client(ticket=ticket, text="Which?", by=dana, at=asked_at, act_key="ask")

    add(kim, ticket, is_answer=True)

    ticket.refresh_from_db()
    assert ticket.status == "OPEN"
    assert happened(ticket)[-2:] == ["CLIENT_REPLIED", "RESPONDED"]
    assert ticket.messages.last().direction == "IN"


@pytest.mark.clause("V-3.5")
def test_another_orders_ticket_takes_no_call_and_one_that_waits_for_nothing_no_answer(kim):
    theirs, ours = make_ticket(), make_ticket(requester=kim)

    assert refusal(add, kim, theirs) == (
        f"{theirs.number} is not a ticket of {kim.order}, under which {kim.name} may speak. Look"
        " for them under the order of that ticket."
    )
    assert refusal(add, kim, ours, is_answer=True) == (
        f"{ours.number} does not wait for the client: take away the tick that the call answers"
        " what we asked."
    )


@pytest.mark.clause("S-1")
@pytest.mark.parametrize("to", ["TICKET", "EMAIL"])
def test_a_caller_is_sent_where_the_policy_lets_them_be_sent(kim, to):
    call = redirect(kim, to)

    assert (call.outcome, call.redirected_to, call.ticket) == ("REDIRECTED", to, None)
    assert (Ticket.objects.count(), told()) == (0, [])


@pytest.mark.clause("S-1")
def test_a_policy_without_the_rule_sends_nobody_elsewhere_and_one_only_where_it_says(kim):
    premium = make_client(order=make_premium())

    assert refusal(redirect, premium) == (
        f"The policy of {premium.order} sends no caller elsewhere: settle the call, or register a"
        " ticket."
    )
    assert refusal(redirect, kim, "FAX") == (
        f"The policy of {kim.order} lets callers be sent to the ticket system or e-mail only."
    )


@pytest.mark.clause("V-3.5")
def test_a_strangers_call_is_refused_and_written_down_once():
    asked = {
        "sender": "Eve of the night shift",
        "number": "555 0199",
        "subject": "Reset",
        "text": "My password.",
        "at": MORNING,
        "source_key": "staff:1",
        "by": make_staff(),
    }

    rows = [services.refuse_call(**asked) for _ in range(2)]

    call = Call.objects.get()
    assert (call.outcome, call.person, call.account, call.caller) == (
        *("REFUSED", None, None, "Eve of the night shift"),
    )
    assert {row.pk for row in rows} == {call.refused_id}


def test_the_same_call_again_is_one_call_whatever_became_of_it(kim):
    for act in (settle, register):
        first = act(kim, key=f"staff:{act.__name__}", minutes=5, logs_time=act is settle)
        assert act(kim, key=f"staff:{act.__name__}") == first

    assert (Call.objects.count(), Ticket.objects.count(), TimeEntry.objects.count()) == (2, 1, 1)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (
            {"began_at": MORNING + timedelta(seconds=1)},
            "This call lies ahead. Say when it began, or leave that empty.",
        ),
        (
            {"began_at": MORNING - timedelta(days=31, seconds=1)},
            "A call is written down within 31 days.",
        ),
        (
            {"began_at": MORNING - timedelta(minutes=4), "minutes": 5},
            "The call would not be over yet: correct its minutes, or when it began.",
        ),
        ({"minutes": 0}, "A call takes between a minute and 480 minutes."),
        ({"minutes": 481}, "A call takes between a minute and 480 minutes."),
        ({"logs_time": True}, "Say how many minutes the call took: they are logged as time."),
    ],
)
@pytest.mark.parametrize("act", [settle, register, redirect])
def test_what_does_not_fit_leaves_nothing(kim, act, facts, said):
    assert refusal(act, kim, **facts) == said
    assert (Ticket.objects.count(), told()) == (0, [])


@pytest.mark.parametrize(
    "began_at", [MORNING, MORNING - timedelta(days=31), MORNING - timedelta(hours=1)]
)
def test_a_call_of_earlier_is_dated_to_when_it_began(kim, began_at):
    assert settle(kim, began_at=began_at).taken_at == began_at


@pytest.mark.clause("V-2-response")
def test_a_ticket_of_an_earlier_call_runs_from_the_call_and_was_answered_in_time(kim):
    began_at = MORNING - timedelta(minutes=50)

    ticket = register(kim, severity="1", began_at=began_at).ticket

    found = response_of(ticket)
    assert (ticket.registered_at, found.started_at, found.ended_at) == (began_at,) * 3
    assert found.state == "MET"


@pytest.mark.clause("V-6.3", "V-6.4")
@pytest.mark.parametrize(
    ("is_tam", "kind", "desk"), [(True, "TAM", "TAM"), (False, *("SUPPORT", "CENTRE"))]
)
def test_who_is_the_tam_takes_calls_on_their_desk_and_against_their_hours(is_tam, kind, desk):
    caller, taker = make_client(order=make_premium()), make_staff()
    make_tam(order=caller.order, who=taker if is_tam else make_staff())

    call = register(caller, severity="III", by=taker, minutes=12, logs_time=True)

    entry = TimeEntry.objects.get()
    assert (entry.kind, entry.contact, entry.minutes, entry.ticket) == (
        *(kind, "PHONE", 12, call.ticket),
    )
    assert (entry.who, entry.started_at, entry.what) == (taker, call.taken_at, "Calls drop")
    assert call.ticket.desk == desk


def test_time_that_cannot_be_logged_leaves_no_call(kim):
    dana = make_staff()
    make_time(order=kim.order, who=dana, kind="SUPPORT", minutes=60, started_at=MORNING)

    with pytest.raises(Refused, match="has time on"):
        settle(kim, by=dana, at=LATER - timedelta(minutes=80), minutes=5, logs_time=True)

    assert Call.objects.count() == 0


@pytest.mark.clause("V-8.1")
def test_nobody_changes_or_removes_a_call(kim):
    call = settle(kim)

    for act in (lambda: Call.objects.update(text=""), call.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()

    assert Call.objects.get().text == "Since nine."


@pytest.mark.parametrize(
    "facts",
    [
        {"outcome": "TICKET"},
        {"outcome": "REFUSED"},
        {"outcome": "REDIRECTED"},
        {"outcome": "REDIRECTED", "redirected_to": "FAX"},
        {"outcome": "SETTLED", "redirected_to": "EMAIL"},
        {"outcome": "ELSE"},
        {"person": None},
        {"order": None},
        {"minutes": 0},
        {"minutes": 481},
        {"source_key": "staff:1"},
    ],
)
def test_the_database_refuses_facts_that_do_not_go_with_the_outcome(kim, facts):
    given = {
        "taken_at": MORNING,
        "recorded_at": MORNING,
        "taken_by": make_staff(),
        "account": kim.order.account,
        "order": kim.order,
        "person": kim,
        "caller": "Kim",
        "subject": "Calls drop",
        "text": "Since nine.",
        "outcome": "SETTLED",
        "source_key": "staff:2",
    }
    settle(kim)

    with pytest.raises(IntegrityError), transaction.atomic():
        Call.objects.create(**{**given, **facts})

    assert Call.objects.create(**given).pk


@pytest.mark.clause("V-8.1.4")
def test_a_ticket_that_was_merged_takes_no_call_and_says_where_it_goes_on(kim):
    into, gone = make_ticket(requester=kim), make_ticket(requester=kim)
    tickets.merge(duplicate=gone, into=into, by=make_staff(), at=MORNING, act_key="1")

    words = f"{gone.number} was merged and goes on as {into.number}. Log the call there."
    assert refusal(add, kim, gone) == words
