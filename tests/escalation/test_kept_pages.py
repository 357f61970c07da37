"""Rotations and ladders are edited in the admin, with history; what does not fit is said."""

import pytest
import time_machine
from django.urls import reverse

from apps.escalation.models import PageLadder, Rotation
from tests.escalation.on_call_pages import signed_in
from tests.factories import make_staff
from tests.on_call_made import MONDAY, make_ladder, make_rotation
from tests.tickets_admin.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.clause("S-2")]
KEEPS = [
    f"{act}_{model}"
    for act in ("view", "add", "change", "delete")
    for model in ("rotation", "rotationmember", "pageladder", "ladderrung")
]
TURNS = {
    "title": "First line",
    "is_active": "on",
    "time_zone": "America/New_York",
    "starts_on": "2026-03-02",
    "hands_over_at": "09:00",
    "days": "7",
    "opens": "",
    "closes": "",
    "warn_days": "7",
    "change_reason": "New team",
}


@pytest.fixture
def client():
    with time_machine.travel(MONDAY, tick=False):
        yield signed_in(*KEEPS)[0]


def rows(prefix, *given):
    facts = {f"{prefix}-TOTAL_FORMS": str(len(given)), f"{prefix}-INITIAL_FORMS": "0"}
    for number, row in enumerate(given):
        facts |= {f"{prefix}-{number}-{name}": str(value) for name, value in row.items()}
    return facts


def test_a_rotation_is_made_with_its_people_and_the_reason_is_kept(client):
    ana, ben = make_staff(), make_staff()
    people = rows("members", {"position": 1, "user": ana.pk}, {"position": 2, "user": ben.pk})

    answer = client.post(reverse("admin:escalation_rotation_add"), {**TURNS, **people})

    assert answer.status_code == 302
    rotation = Rotation.objects.get()
    assert [member.user for member in rotation.members.all()] == [ana, ben]
    assert rotation.history.get().history_change_reason == "New team"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"opens": "20:00"}, "Fill in both hours, or none for all day."),
        ({"time_zone": "Mars/North"}, "“Mars/North” is not a time zone."),
        ({"days": "0"}, "Ensure this value is greater than or equal to 1."),
    ],
)
def test_a_rotation_that_does_not_fit_is_refused(client, changes, why):
    answer = client.post(
        reverse("admin:escalation_rotation_add"), {**TURNS, **rows("members"), **changes}
    )

    assert why in text_of(answer)
    assert Rotation.objects.count() == 0


@pytest.mark.parametrize("both", [True, False])
def test_a_rung_is_a_rotation_or_a_person_and_not_both_or_neither(client, both):
    rung = {"position": 1, "wait_minutes": 10}
    if both:
        rung |= {"rotation": make_rotation().pk, "user": make_staff().pk}
    given = {"title": "After hours", "rounds": "2", "is_default": "on", **rows("rungs", rung)}

    answer = client.post(reverse("admin:escalation_pageladder_add"), given)

    assert "Choose a rotation or a person: one of the two." in text_of(answer)
    assert PageLadder.objects.count() == 0


def test_the_list_says_whose_each_ladder_is(client):
    make_ladder(make_rotation(title="First line"), make_staff(name="boss"))

    text = text_of(client.get(reverse("admin:escalation_pageladder_changelist")))

    assert "all others 1. First line, 10 min 2. boss, 10 min" in text
