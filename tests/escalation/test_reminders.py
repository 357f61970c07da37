"""Reminders of a Reason for Outage: at half and three quarters of its time, each once."""

from datetime import timedelta

import pytest

from apps.escalation import services
from apps.escalation.models import ReportReminder
from apps.outbox.models import Message
from apps.outbox.rendering import Withdrawn, render
from apps.tickets import services as tickets
from apps.tickets.models import Deadline, Event
from tests.escalation.outages import issued, make_incident
from tests.factories import make_staff, make_ticket, reason_of, severity_of
from tests.tickets.life import wholesale
from tests.tickets.reading import later, mails

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
HALF, MOST, DUE = later(hours=12), later(hours=18), later(hours=24)


def remind(at) -> int:
    """Tick three times: what was said is not said again."""
    first, *_ = [services.remind_owed(at=at) for _ in range(3)]
    return first


def percents() -> list[tuple[str, int]]:
    rows = Message.objects.filter(topic="report.near").order_by("pk")
    return [(row.recipient, row.payload["percent"]) for row in rows]


@pytest.fixture
def boss():
    return make_staff(name="boss", is_duty_manager=True).email


@pytest.mark.clause("S-6")
def test_author_and_duty_managers_hear_at_half_and_at_three_quarters_each_once(boss):
    incident = make_incident()
    author = incident.author.email

    assert (remind(HALF - SECOND), percents()) == (0, [])
    assert (remind(HALF), percents()) == (1, [(author, 50), (boss, 50)])
    assert (remind(MOST - SECOND), len(percents())) == (0, 2)
    assert (remind(MOST), percents()[2:]) == (1, [(author, 75), (boss, 75)])


@pytest.mark.clause("S-6")
def test_before_there_is_an_incident_who_has_the_ticket_hears(boss):
    agent = make_staff()
    wholesale("1", assignee=agent)

    remind(HALF)

    assert percents() == [(agent.email, 50), (boss, 50)]


def test_where_nobody_has_it_the_duty_managers_do(boss):
    wholesale("1")

    remind(HALF)

    assert percents() == [(boss, 50)]


@pytest.mark.clause("S-6")
def test_a_tick_that_slept_says_the_latest_only(boss):
    wholesale("1")

    remind(MOST + SECOND)

    assert percents() == [(boss, 75)]


@pytest.mark.clause("S-6")
def test_a_report_that_went_out_is_not_reminded_of(boss):
    incident = make_incident()
    remind(HALF)

    issued(incident, at=later(hours=13))
    remind(MOST)

    assert [percent for _, percent in percents()] == [50, 50]
    assert ReportReminder.objects.get().next_at is None


@pytest.mark.clause("S-6", "R-3")
def test_a_deadline_that_moves_is_counted_anew(boss):
    ticket = wholesale("2")
    remind(later(hours=10))
    tickets.change_severity(
        ticket=ticket,
        to=severity_of(ticket.version, "1"),
        reason=reason_of(ticket.version, "impact-changed"),
        explanation="Worse.",
        by=make_staff(),
        at=later(hours=20),
    )

    remind(later(hours=32))  # half of the 24 h from 20 h on
    remind(later(hours=38))

    assert percents() == [(boss, 50), (boss, 75)]


@pytest.mark.clause("S-6")
def test_of_an_incident_the_first_that_is_due_speaks_for_all(boss):
    incident = make_incident()
    late = wholesale("1", at=later(hours=2))
    services.join_incident(incident=incident, ticket=late, by=make_staff(), at=later(hours=3))

    remind(HALF)
    remind(later(hours=14))

    assert percents() == [(incident.author.email, 50), (boss, 50)]


@pytest.mark.clause("S-6")
def test_the_author_hears_of_a_miss_once_the_sweep_found_it(boss):
    incident = make_incident()
    remind(MOST)

    remind(DUE)
    remind(DUE + SECOND)
    before = mails("report.missed")
    tickets.sweep_deadlines(at=DUE + SECOND)
    remind(DUE + timedelta(minutes=1))

    assert before == []
    assert mails("report.missed") == [incident.author.email]
    assert ReportReminder.objects.get().next_at is None


@pytest.mark.clause("S-6")
def test_who_heard_of_the_miss_from_the_sweep_does_not_hear_it_twice(boss):
    agent = make_staff()
    ticket = wholesale("1", assignee=agent)
    make_incident(ticket=ticket, by=agent)
    remind(MOST)

    tickets.sweep_deadlines(at=DUE + SECOND)
    remind(DUE + timedelta(minutes=1))

    assert mails("report.missed") == []


def test_a_miss_that_was_there_before_the_first_tick_is_told_too(boss):
    incident = make_incident()
    tickets.sweep_deadlines(at=DUE + SECOND)

    remind(DUE + timedelta(hours=1))

    assert mails("report.missed") == [incident.author.email]


@pytest.mark.clause("S-6")
def test_of_an_incident_a_miss_is_told_once(boss):
    incident = make_incident()
    other = wholesale("1")
    services.join_incident(incident=incident, ticket=other, by=make_staff(), at=later(hours=3))
    tickets.sweep_deadlines(at=DUE + SECOND)

    remind(DUE + SECOND)

    assert mails("report.missed") == [incident.author.email]


def test_a_reminder_is_withdrawn_where_the_report_is_owed_until_another_instant(boss):
    ticket = wholesale("2")
    remind(later(hours=48))
    tickets.change_severity(
        ticket=ticket,
        to=severity_of(ticket.version, "1"),
        reason=reason_of(ticket.version, "impact-changed"),
        explanation="Worse.",
        by=make_staff(),
        at=later(hours=50),
    )
    message = Message.objects.get(topic="report.near")

    with pytest.raises(Withdrawn, match="until another instant"):
        render(topic=message.topic, payload=message.payload)


def test_a_reminder_is_withdrawn_once_the_report_came(boss):
    incident = make_incident()
    remind(HALF)
    message = Message.objects.filter(topic="report.near").first()
    assert "50 % of its time is used" in render(topic=message.topic, payload=message.payload).text

    issued(incident, at=later(hours=13))

    with pytest.raises(Withdrawn, match="not owed any more"):
        render(topic=message.topic, payload=message.payload)


def test_a_tick_that_finds_nothing_costs_few_statements(boss, django_assert_num_queries):
    wholesale("1")
    services.remind_owed(at=later())

    with django_assert_num_queries(7):
        services.remind_owed(at=later())


def test_the_author_hears_of_the_survivor_of_a_duplicate_too(boss):
    first = wholesale("1")
    duplicate = make_ticket(requester=first.requester, severity="1", at=later(minutes=1))
    incident = make_incident(ticket=duplicate)
    tickets.merge(duplicate=duplicate, into=first, by=make_staff(), at=later(hours=2), act_key="m")

    remind(HALF)

    assert percents() == [(incident.author.email, 50), (boss, 50)]


@pytest.mark.clause("S-6")
def test_nobody_is_warned_of_the_same_report_by_two_mails(boss):
    wholesale("1")
    tickets.sweep_deadlines(at=MOST + SECOND)
    remind(MOST + SECOND)

    warned = Message.objects.filter(topic="deadline.warned", recipient=boss)
    kinds = {Deadline.objects.get(pk=row.payload["deadline_id"]).kind for row in warned}
    assert "RFO" not in kinds
    assert percents() == [(boss, 75)]
    assert Event.objects.filter(kind="DEADLINE_WARNED", facts__deadline="RFO").count() == 1
