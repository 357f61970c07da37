"""The demo's appointments: one of each kind of end, whatever day the trial begins on."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from apps.backoffice.demo.acts import Stage
from apps.backoffice.demo.story_appointments import book_appointments
from apps.contracts.models import Appointment, Standing, User
from apps.intake.models import RefusedRequest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
ENDS = [
    ("CONFIRMED", "OFF_HOURS", False),
    ("DECLINED", "OFF_HOURS", False),
    ("ASKED", "INSTALL", False),
    ("ASKED", "INSTALL", True),
]


def ends() -> list[tuple[str, str, bool]]:
    return sorted(Appointment.objects.values_list("state", "kind", "is_priority"))


def test_there_is_one_of_each():
    assert ends() == sorted(ENDS)
    assert RefusedRequest.objects.filter(wanted="INSTALL").count() == 1


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 25, 23, 59, tzinfo=UTC),
        datetime(2026, 11, 28, 3, 0, tzinfo=UTC),
        datetime(2026, 3, 6, 21, 0, tzinfo=UTC),
        datetime(2026, 12, 31, 12, 0, tzinfo=UTC),
    ],
    ids=["the eve of a holiday", "a weekend", "before the clocks change", "the year's end"],
)
def test_they_are_booked_on_any_day(at):
    with transaction.atomic():
        Appointment.objects.all().delete()
        # As when the demo books them: an account that is suspended by then books nothing.
        Standing.objects.update(state=Standing.State.GOOD)
        book_appointments(Stage(people={user.username: user for user in User.objects.all()}), at)
        found = ends()
        transaction.set_rollback(True)

    assert found == sorted(ENDS)
