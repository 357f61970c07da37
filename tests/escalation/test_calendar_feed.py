"""A person's on-call hours as a calendar, by a secret address that can be revoked."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from apps.escalation.feed import calendar_of
from apps.escalation.models import CalendarAddress
from apps.escalation.services.calendars import make_address, revoke_address
from tests.factories import make_staff
from tests.on_call_made import MONDAY, make_rotation

pytestmark = [pytest.mark.django_db, pytest.mark.clause("S-2")]


def address_of(token: str) -> str:
    return reverse("on_call_calendar", args=[token])


def test_the_calendar_has_the_persons_turns_across_a_clock_change():
    ana, ben = make_staff(), make_staff()
    rotation = make_rotation(ana, ben)

    events = Calendar.from_ical(calendar_of(ana, at=MONDAY)).walk("VEVENT")

    assert [(event.decoded("dtstart"), event.decoded("dtend")) for event in events[:2]] == [
        (datetime(2026, 3, 2, 14, tzinfo=UTC), datetime(2026, 3, 9, 13, tzinfo=UTC)),
        (datetime(2026, 3, 16, 13, tzinfo=UTC), datetime(2026, 3, 23, 13, tzinfo=UTC)),
    ]
    assert {str(event["summary"]) for event in events} == {f"On call: {rotation}"}
    assert len({str(event["uid"]) for event in events}) == len(events)


def test_an_event_keeps_its_name():
    ana = make_staff()
    make_rotation(ana, make_staff())

    def names(at):
        events = Calendar.from_ical(calendar_of(ana, at=at)).walk("VEVENT")
        return [str(event["uid"]) for event in events][:3]

    assert names(MONDAY) == names(MONDAY + timedelta(days=3))


def test_the_address_works_without_a_login_until_it_is_revoked():
    ana = make_staff()
    make_rotation(ana)
    token = make_address(user=ana, at=MONDAY)

    with time_machine.travel(MONDAY, tick=False):
        answer = Client().get(address_of(token))
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
        assert answer.content == calendar_of(ana, at=MONDAY)
        assert revoke_address(user=ana, at=MONDAY)
        assert Client().get(address_of(token)).status_code == 404


def test_a_new_address_ends_the_old_one_and_only_digests_are_kept():
    ana = make_staff()
    old, new = make_address(user=ana, at=MONDAY), make_address(user=ana, at=MONDAY)

    assert [Client().get(address_of(token)).status_code for token in (old, new)] == [404, 200]
    kept = CalendarAddress.objects.values_list("digest", flat=True)
    assert {old, new}.isdisjoint(kept)


def test_who_left_has_no_calendar():
    ana = make_staff()
    token = make_address(user=ana, at=MONDAY)
    ana.is_active = False
    ana.save()

    assert Client().get(address_of(token)).status_code == 404
