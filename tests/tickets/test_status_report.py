"""The status report of an order: who may send it, who gets it, and what it says."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.outbox.models import Message
from apps.outbox.rendering import Withdrawn, render
from apps.tickets import services
from apps.tickets.queries import status_report as queries
from apps.tickets.services import Refused, send_status_report
from tests.factories import MORNING, make_client, make_staff, make_ticket, reason_of
from tests.tickets.reading import mails
from tests.time_made import make_premium, make_tam

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-6.1")]
TOPIC = "order.status_report"


@pytest.fixture
def tam():
    return make_staff(name="tamar")


@pytest.fixture
def order(tam):
    order = make_premium()
    make_tam(order=order, who=tam)
    return order


@pytest.fixture
def ann(order):
    return make_client(order=order, email="ann@client.example.com")


def send(order, by, *, at=MORNING, key="act"):
    return send_status_report(order=order, by=by, at=at, act_key=key)


def text():
    message = Message.objects.filter(topic=TOPIC).latest("pk")
    return render(topic=TOPIC, payload=message.payload).text


def test_it_goes_once_to_everybody_who_may_open_tickets(order, tam, ann):
    bob = make_client(order=order, email="bob@client.example.com")
    make_client(order=order, is_active=False)
    silent = make_client(order=order)
    type(silent).objects.filter(pk=silent.pk).update(may_open=False)

    counts = [send(order, tam) for _ in range(2)]

    assert (counts, mails(TOPIC)) == ([2, 2], [ann.email, bob.email])
    assert send(order, tam, key="another") == 2
    assert len(mails(TOPIC)) == 4


@pytest.mark.usefixtures("ann")
@pytest.mark.parametrize("facts", [{"is_duty_manager": True}, {"is_superuser": True}])
def test_duty_managers_and_superusers_may_send_it_too(order, facts):
    assert send(order, make_staff(**facts)) == 1


@pytest.mark.usefixtures("ann")
def test_nobody_else_may_and_neither_may_who_was_the_tam(order, tam):
    gone = make_staff(is_superuser=True, is_active=False)
    of_another = make_staff()
    make_tam(order=make_premium(), who=of_another)
    type(order).objects.update(state="ENDED")

    for by in (make_staff(), gone, of_another, tam):
        with pytest.raises(PermissionDenied):
            send(order, by)

    assert mails(TOPIC) == []


def test_without_anybody_to_tell_it_is_refused(order, tam):
    with pytest.raises(Refused) as refused:
        send(order, tam)

    assert str(refused.value) == (
        f"Nobody of {order} who may open tickets wants such reports, so there is nobody to send"
        " it to."
    )


@pytest.mark.usefixtures("ann")
def test_reporting_counts_against_no_hours(order, tam):
    send(order, tam)

    assert order.time_entries.count() == 0


@pytest.mark.clause("V-6.1", "V-3.7")
def test_the_mail_tells_each_ticket_by_whose_turn_it_is(order, tam, ann):
    ours = make_ticket(requester=ann, severity="I", subject="All is down")
    theirs = make_ticket(requester=ann, severity="II", subject="One site")
    make_ticket(subject="Another order's")
    services.ask_client(
        ticket=theirs, text="Which?", by=tam, at=MORNING + timedelta(hours=1), act_key="ask"
    )
    closed = make_ticket(requester=ann, severity="II", subject="Done with")
    services.solve(
        ticket=closed,
        reason=reason_of(order.version, "restored"),
        text="Done.",
        by=tam,
        at=MORNING,
        act_key="close",
    )
    services.confirm(ticket=closed, client=ann, at=MORNING, act_key="confirm")
    send(order, tam)

    said = text()

    lines = said.splitlines()
    assert lines.index("On our side") < lines.index(f"- {ours.number}  All is down")
    assert lines.index(f"- {ours.number}  All is down") < lines.index("On your side")
    assert lines.index("On your side") < lines.index(f"- {theirs.number}  One site")
    assert "  Severity I\n  Response due Wed 4 Mar 2026, " in said
    assert "  Last: registered, Wed 4 Mar 2026, " in said
    assert "  Last: asked the client, Wed 4 Mar 2026, " in said
    assert ("Another order's" in said, "Done with" in said) == (False, False)
    assert f"sent by {tam}." in said


def test_it_says_how_it_is_when_it_is_sent_and_that_nothing_is_open(order, tam, ann):
    ticket = make_ticket(requester=ann, severity="I")
    send(order, tam)
    services.solve(
        ticket=ticket,
        reason=reason_of(order.version, "restored"),
        text="Done.",
        by=tam,
        at=MORNING,
        act_key="close",
    )
    services.confirm(ticket=ticket, client=ann, at=MORNING, act_key="confirm")

    assert "\nNothing is open.\n" in text()
    assert ticket.number not in text()


def test_internal_acts_are_not_told(order, tam, ann):
    ticket = make_ticket(requester=ann, severity="I")
    services.note(ticket=ticket, text="Hm.", by=tam, at=MORNING, act_key="note")
    services.assign(ticket=ticket, to=tam, by=tam, at=MORNING)
    send(order, tam)

    assert "  Last: registered, " in text()


def test_who_may_not_open_tickets_by_then_gets_none(order, tam, ann):
    send(order, tam)
    type(ann).objects.update(may_open=False)

    with pytest.raises(Withdrawn):
        text()


def test_a_long_list_is_cut_and_the_rest_counted_in_as_few_queries(order, ann, monkeypatch):
    def cost():
        with CaptureQueriesContext(connection) as found:
            report = queries.status_report(order)
        return len(found), report

    make_ticket(requester=ann, severity="IV")
    one, _ = cost()
    for _ in range(4):
        make_ticket(requester=ann, severity="IV")
    five, whole = cost()
    monkeypatch.setattr(queries, "MOST", 3)
    cut = queries.status_report(order)

    assert (one, five, whole.more) == (3, 3, 0)
    assert ([len(lines) for _, lines in cut.turns], cut.more) == ([3], 2)


@pytest.mark.usefixtures("ann")
def test_the_last_report_of_each_order_is_on_record_in_two_queries(order, tam):
    other, duty = make_premium(), make_staff(is_duty_manager=True)
    make_client(order=other)
    never = make_premium()
    send(order, tam)
    send(order, duty, at=MORNING + timedelta(hours=1), key="second")
    send(other, duty)

    with CaptureQueriesContext(connection) as found:
        last = queries.last_reports([order, other, never])

    assert last == {
        order.pk: queries.LastReport(MORNING + timedelta(hours=1), duty),
        other.pk: queries.LastReport(MORNING, duty),
    }
    assert (len(found), queries.last_reports([])) == (2, {})
