"""Many workers at once, on a real PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from django.db import transaction

from apps.escalation import services
from apps.escalation.models import Escalation, EscalationNotice
from apps.escalation.services import Climbed, climbing
from apps.outbox.models import Message as Mail
from apps.tickets import models
from tests.escalation_made import escalate, premium_ticket
from tests.tickets.reading import later
from tests.tickets.test_sweep_workers import PATIENCE, apart

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_two_ticks_at_once_tell_each_rung_once(monkeypatch):
    monkeypatch.setattr(climbing, "BATCH", 3)
    for _ in range(12):
        escalate(premium_ticket())
    together = Barrier(2)

    def tick():
        together.wait(PATIENCE)
        return services.climb_due(at=later(hours=6))

    with ThreadPoolExecutor(2) as workers:
        first, second = [workers.submit(apart(tick)) for _ in range(2)]
        climbed = [first.result(PATIENCE), second.result(PATIENCE)]
    rest = services.climb_due(at=later(hours=6))

    assert sum(one.climbed for one in [*climbed, rest]) == 12
    assert EscalationNotice.objects.filter(rung=2).count() == 12
    assert Mail.objects.filter(topic="escalation.reached").count() == 24
    assert models.Event.objects.filter(kind="ESCALATION_CLIMBED").count() == 12


def test_the_tick_passes_over_one_that_somebody_takes_in_hand():
    found = escalate(premium_ticket())
    locked, ticked = Event(), Event()

    def take():
        with transaction.atomic():
            services.acknowledge(escalation=found, who="Head", by=None, at=later(hours=5))
            locked.set()
            assert ticked.wait(PATIENCE)

    with ThreadPoolExecutor(1) as workers:
        taking = workers.submit(apart(take))
        assert locked.wait(PATIENCE)
        climbed = services.climb_due(at=later(hours=6))
        ticked.set()
        taking.result(PATIENCE)

    assert (climbed, services.climb_due(at=later(hours=7))) == (Climbed(), Climbed())
    assert Escalation.objects.get().state == "TAKEN"


def test_of_two_who_take_it_at_once_one_has_it():
    found = escalate(premium_ticket())
    together = Barrier(2)

    def take(who):
        together.wait(PATIENCE)
        return services.acknowledge(escalation=found, who=who, by=None, at=later(hours=2)).taken_by

    with ThreadPoolExecutor(2) as workers:
        both = [workers.submit(apart(lambda who=who: take(who))) for who in ("Head", "Director")]
        seen = {each.result(PATIENCE) for each in both}

    assert seen == {Escalation.objects.get().taken_by}
    assert Mail.objects.filter(topic="escalation.taken").count() == 1
    assert models.Event.objects.filter(kind="ESCALATION_TAKEN").count() == 1


def test_of_two_who_escalate_on_the_same_ground_at_once_one_is_refused():
    ticket = premium_ticket()
    together = Barrier(2)

    def ask():
        together.wait(PATIENCE)
        return escalate(ticket).state

    with ThreadPoolExecutor(2) as workers:
        both = [workers.submit(apart(ask)) for _ in range(2)]
        states = sorted(each.result(PATIENCE) for each in both)

    assert states == ["OPEN", "REFUSED"]
