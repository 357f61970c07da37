"""The mails on reports to people of ours: what they say, and when they are withdrawn."""

from datetime import timedelta

import pytest

from apps.escalation import services
from apps.escalation.tasks import remind_reports
from apps.outbox.models import Message
from apps.outbox.rendering import Withdrawn, render
from apps.tickets import services as tickets
from tests.escalation.outages import WRITTEN_AT, make_incident, submitted
from tests.factories import make_staff, reason_of, severity_of
from tests.tickets.life import wholesale
from tests.tickets.reading import later, mails

pytestmark = pytest.mark.django_db


def sent(topic):
    """The latest mail on a topic, as it is now."""
    row = Message.objects.filter(topic=topic).latest("pk")
    return render(topic=row.topic, payload=row.payload)


@pytest.fixture
def boss():
    return make_staff(name="boss", is_duty_manager=True)


@pytest.mark.clause("S-6")
def test_a_review_is_asked_for_with_the_page_and_withdrawn_once_it_is_taken_back(boss):
    incident = make_incident()
    report = submitted(incident)

    mail = sent("report.submitted")
    services.take_back_report(report=report, seen=report.edition, by=incident.author, at=WRITTEN_AT)

    assert f"/admin/escalation/incident/{incident.pk}/change/" in mail.text
    assert f"{incident.number}, revision 1, final report" in mail.text
    with pytest.raises(Withdrawn, match="has changed since"):
        sent("report.submitted")


@pytest.mark.clause("S-6")
def test_what_the_review_asks_for_is_told(boss):
    report = submitted(make_incident())
    services.return_report(
        report=report, seen=report.edition, why="Name the switch.", by=boss, at=WRITTEN_AT
    )

    assert "What to change:\nName the switch." in sent("report.returned").text


@pytest.mark.clause("S-6")
def test_a_reminder_leads_to_the_ticket_until_there_is_an_incident(boss):
    ticket = wholesale("1")
    services.remind_owed(at=later(hours=12))
    before = sent("report.near").text
    incident = make_incident(ticket=ticket, at=later(hours=13))
    after = sent("report.near").text

    assert f"/admin/tickets/ticket/{ticket.pk}/change/" in before
    assert "nobody has begun it" in before
    assert f"/admin/escalation/incident/{incident.pk}/change/" in after
    assert "Report:    revision 1, draft" in after
    assert "Due:       Thu 5 Mar 2026, 09:00 EST" in after


@pytest.mark.clause("S-6", "R-3")
def test_a_miss_is_told_to_the_author_and_a_promise_taken_back_is_not(boss):
    ticket = wholesale("1")
    make_incident(ticket=ticket)
    tickets.sweep_deadlines(at=later(hours=24, seconds=1))
    services.remind_owed(at=later(hours=25))

    assert "did not come in time. It stays owed." in sent("report.missed").text
    row = Message.objects.get(topic="report.missed")
    row.payload = {"deadline_id": 0}
    with pytest.raises(Withdrawn, match="not owed any more"):
        render(topic=row.topic, payload=row.payload)


@pytest.mark.clause("R-3")
def test_a_severity_that_was_wrong_owes_no_report_and_nobody_is_reminded(boss):
    ticket = wholesale("1")
    services.remind_owed(at=later())
    tickets.change_severity(
        ticket=ticket,
        to=severity_of(ticket.version, "4"),
        reason=reason_of(ticket.version, "misclassified"),
        explanation="A test.",
        by=boss,
        at=later(hours=1),
    )

    services.remind_owed(at=later(hours=12))

    assert mails("report.near") == []
    assert ticket.report_reminder.next_at is None


def test_the_tick_reads_the_clock(boss):
    ticket = wholesale("1")

    remind_reports()

    assert ticket.report_reminder.due_at - ticket.registered_at == timedelta(hours=24)


def test_of_several_tickets_the_worst_says_whether_a_notice_may_wait(boss):
    incident, worst = make_incident(ticket=wholesale("2")), wholesale("1")
    services.join_incident(incident=incident, ticket=worst, by=boss, at=later(hours=2))

    submitted(incident)

    assert Message.objects.get(topic="report.submitted").payload["ticket_id"] == worst.pk
