"""From rung to rung until somebody acknowledges it: each told once, late or twice."""

from datetime import timedelta

import pytest
import time_machine

from apps.escalation import services
from apps.escalation.models import Escalation, EscalationNotice
from apps.escalation.services import Climbed, climbing
from apps.escalation.tasks import climb_escalations
from apps.outbox.models import Message as Mail
from apps.tickets.models import Event
from tests.account_made import make_rung
from tests.escalation_made import escalate, premium_ticket, wholesale_ticket
from tests.factories import PRESETS, make_client, make_order, make_policy, make_staff, make_ticket
from tests.intake.mails_in import statements
from tests.tickets.life import PREMIUM
from tests.tickets.reading import facts, later, mails

pytestmark = pytest.mark.django_db

MOMENT = timedelta(microseconds=1)


@pytest.mark.clause("V-9.2", "R-17")
def test_the_next_rung_is_told_from_the_instant_after_the_wait():
    found = escalate(premium_ticket())

    assert services.climb_due(at=later(hours=5)) == Climbed()
    assert services.climb_due(at=later(hours=5) + MOMENT) == Climbed(climbed=1)

    found.refresh_from_db()
    assert (found.rung, found.next_at) == (2, later(hours=9) + MOMENT)
    assert mails("escalation.reached") == ["rung1@client.example.com", "rung2@client.example.com"]
    assert facts(found.ticket, "ESCALATION_CLIMBED") == [
        {
            "escalation": found.pk,
            "rung": 2,
            "to": "Director",
            "why": "nobody acknowledged it within 4 h",
        }
    ]


@pytest.mark.clause("S-7")
def test_after_the_last_rung_the_duty_managers_hear_once():
    boss = make_staff(is_duty_manager=True)
    found = escalate(wholesale_ticket(), "")

    climbed = [services.climb_due(at=later(hours=hours)) for hours in range(2, 14)]

    assert climbed == [
        *[Climbed()] * 2,
        Climbed(climbed=1),
        *[Climbed()] * 2,
        Climbed(climbed=1),
        *[Climbed()] * 2,
        Climbed(alarmed=1),
        *[Climbed()] * 3,
    ]
    found.refresh_from_db()
    assert (found.state, found.rung, found.next_at) == ("OPEN", 3, None)
    assert found.alarmed_at == later(hours=10)
    assert mails("escalation.unanswered") == [boss.email]
    assert [each.get("to", "") for each in facts(found.ticket, "ESCALATION_CLIMBED")] == [
        "Director of operations",
        "Chief executive",
        "",
    ]


@pytest.mark.clause("V-9.2")
def test_a_tick_run_twice_or_days_late_tells_each_rung_once_and_leaves_nobody_out():
    found = escalate(wholesale_ticket(), "")

    climbed = [services.climb_due(at=later(days=3)) for _ in range(3)]

    assert climbed == [Climbed(climbed=1), Climbed(), Climbed()]
    found.refresh_from_db()
    # Who is told late has the whole wait all the same.
    assert (found.rung, found.next_at) == (2, later(days=3, hours=2))
    assert (
        EscalationNotice.objects.count()
        == Mail.objects.filter(topic="escalation.reached").count()
        == 2
    )


@pytest.mark.parametrize("end", ["acknowledge", "answer"])
def test_nobody_else_is_asked_once_somebody_has_it(end):
    found, staff = escalate(premium_ticket()), make_staff()
    if end == "acknowledge":
        services.acknowledge(escalation=found, who="Head", by=None, at=later(hours=2))
    else:
        services.answer(escalation=found, text="Here.", by=staff, at=later(hours=2))

    assert services.climb_due(at=later(days=9)) == Climbed()
    assert len(mails("escalation.reached")) == 1


def test_more_than_a_batch_is_worked_off_in_one_run(monkeypatch):
    monkeypatch.setattr(climbing, "BATCH", 2)
    tickets = [premium_ticket() for _ in range(5)]
    for ticket in tickets:
        escalate(ticket)

    assert services.climb_due(at=later(hours=6)) == Climbed(climbed=5)
    assert Event.objects.filter(kind="ESCALATION_CLIMBED").count() == 5


def test_a_tick_asks_as_much_for_many_as_for_few():
    for _ in range(3):
        escalate(premium_ticket())
    with statements() as few:
        services.climb_due(at=later(hours=6))
    Escalation.objects.update(rung=1, next_at=later(hours=7))
    for _ in range(6):
        escalate(premium_ticket(), at=later(hours=2))
    with statements() as many:
        services.climb_due(at=later(hours=8))

    assert (len(few), len(many)) == (5, 5)


@pytest.mark.clause("V-9.2")
def test_where_the_policy_names_no_wait_a_person_sends_it_on():
    text = (PRESETS / f"{PREMIUM}.toml").read_text("utf-8")
    wait = "climb_after = { hours = 4 } # ours: unanswered for so long, it goes to the next rung\n"
    order = make_order(version=make_policy(text=text, changes={wait: ""}), plan="gold")
    for position in (1, 2):
        make_rung(order=order, position=position)
    boss, staff = make_staff(is_duty_manager=True), make_staff(name="kim")
    found = escalate(make_ticket(requester=make_client(order=order), severity="III"))

    assert (found.climb_after, found.next_at, services.climb_due(at=later(days=9))) == (
        None,
        None,
        Climbed(),
    )
    for seen in (1, 1, 2):
        found = services.climb_now(escalation=found, seen=seen, by=staff, at=later(hours=2))

    assert (found.rung, found.alarmed_at) == (2, later(hours=2))
    assert facts(found.ticket, "ESCALATION_CLIMBED")[0]["why"] == "kim sent it on"
    assert (len(mails("escalation.reached")), mails("escalation.unanswered")) == (2, [boss.email])
    with pytest.raises(services.Refused, match="Everybody on the path was told"):
        services.climb_now(escalation=found, seen=2, by=staff, at=later(hours=3))


def test_what_is_in_hand_is_not_sent_on():
    found, staff = escalate(premium_ticket()), make_staff()
    services.acknowledge(escalation=found, who="Head", by=None, at=later(hours=2))

    with pytest.raises(services.Refused, match="not open any more: acknowledged"):
        services.climb_now(escalation=found, seen=1, by=staff, at=later(hours=3))


def test_the_task_ticks_as_of_now():
    found = escalate(premium_ticket())

    with time_machine.travel(later(hours=6), tick=False):
        climb_escalations()

    assert [str(notice) for notice in found.notices.all()] == ["1. Head of support", "2. Director"]
