"""Two who manage users end each other at the same time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from apps.contracts.models import AuthorisedUser
from apps.contracts.services import PersonRefused, end_person
from tests.factories import MORNING
from tests.portal_made import make_person

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.mark.clause("V-3.5")
def test_of_two_who_end_each_other_one_stays():
    one = make_person()
    other = make_person(order=one.order)
    together = Barrier(2)

    def end(by, person):
        together.wait(timeout=10)
        try:
            end_person(person=person, by=by, reason="Gone", at=MORNING)
        except PersonRefused as refusal:
            return refusal.clause
        finally:
            connection.close()
        return "ended"

    with ThreadPoolExecutor(max_workers=2) as threads:
        acts = [threads.submit(end, one, other), threads.submit(end, other, one)]
        answers = sorted(act.result(timeout=20) for act in acts)

    assert answers == ["V-3.5", "ended"]
    assert AuthorisedUser.objects.managing().count() == 1
