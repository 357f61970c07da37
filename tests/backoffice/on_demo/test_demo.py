"""The trial's data: made by the services, told as a story, watched for a minute and a half."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from apps.backoffice.demo import NotEmpty, load_demo
from apps.backoffice.my_clients import my_clients
from apps.contracts.models import Account, ApiToken, User
from apps.escalation.models import Escalation
from apps.intake.models import Call, InboundMail
from apps.outbox.models import Message
from apps.tickets.models import CannedReply, Deadline, Event, Ticket, VendorCase, Watcher
from apps.tickets.rules.placeholders import problems_in
from apps.tickets.services import proposal_of, sweep_deadlines
from tests.backoffice.making import NOON

pytestmark = pytest.mark.django_db


def test_the_watched_ticket_is_missed_while_one_watches(demo):
    response = demo.watch.deadlines.get(kind="RESPONSE")
    before = (response.state, response.due_at, response.warned_at is not None)

    sweep_deadlines(at=NOON + timedelta(seconds=90))
    at_the_instant = demo.watch.deadlines.get(kind="RESPONSE").state
    sweep_deadlines(at=NOON + timedelta(seconds=91))
    after = demo.watch.deadlines.get(kind="RESPONSE")

    assert before == ("OPEN", NOON + timedelta(seconds=90), True)
    assert at_the_instant == "OPEN"
    assert (after.state, after.settled_at) == ("MISSED", NOON + timedelta(seconds=90))


@pytest.mark.usefixtures("demo")
def test_tickets_are_in_all_states_and_promises_were_kept_and_missed():
    assert Ticket.objects.count() == 31
    states = set(Ticket.objects.values_list("status", flat=True))
    assert states == {"OPEN", "WAITING", "SOLVED", "ANSWERED", "SUSPENDED", "CLOSED"}
    proposed = [each.subject for each in Ticket.objects.order_by("pk") if proposal_of(each)]
    assert proposed == ["Nobody can sign in at the clinic"]
    assert [case.ticket.subject for case in VendorCase.objects.all()] == ["Closed-day greeting"]
    assert Ticket.objects.get(exclusion__isnull=False).subject == "Phones drop after an hour"
    assert set(Deadline.objects.filter(kind="RESPONSE").values_list("state", flat=True)) == {
        "OPEN",
        "MET",
        "MISSED",
    }
    assert Ticket.objects.filter(plan__key="wholesale").count() == 11


@pytest.mark.usefixtures("demo")
def test_tickets_are_watched_and_there_is_something_to_choose_from():
    assert [str(each) for each in Watcher.objects.order_by("pk")] == [
        *("Dora Quist", "Sam Okafor <sam@copperfield.example.com>", "Tamar Lund", "Dora Quist"),
    ]
    assert [problems_in(each.body) for each in CannedReply.objects.all()] == [[]] * 4
    assert CannedReply.history.values_list("history_change_reason").distinct().get() == ("Written",)


@pytest.mark.usefixtures("demo")
def test_mails_came_to_every_end_but_a_fault_of_ours():
    ends = set(InboundMail.objects.values_list("state", flat=True))

    assert ends == {"REGISTERED", "ADDED", "REFUSED", "AUTOMATIC", "UNREADABLE"}
    assert InboundMail.objects.filter(state="REFUSED").count() == 4


@pytest.mark.usefixtures("demo")
def test_escalations_are_in_all_states_one_with_its_second_rung_and_one_refused():
    found = Escalation.objects.order_by("pk").values_list("state", "rung", "finding")

    assert sorted(found) == [
        ("CLOSED", 1, "JUDGED"),
        ("OPEN", 1, "JUDGED"),
        ("OPEN", 2, "TRUE"),
        ("REFUSED", 0, "JUDGED"),
        ("TAKEN", 1, "JUDGED"),
    ]
    assert Escalation.objects.due(at=NOON).count() == 0


@pytest.mark.usefixtures("demo")
def test_programs_have_tokens_that_nobody_knows():
    held = ApiToken.objects.usable(at=NOON).order_by("pk").values_list("name", flat=True)

    assert (list(held), ApiToken.objects.over(at=NOON).get().name) == (
        ["Dashboard, live", "Provider's dashboard"],
        "Trying it out",
    )


@pytest.mark.usefixtures("demo")
def test_nothing_lies_in_the_future_and_what_was_missed_is_on_record():
    assert Event.objects.filter(at__gt=NOON).count() == 0
    assert Message.objects.filter(created_at__gt=NOON).count() == 0
    assert Deadline.objects.due(at=NOON).count() == 0


@pytest.mark.usefixtures("demo")
def test_the_worker_has_the_mails_still_to_send():
    assert set(Message.objects.values_list("state", flat=True)) == {"PENDING"}
    assert all(
        address.endswith(".example.com")
        for address in Message.objects.values_list("recipient", flat=True)
    )


@pytest.mark.usefixtures("demo")
def test_the_tam_has_one_client_near_the_limit_and_one_at_it():
    shown = my_clients(User.objects.get(username="tam"), at=NOON)

    assert [(client.order.number, client.tone, client.month.percent) for client in shown] == [
        ("PS-2063", "red", 100),
        ("PS-2041", "green", 30),
        ("PS-2057", "amber", 85),
    ]
    desks = Account.objects.get(name="Bluebird Clinics").tickets
    assert desks.get(subject="Intercom at the second door").desk == "CENTRE"
    assert User.objects.get(username="tam").tickets.get().desk == "TAM"


@pytest.mark.usefixtures("demo")
def test_calls_came_to_three_ends_and_the_ticket_of_one_was_answered_by_it():
    assert sorted(Call.objects.values_list("outcome", flat=True)) == [
        *("REDIRECTED", "SETTLED", "TICKET"),
    ]
    ticket = Call.objects.get(outcome="TICKET").ticket
    assert ticket.deadlines.get(kind="RESPONSE").ended_at == ticket.registered_at


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("name", ["admin", "duty", "agent", "tam", "finance"])
def test_the_logins_open_the_admin(client, name):
    assert client.login(username=name, password="faultline-demo")
    assert client.get(reverse("admin:index")).status_code == 200


@pytest.mark.usefixtures("demo")
def test_it_is_not_loaded_twice(capsys):
    with pytest.raises(NotEmpty):
        load_demo(at=NOON)
    with pytest.raises(CommandError, match="There is data here already"):
        call_command("load_demo")
    call_command("load_demo", "--if-empty")

    assert Ticket.objects.count() == 31
    said = capsys.readouterr().out
    assert "faultline-demo" in said
    assert "Watch" not in said
