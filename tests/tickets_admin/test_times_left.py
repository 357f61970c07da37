"""What the pages of time say of the month, and where their list leads."""

import pytest
import time_machine
from django.urls import reverse

from tests.factories import make_client, make_ticket
from tests.tickets_admin.pages import text_of
from tests.tickets_admin.test_times import ADD, EVENING, LIST, WORKS, browser, typed
from tests.time_made import make_premium, make_time

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-6.3")]


@pytest.fixture(autouse=True)
def at_evening():
    with time_machine.travel(EVENING, tick=False):
        yield


def test_the_page_says_what_is_left_and_after_logging_what_is_left_then():
    order = make_premium(plan="silver")
    client, _ = browser(*WORKS)

    before = text_of(client.get(ADD, {"order": order.pk}))
    answer = client.post(ADD, typed(order=order.pk, minutes="480"), follow=True)

    assert f"Log time {order}: 8 h of 8 h are left in March 2026." in before
    assert [str(note) for note in answer.context["messages"]] == [
        f"480 minutes are logged for {order}. 0 h of 8 h are left in March 2026."
    ]


def test_support_time_takes_nothing_from_the_month_and_a_minute_is_one():
    order = make_premium()
    client, _ = browser(*WORKS)

    answer = client.post(ADD, typed(order=order.pk, minutes="1", kind="SUPPORT"), follow=True)

    assert [str(note) for note in answer.context["messages"]] == [
        f"1 minute is logged for {order}."
    ]


def test_the_list_leads_to_account_order_and_ticket():
    ticket = make_ticket(requester=make_client(order=make_premium()), severity="I")
    make_time(order=ticket.order, ticket=ticket)
    client, _ = browser(*WORKS, "view_account")

    text = client.get(LIST).content.decode()

    for name, row in [
        ("contracts_account", ticket.account),
        ("contracts_order", ticket.order),
        ("tickets_ticket", ticket),
    ]:
        assert f'href="{reverse(f"admin:{name}_change", args=[row.pk])}"' in text
