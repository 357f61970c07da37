"""Ticks and people at once, on a real PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from apps.escalation.models import PageStep
from apps.escalation.services.paging import acknowledge, climb_due, raise_page
from apps.outbox.models import Message
from tests.factories import make_staff
from tests.on_call_made import MONDAY, make_ladder

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.clause("S-2"),
]
LATER = MONDAY + timedelta(minutes=10)
PATIENCE = 20  # seconds until a test that hangs fails


def at_once(*acts):
    together = Barrier(len(acts))

    def run(act):
        try:
            together.wait(PATIENCE)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as workers:
        return [each.result(PATIENCE) for each in [workers.submit(run, act) for act in acts]]


def raised(key="alert"):
    ladder = make_ladder(make_staff(), make_staff(), title=key, is_default=False)
    return raise_page(key=key, subject="Line down", text="", ladder=ladder, at=MONDAY)


def test_three_ticks_at_once_tell_each_rung_once():
    for number in range(12):
        raised(key=f"alert:{number}")

    found = at_once(*[lambda: climb_due(at=LATER)] * 3)

    assert sum(each.told for each in found) == 12
    assert (PageStep.objects.count(), Message.objects.count()) == (24, 24)


def test_two_alerts_of_one_key_at_once_are_one_page():
    ladder = make_ladder(make_staff())

    def alert():
        return raise_page(key="alert", subject="Line down", text="", ladder=ladder, at=MONDAY).pk

    first, second = at_once(alert, alert)

    assert first == second
    assert Message.objects.count() == 1


def test_of_two_who_take_it_at_once_one_has_it():
    page, ana, ben = raised(), make_staff(), make_staff()

    took = at_once(
        lambda: acknowledge(page=page, by=ana, at=LATER),
        lambda: acknowledge(page=page, by=ben, at=LATER),
    )

    assert sorted(took) == [False, True]
