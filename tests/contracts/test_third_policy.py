"""A third provider's policy works from its file alone: its figures, hours, fees and thresholds."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.contracts.admin.page import page_of
from apps.contracts.policy_file import read
from apps.contracts.queries import standard_hours, terms
from apps.intake.models import InboundMail
from apps.intake.services import receive_mail
from apps.outbox.models import Message
from apps.tickets import services
from tests.factories import HARBOUR, make_client, make_order, make_policy, make_staff

pytestmark = pytest.mark.django_db

CAIRN = HARBOUR.with_name("cairn.toml")
FRIDAY = datetime(2026, 3, 6, 11, 50, tzinfo=UTC)  # ten minutes before the desk closes
RAW = b"""From: Ada Client <ada@client.example.com>\r
To: care@cairn.example.com\r
Subject: Please move our numbers\r
Message-ID: <numbers@client.example.com>\r
Date: Fri, 6 Mar 2026 13:50:00 +0200\r
\r
Sixteen of them.\r
"""


def make_cairn():
    return make_policy(text=CAIRN.read_text("utf-8"))


def ticket_by_mail(*, plan="summit"):
    make_client(order=make_order(version=make_cairn(), plan=plan), email="ada@client.example.com")
    mail = receive_mail(RAW, at=FRIDAY)
    assert mail.state == InboundMail.State.REGISTERED
    return mail.ticket


def due(ticket):
    return {row.kind: row.due_at for row in ticket.deadlines.all()}


@pytest.mark.clause("V-2-order", "V-4")
def test_a_mail_becomes_a_ticket_with_the_severity_that_the_file_presumes():
    ticket = ticket_by_mail()

    assert (ticket.severity.key, ticket.plan.key) == ("wish", "summit")
    assert Message.objects.get(topic="ticket.acknowledged").recipient == "ada@client.example.com"


@pytest.mark.clause("S-2", "S-5-targets")
def test_its_deadline_runs_over_the_weekend_in_its_own_hours():
    # Ten minutes on Friday, 8 h 30 min on Monday, and 4 h 05 min on Tuesday from half past seven.
    assert due(ticket_by_mail())["RESPONSE"] == datetime(2026, 3, 10, 9, 35, tzinfo=UTC)


@pytest.mark.clause("V-4", "V-5")
def test_a_fault_is_answered_by_the_clock_and_cured_where_the_plan_says_so():
    ticket = ticket_by_mail()
    version = ticket.severity.version
    services.change_severity(
        ticket=ticket,
        to=version.severities.get(key="fault"),
        reason=version.reasons.get(key="new-facts"),
        explanation="No calls at all.",
        by=make_staff(),
        at=FRIDAY + timedelta(minutes=5),
    )

    assert due(ticket) == {
        "RESPONSE": FRIDAY + timedelta(minutes=45),
        "RESOLUTION": FRIDAY + timedelta(hours=10),
        "RFO": datetime(2026, 3, 7, 23, 55, tzinfo=UTC),
    }


@pytest.mark.clause("R-17")
def test_a_miss_is_recorded_and_told_of():
    ticket = ticket_by_mail()
    fell_due = due(ticket)["RESPONSE"]

    services.sweep_deadlines(at=fell_due)
    assert ticket.deadlines.get(kind="RESPONSE").state == "OPEN"
    services.sweep_deadlines(at=fell_due + timedelta(days=1))

    missed = ticket.deadlines.get(kind="RESPONSE")
    assert (missed.state, missed.settled_at) == ("MISSED", fell_due)


@pytest.mark.clause("S-2")
def test_its_holidays_are_finnish_and_its_own():
    hours = standard_hours(make_cairn().pk)
    days = {"Epiphany": (1, 6), "a plain Tuesday": (1, 13), "stocktaking": (12, 23)}

    found = {
        name: hours.is_open(datetime(2026, month, day, 10, tzinfo=UTC))
        for name, (month, day) in days.items()
    }

    assert found == {"Epiphany": False, "a plain Tuesday": True, "stocktaking": False}
    assert hours.is_open(datetime(2026, 12, 23, 8, tzinfo=UTC)) is True


@pytest.mark.clause("S-12", "V-6.6", "S-2.1", "V-3.4.4", "S-6")
def test_its_thresholds_reach_the_rules_as_they_stand_in_the_file():
    version = make_cairn()
    found = terms(version_id=version.pk, plan_id=version.plans.get(key="summit").pk)
    settings = {key: rule.settings for key, rule in found.rules.items()}

    assert found.warn_at_percent == 60
    assert [rung["from_days"] for rung in settings["delinquency"]["rungs"]] == [16, 46]
    assert settings["account_manager"]["notice_days"] == 9
    assert settings["installs"]["notice_business_days"] == 6
    assert settings["closure_confirmation"]["within"] == {"hours": 72, "minutes": 0}
    assert settings["reason_for_outage"]["owed"][0]["within"] == {"hours": 36, "minutes": 0}


@pytest.mark.clause("S-4", "S-13", "S-13.1")
def test_its_fees_are_shown_in_its_own_money_and_steps():
    shown = {fee.key: lines for fee, _, lines in page_of(make_cairn(), on=FRIDAY.date())["fees"]}

    assert shown["work"] == ["96.00 EUR an hour, at least 120 min, then by 15 min"]
    assert shown["number-move"] == [
        "0 to 14 min: 19.00 EUR",
        "15 to 89 min: 88.80 EUR",
        "Above: waits for a quote",
    ]


def test_it_has_two_severities_and_two_plans():
    file = read(CAIRN, name="cairn.toml")

    assert [severity.key for severity in file.severities] == ["fault", "wish"]
    assert [(plan.key, plan.tam_hours_per_month) for plan in file.plans] == [
        ("base", 0),
        ("summit", 5),
    ]
