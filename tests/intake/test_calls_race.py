"""The same call, or report, sent many times at once: one row, one ticket, one mail a person."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.intake.models import Call
from apps.tickets.models import Ticket
from apps.tickets.services import send_status_report
from tests.calls_made import make_caller, register, settle
from tests.factories import MORNING, make_client, make_staff
from tests.intake.mails_in import told
from tests.tickets.reading import mails
from tests.time_made import make_premium

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def at_once(act):
    def one(_):
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=6) as threads:
        return list(threads.map(one, range(6)))


@pytest.mark.clause("V-8.1")
@pytest.mark.parametrize(("act", "tickets"), [(settle, 0), (register, 1)])
def test_a_call_sent_many_times_at_once_is_one(act, tickets):
    caller, by = make_caller(), make_staff()

    taken = at_once(lambda: act(caller, by=by))

    assert taken == [taken[0]] * 6
    assert (Call.objects.count(), Ticket.objects.count(), len(told())) == (1, tickets, tickets)


@pytest.mark.clause("V-6.1")
def test_a_report_sent_many_times_at_once_goes_once():
    person, duty = make_client(order=make_premium()), make_staff(is_duty_manager=True)

    sent = at_once(
        lambda: send_status_report(order=person.order, by=duty, at=MORNING, act_key="act")
    )

    assert (sent, mails("order.status_report")) == ([1] * 6, [person.email])
