"""The pages of rotations: the list, a schedule with its forms, and one's own."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.escalation.models import CalendarAddress, RotationOverride
from tests.escalation.on_call_pages import signed_in
from tests.factories import make_staff
from tests.on_call_made import MONDAY, make_rotation
from tests.tickets_admin.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.clause("S-2")]
LIST = reverse("admin:escalation_rotation_changelist")
MINE = reverse("admin:escalation_rotation_mine")
AGREES = ("view_rotation", "add_rotationoverride")


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(MONDAY, tick=False):
        yield


def page(rotation, name="schedule", *more):
    return reverse(f"admin:escalation_rotation_{name}", args=[rotation.pk, *more])


def test_the_list_says_who_has_it_and_who_follows():
    make_rotation(make_staff(name="ana"), make_staff(name="ben"), title="First line")
    client, _ = signed_in("view_rotation")

    text = text_of(client.get(LIST))

    assert "ana until Mon 9 Mar 2026, 09:00 EDT" in text
    assert "ben from Mon 9 Mar 2026, 09:00 EDT" in text


def test_the_list_costs_as_many_statements_for_many_as_for_few():
    client, _ = signed_in("view_rotation")
    counts = []
    for _ in range(2):
        for _ in range(3):
            make_rotation(make_staff(), make_staff())
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(LIST)
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_the_schedule_is_for_those_who_may_see_rotations():
    rotation = make_rotation(make_staff())

    assert signed_in()[0].get(page(rotation)).status_code == 403
    assert signed_in("view_rotation")[0].get(page(rotation)).status_code == 200
    assert signed_in("view_rotation")[0].post(page(rotation, "override")).status_code == 403


def test_somebody_takes_hours_and_gives_them_back():
    ana, ben = make_staff(name="ana"), make_staff(name="ben")
    rotation = make_rotation(ana)
    client, me = signed_in(*AGREES)
    hours = {"user": ben.pk, "starts_at": "2026-03-03T18:00", "ends_at": "2026-03-03T20:00"}

    answer = client.post(page(rotation, "override"), hours, follow=True)

    assert "ben has it in these hours." in text_of(answer)
    row = RotationOverride.objects.get()
    assert (row.user, row.starts_at.isoformat(), row.made_by) == (
        ben,
        "2026-03-03T18:00:00+00:00",
        me,
    )
    answer = client.post(page(rotation, "take_back", row.pk), follow=True)
    assert "Taken back: the turns are as before." in text_of(answer)
    row.refresh_from_db()
    assert (row.cancelled_at, row.cancelled_by) == (MONDAY, me)


def test_a_refused_form_keeps_what_was_typed_and_says_why():
    rotation = make_rotation(make_staff())
    client, _ = signed_in(*AGREES)
    hours = {"starts_at": "2026-03-03T20:00", "ends_at": "2026-03-03T18:00", "reason": "Dentist"}

    answer = client.post(page(rotation, "override"), hours)

    assert answer.status_code == 422
    assert "It ends before it begins: swap the two." in text_of(answer)
    assert 'value="2026-03-03T20:00"' in answer.content.decode()
    assert 'value="Dentist"' in answer.content.decode()


def test_two_turns_are_swapped_on_the_page():
    ana, ben = make_staff(name="ana"), make_staff(name="ben")
    rotation = make_rotation(ana, ben)
    client, _ = signed_in(*AGREES)
    turns = {
        "first_at": MONDAY.isoformat(),
        "second_at": (MONDAY + timedelta(days=7)).isoformat(),
    }

    answer = client.post(page(rotation, "swap"), turns, follow=True)

    assert "ben and ana swap their turns." in text_of(answer)
    assert "half of a swap" in text_of(answer)


def test_an_hour_that_nobody_has_is_on_the_schedule():
    rotation = make_rotation()
    client, _ = signed_in("view_rotation")

    assert "Nobody is on call" in text_of(client.get(page(rotation)))


def test_ones_own_page_shows_ones_turns_and_makes_the_calendars_address():
    client, me = signed_in("view_rotation", name="ana")
    rotation = make_rotation(me, title="First line")

    assert "You are on call now" in text_of(client.get(MINE))
    answer = client.post(reverse("admin:escalation_rotation_calendar"))

    assert "/on-call/" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert "/on-call/" not in client.get(MINE).content.decode()
    client.post(reverse("admin:escalation_rotation_calendar"), {"act": "revoke"})
    assert CalendarAddress.objects.standing().count() == 0
    assert rotation.title in text_of(client.get(MINE))
