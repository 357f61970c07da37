"""The same request brought many times at once: one ticket, or one refusal."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.contracts.rules.entitlement import Wanted
from apps.intake.models import RefusedRequest
from apps.intake.services import request_support
from apps.tickets.models import Ticket
from tests.factories import MORNING, make_client, make_order
from tests.intake.mails_in import told

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.mark.clause("V-1.2", "V-8.1.4")
@pytest.mark.parametrize(
    ("state", "tickets", "refusals", "topic"),
    [("EXECUTED", 1, 0, "ticket.acknowledged"), ("DRAFT", 0, 1, "request.refused")],
)
def test_a_request_sent_many_times_at_once_is_taken_once(state, tickets, refusals, topic):
    ada = make_client(order=make_order(state=state))

    def ask(_):
        try:
            return request_support(
                requester=ada,
                channel="PHONE",
                wanted=Wanted.TICKET,
                subject="Help",
                text="Please.",
                at=MORNING,
                source_key="staff:1",
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=6) as threads:
        taken = list(threads.map(ask, range(6)))

    assert taken == [taken[0]] * 6
    assert (Ticket.objects.count(), RefusedRequest.objects.count()) == (tickets, refusals)
    assert told() == [(topic, ada.email)]
