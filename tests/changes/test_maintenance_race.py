"""Two at the same time: PostgreSQL lets one through, and tells the other."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.changes import services
from apps.changes.models import Maintenance, MaintenanceNotice
from apps.changes.rules.maintenance import Act
from apps.outbox.models import Message
from tests.factories import make_client, make_staff
from tests.maintenance_made import NOON, covering, planned, work

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.clause("S-11"),
]


def at_once(*acts):
    """Do all acts in threads of their own; return what kind of refusal each got, or "done"."""

    def run(act):
        try:
            act()
        except services.MaintenanceRefused as refusal:
            return type(refusal).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(max_workers=len(acts)) as threads:
        return sorted(threads.map(run, acts))


def test_of_four_who_decide_one_does_and_each_account_is_told_once():
    for _ in range(3):
        make_client(order=covering())
    row, people = planned(), [make_staff() for _ in range(4)]

    said = at_once(
        *(
            lambda by=by, name=name: services.act_on_maintenance(
                maintenance=row, act=name, seen=row.edition, by=by, at=NOON
            )
            for by, name in zip(people, [Act.CONFIRM, Act.ANNOUNCE] * 2, strict=True)
        )
    )

    assert said == ["MaintenanceChanged"] * 3 + ["done"]
    assert MaintenanceNotice.objects.count() == 3
    assert Message.objects.filter(topic="maintenance.told").count() == 3


def test_a_form_that_is_sent_twice_at_once_plans_once():
    service, by = covering().services.create(key="trunks", title="Trunks"), make_staff()
    said = at_once(
        *(
            lambda: services.plan_maintenance(
                work=work(services=[service]), by=by, source_key="form", at=NOON
            )
            for _ in range(3)
        )
    )

    assert (said, Maintenance.objects.count()) == (["done"] * 3, 1)
