"""What becomes of an order's appointments when it ends."""

from datetime import date, datetime, timedelta

import pytest

from apps.contracts.services import end_expired
from apps.outbox.models import Message
from tests.appointments_made import (
    ASKED,
    SATURDAY,
    make_appointment,
    make_confirmed,
    make_requester,
)
from tests.contracts.orders_acted import terminate
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
CANCELLED = "appointment.cancelled"


def told():
    found = Message.objects.filter(topic=CANCELLED).order_by("pk")
    return [(mail.recipient, mail.payload) for mail in found]


def booked(requester):
    """Ask for one, and confirm another."""
    asked = make_appointment(requester=requester)
    later = SATURDAY + timedelta(hours=3)
    return [asked, make_confirmed(requester=requester, staff=make_staff(), starts_at=later)]


def states(rows):
    for row in rows:
        row.refresh_from_db()
    return [row.state for row in rows]


@pytest.mark.clause("V-1.2", "S-3")
def test_terminating_an_order_cancels_what_is_to_come_and_tells_the_client():
    requester, by = make_requester(), make_staff()
    rows, others = booked(requester), booked(make_requester())

    terminate(requester.order, at=ASKED + timedelta(hours=1), by=by, reason="Unpaid")

    assert states(rows) == ["CANCELLED", "CANCELLED"]
    assert states(others) == ["ASKED", "CONFIRMED"]
    assert {(row.decision, row.decided_by) for row in rows} == {
        (f"{requester.order} is terminated.", by)
    }
    assert told() == [(requester.email, {"appointment_id": row.pk}) for row in rows]


@pytest.mark.clause("V-1.2", "S-3")
def test_what_has_begun_by_then_stays_as_it_is():
    requester = make_requester()
    rows = booked(requester)

    terminate(requester.order, at=rows[0].starts_at + timedelta(seconds=1))

    assert states(rows) == ["ASKED", "CANCELLED"]


@pytest.mark.clause("V-3.1", "S-3")
def test_when_a_term_is_over_what_lies_after_it_is_cancelled():
    requester = make_requester()
    rows, order = booked(requester), requester.order
    type(order).objects.filter(pk=order.pk).update(ends_on=date(2026, 11, 5))
    friday = datetime.fromisoformat("2026-11-06T05:00:00+00:00")  # midnight of New York

    swept = [end_expired(at=at) for at in (friday - timedelta(microseconds=1), friday, friday)]

    assert swept == [0, 1, 0]
    assert states(rows) == ["CANCELLED", "CANCELLED"]
    assert {(row.decision, row.decided_by) for row in rows} == {
        (f"The term of {order} is over: it ended on 2026-11-05.", None)
    }
    assert len(told()) == 2
