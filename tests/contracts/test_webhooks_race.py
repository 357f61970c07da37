"""Who changes an endpoint while an answer switches it off: one waits for the other, and no more."""

from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest
from django.db import connection, transaction

from apps.contracts import services
from apps.contracts.models import Account, WebhookEndpoint
from apps.contracts.services.webhook_sending import note_answer
from apps.outbox.hooks import Posted
from tests.factories import MORNING, make_order, make_staff
from tests.hooks_made import make_endpoint

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
WAITS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def one_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITS)
        return cursor.fetchone()[0] == 1


@pytest.mark.clause("S-12")
def test_a_change_and_an_answer_that_switches_off_never_hold_what_the_other_needs():
    endpoint, by = make_endpoint(account=make_order().account), make_staff()
    posted = Posted(410, 12, "", url=endpoint.url)

    def answer():
        try:
            note_answer(endpoint_id=endpoint.pk, posted=posted, at=MORNING)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as threads:
        with transaction.atomic():
            Account.objects.select_for_update(no_key=True).get(pk=endpoint.account_id)
            answered = threads.submit(answer)
            ends = monotonic() + 20
            while not one_waits() and monotonic() < ends:
                pass
            # The answer holds nothing of it while it waits for the account.
            WebhookEndpoint.objects.select_for_update(nowait=True).get(pk=endpoint.pk)
            services.rotate_secret(endpoint=endpoint, by=by, at=MORNING)
        answered.result()

    done = endpoint.history.order_by("pk").values_list("history_change_reason", flat=True)
    assert list(done)[:2] == ["Made", "New secret"]
    endpoint.refresh_from_db()
    assert (done.count(), endpoint.is_active, endpoint.failing_since) == (3, False, MORNING)
