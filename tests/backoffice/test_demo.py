"""The trial's data: made by the services, told as a story, watched for a minute and a half."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from apps.backoffice.demo import NotEmpty, load_demo
from apps.intake.models import InboundMail
from apps.outbox.models import Message
from apps.tickets.models import Deadline, Event, Ticket
from apps.tickets.services import sweep_deadlines
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
    assert Ticket.objects.count() == 25
    assert set(Ticket.objects.values_list("status", flat=True)) == {"OPEN", "WAITING", "CLOSED"}
    assert set(Deadline.objects.filter(kind="RESPONSE").values_list("state", flat=True)) == {
        "OPEN",
        "MET",
        "MISSED",
    }
    assert Ticket.objects.filter(plan__key="wholesale").count() == 10


@pytest.mark.usefixtures("demo")
def test_mails_came_to_every_end_but_a_fault_of_ours():
    ends = set(InboundMail.objects.values_list("state", flat=True))

    assert ends == {"REGISTERED", "ADDED", "REFUSED", "AUTOMATIC", "UNREADABLE"}
    assert InboundMail.objects.filter(state="REFUSED").count() == 3


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
@pytest.mark.parametrize("name", ["admin", "duty", "agent"])
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

    assert Ticket.objects.count() == 25
    said = capsys.readouterr().out
    assert "faultline-demo" in said
    assert "Watch" not in said
