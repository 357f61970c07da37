"""What the endpoints of an account are told of its tickets."""

from datetime import timedelta

import pytest
from django.conf import settings

from apps.outbox.models import Message
from apps.tickets import services
from tests.factories import MORNING, make_order, make_staff, make_ticket
from tests.hooks_made import make_endpoint
from tests.hooks_made import told_as_documented as told
from tests.portal_made import make_person

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def named(ticket) -> dict:
    return {
        "ticket": ticket.pk,
        "number": ticket.number,
        "url": f"{settings.BASE_URL}/api/v1/tickets/{ticket.pk}",
    }


@pytest.mark.clause("S-12")
def test_an_endpoint_is_told_what_happens_to_a_ticket_of_its_account_and_nothing_that_was_said():
    person, staff = make_person(), make_staff()
    mine = make_endpoint(account=person.order.account)
    others = make_endpoint(account=make_order().account)

    ticket = make_ticket(requester=person, subject="Secret words", text="Secret words")
    services.note(ticket=ticket, text="Secret words", by=staff, at=MORNING, act_key="note")
    ask = {"ticket": ticket, "text": "Secret words", "by": staff}
    services.ask_client(**ask, at=MORNING + MINUTE, act_key="ask")
    services.client_replied(
        ticket=ticket, client=person, text="Secret words", at=MORNING + 2 * MINUTE, source_key="r"
    )

    due = ticket.deadlines.get(kind="RESPONSE").due_at.isoformat().replace("+00:00", "Z")
    severity = {"channel": ticket.channel, "severity": ticket.severity.key}
    assert told(mine) == [
        ("ticket.registered", named(ticket) | severity),
        ("ticket.replied", named(ticket)),
        ("ticket.status_changed", named(ticket) | {"from": "OPEN", "to": "WAITING"}),
        ("deadline.met", named(ticket) | {"deadline": "RESPONSE", "due_at": due}),
        ("ticket.client_replied", named(ticket)),
        ("ticket.status_changed", named(ticket) | {"from": "WAITING", "to": "OPEN"}),
    ]
    assert told(others) == []
    bodies = [row.payload["body"] for row in Message.objects.via("HOOK").order_by("pk")]
    assert "Secret" not in str(bodies)
    assert [each["timestamp"][11:] for each in bodies] == [
        "14:00:00Z",
        *["14:01:00Z"] * 3,
        *["14:02:00Z"] * 2,
    ]


@pytest.mark.clause("S-12")
def test_a_change_of_severity_a_closing_and_what_happens_by_itself_are_told():
    staff = make_staff()
    ticket = make_ticket()
    endpoint = make_endpoint(account=ticket.account)
    version = ticket.version
    to = next(each for each in version.severities.order_by("rank") if each.pk != ticket.severity_id)
    reason = version.reasons.filter(kind="SEVERITY_CHANGE").first()
    services.change_severity(
        ticket=ticket, to=to, reason=reason, explanation="It is.", by=staff, at=MORNING
    )

    assert [(kind, data) for kind, data in told(endpoint) if kind == "ticket.severity_changed"] == [
        (
            "ticket.severity_changed",
            named(ticket) | {"from": ticket.severity.key, "to": to.key},
        )
    ]


@pytest.mark.clause("V-9.1")
def test_deadlines_that_come_near_or_are_missed_are_told_by_the_sweep_once_each():
    ticket, other = make_ticket(), make_ticket()
    endpoint = make_endpoint(account=ticket.account)
    row = ticket.deadlines.get(kind="RESPONSE")
    assert other.account_id != ticket.account_id

    for at in (row.warn_at + MINUTE, row.due_at, row.due_at + MINUTE, row.due_at + 2 * MINUTE):
        services.sweep_deadlines(at=at)

    due = row.due_at.isoformat().replace("+00:00", "Z")
    data = named(ticket) | {"deadline": "RESPONSE", "due_at": due}
    assert told(endpoint)[:2] == [("deadline.approaching", data), ("deadline.missed", data)]
    missed = Message.objects.get(topic="hook.deadline.missed")
    assert missed.payload["body"]["timestamp"] == due


def test_a_late_answer_tells_of_the_miss_and_not_that_it_was_kept():
    ticket = make_ticket()
    endpoint = make_endpoint(account=ticket.account)
    row = ticket.deadlines.get(kind="RESPONSE")

    services.answer(
        ticket=ticket, text="Sorry.", by=make_staff(), at=row.due_at + MINUTE, act_key="late"
    )

    kinds = [kind for kind, data in told(endpoint) if data.get("deadline") == "RESPONSE"]
    assert kinds == ["deadline.missed"]


def test_nothing_is_told_where_the_act_is_refused():
    ticket = make_ticket()
    endpoint = make_endpoint(account=ticket.account)
    with pytest.raises(services.Refused):
        services.answer(ticket=ticket, text=" ", by=make_staff(), at=MORNING, act_key="empty")

    assert told(endpoint) == []
