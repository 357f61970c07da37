"""A suspension that is under way and a request: one waits for the other."""

from concurrent.futures import ThreadPoolExecutor, TimeoutError

import pytest
from django.db import connection, transaction

from apps.contracts.models import ServiceRequest
from apps.contracts.services import DashboardSuspended, ask_service, set_standing
from tests.factories import MORNING, make_client

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.mark.clause("S-12")
def test_a_request_waits_for_a_suspension_that_is_under_way_and_is_refused():
    person = make_client()
    given = {"kind": "ADD", "service": None, "details": "Ten.", "source_key": "a", "at": MORNING}

    def ask():
        try:
            return ask_service(requester=person, **given)
        except DashboardSuspended as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as threads:
        with transaction.atomic():
            state = {"state": "DASHBOARD_SUSPENDED", "clause": "S-12", "why": "Late"}
            set_standing(account=person.order.account, at=MORNING, **state)
            asked = threads.submit(ask)
            with pytest.raises(TimeoutError):
                asked.result(timeout=0.3)
        answer = asked.result(timeout=10)

    assert (type(answer), ServiceRequest.objects.count()) == (DashboardSuspended, 0)
