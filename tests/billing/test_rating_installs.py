"""New installs: free when booked in time, charged after hours or with priority handling."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.billing.models import RatedEvent
from apps.contracts import services as contracts
from apps.contracts.models import Appointment, Holiday
from apps.contracts.services import calendar_revisions as revisions
from apps.tickets import services as tickets
from tests.appointments_made import ASKED, make_requester, new_york, wish
from tests.factories import make_staff, make_ticket, reason_of
from tests.rated_made import charges, events, found, rated
from tests.tickets.life import wholesale
from tests.time_made import make_time

pytestmark = [pytest.mark.django_db, pytest.mark.clause("S-2.1", "R-7")]
LATE = new_york("2026-11-20T10:00")
SOON = new_york("2026-11-04T10:00")  # two days after it was asked for
IN_TIME = new_york("2026-11-06T10:00")


def booked(requester: Any, starts_at: Any, *, hours: int = 2, is_priority: bool = False) -> Any:
    appointment = contracts.ask_appointment(
        **wish(
            requester=requester,
            kind=Appointment.Kind.INSTALL,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=hours),
            is_priority=is_priority,
            by=make_staff(),
        )
    )
    boss = make_staff()
    return contracts.confirm_appointment(appointment=appointment, staff=boss, by=boss, at=ASKED)


def ticket_of(requester: Any) -> Any:
    ticket = make_ticket(requester=requester, severity="4", at=ASKED)
    tickets.classify(
        ticket=ticket,
        category=reason_of(ticket.version, "install"),
        covered_work=None,
        by=make_staff(),
        at=ASKED,
    )
    ticket.refresh_from_db()
    return ticket


def work(requester: Any, started_at: Any, minutes: int, ticket: Any = None) -> Any:
    return make_time(
        order=requester.order, ticket=ticket, kind="ENGINEERING", minutes=minutes,
        started_at=started_at,
    )  # fmt: skip


def test_on_a_ticket_of_the_category_in_time_and_in_hours_it_is_free():
    requester = make_requester()
    booked(requester, IN_TIME)
    ticket = ticket_of(requester)
    work(requester, IN_TIME, 120, ticket)

    assert (rated(LATE), events()) == (0, [("install", 0, Decimal("0.00"), "")])


def test_priority_handling_is_charged_an_hour_at_least_and_a_booking_counts_when_it_changes():
    requester = make_requester()
    ticket = ticket_of(requester)
    entry = work(requester, SOON, 30, ticket)
    assert rated(LATE) == 0
    appointment = booked(requester, SOON, is_priority=True)
    # It was decided, so its time counts: the work in it is charged.
    rated(LATE)
    assert charges() == [Decimal("125.00")]

    contracts.cancel_appointment(
        appointment=appointment, reason="They moved", by=make_staff(), at=SOON
    )
    rated(LATE)
    assert charges() == [Decimal("125.00"), Decimal("-125.00")]
    assert entry.minutes == 30


def test_time_apart_from_any_ticket_is_charged_by_its_appointment():
    requester = make_requester()
    evening = new_york("2026-11-06T19:00")
    appointment = booked(requester, evening)
    work(requester, evening - timedelta(hours=1), 180)

    rated(LATE)

    # An hour before the booking is apart; of the two in it, one lies after hours.
    assert sorted(events()) == [("", 60, Decimal("0.00"), ""), ("install", 60, Decimal(125), "")]
    event = RatedEvent.objects.get(key__startswith=f"appointment:{appointment.pk}")
    assert event.title == (
        f"New install after hours or with priority, Moving the exchange, {requester.order.number}"
    )


@pytest.mark.clause("S-4", "R-20")
def test_a_holiday_that_is_added_later_changes_what_lies_outside_hours():
    night = new_york("2026-11-05T19:00")
    ticket = wholesale("1", at=new_york("2026-11-05T20:00"))
    make_time(
        order=ticket.order, ticket=ticket, kind="SUPPORT", minutes=180,
        started_at=night + timedelta(hours=1), at=LATE,
    )  # fmt: skip
    make_time(
        order=ticket.order, ticket=ticket, kind="SUPPORT", minutes=60,
        started_at=new_york("2026-11-06T10:00"), at=LATE,
    )  # fmt: skip
    found(ticket, "NOT_PROVIDER", at=LATE)
    rated(LATE)
    assert charges() == [Decimal("375.00")]

    calendar = ticket.version.calendars.get(key="standard")
    draft = revisions.new_revision(calendar=calendar)
    Holiday.objects.create(revision=draft, on=date(2026, 11, 6), name="Mourning", is_own=True)
    revisions.publish_revision(revision=draft, seen=revisions.fingerprint(draft), at=LATE)
    rated(LATE)

    assert charges() == [Decimal("375.00"), Decimal("125.00")]
