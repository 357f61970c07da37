"""What the endpoints of an account are told of its TAMs."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import resolve

from apps.contracts.services import note_notices
from apps.outbox.models import Message
from tests.factories import MORNING, make_client, make_staff
from tests.hooks_made import make_endpoint
from tests.hooks_made import told_as_documented as told
from tests.tams_made import NOTICE, assign, hand_over, make_tam_order, withdraw

pytestmark = pytest.mark.django_db


@pytest.mark.clause("V-6.4", "V-6.6", "S-12")
def test_they_are_told_what_the_users_are_told_and_not_who_it_is(settings):
    order = make_tam_order()
    make_client(order=order)
    endpoint = make_endpoint(account=order.account, events=["notice.issued"])
    first, nobody = make_staff(), None

    assign(order, first)
    coming = hand_over(order, nobody, date(2026, 3, 13))
    late = MORNING + timedelta(days=2)
    Message.objects.filter(topic=NOTICE).update(state="SENT", due_at=None, sent_at=late)
    for _ in range(2):
        note_notices(at=late)
    withdraw(coming, at=late)

    page = f"/portal/account/?order={order.pk}"
    facts = {"kind": "TAM", "order": order.number, "url": settings.BASE_URL + page}

    def of(state: str, starts_on: str, *, has_tam: bool = False) -> tuple[str, dict[str, Any]]:
        return "notice.issued", facts | {
            "state": state,
            "starts_on": starts_on,
            "has_tam": has_tam,
        }

    assert told(endpoint) == [
        of("ASSIGNED", "2026-03-04", has_tam=True),
        of("REPLACED", "2026-03-13"),
        of("REPLACED", "2026-03-15"),
        of("WITHDRAWN", "2026-03-15"),
    ]
    assert resolve(page.partition("?")[0]).view_name == "portal:account"
