"""The same booking many times at once: PostgreSQL keeps one refusal, and everybody sees it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.intake.models import RefusedRequest
from apps.intake.services import request_appointment
from tests.appointments_made import new_york, wish

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.mark.clause("S-2.1")
def test_one_refusal_is_kept():
    told = {
        "channel": "PHONE",
        **wish(kind="INSTALL", starts_at=new_york("2026-11-04T19:00")),
    }

    def ask(_):
        try:
            return request_appointment(**told).refused.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=4) as threads:
        kept = set(threads.map(ask, range(4)))

    assert kept == set(RefusedRequest.objects.values_list("pk", flat=True))
    assert len(kept) == 1
