"""Two at the same time: PostgreSQL lets one through, and tells the other."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.contracts import services
from apps.contracts.models import Appointment
from apps.outbox.models import Message
from tests.appointments_made import ASKED, make_appointment, wish
from tests.factories import make_staff

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def at_once(*acts) -> list[str]:
    """Do all acts in threads of their own; return what each was told, or "done"."""

    def run(act):
        try:
            act()
        except services.AppointmentRefused as refusal:
            return str(refusal)[:19]
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(max_workers=len(acts)) as threads:
        return sorted(threads.map(run, acts))


def confirming(row, staff):
    return lambda: services.confirm_appointment(appointment=row, staff=staff, by=staff, at=ASKED)


@pytest.mark.clause("S-3")
def test_of_many_at_one_time_one_is_the_same_persons():
    cora = make_staff(name="coraline")
    rows = [make_appointment() for _ in range(4)]

    said = at_once(*(confirming(row, cora) for row in rows))

    assert said == ["coraline has an app"] * 3 + ["done"]
    assert Appointment.objects.confirmed().count() == 1


@pytest.mark.clause("S-3")
def test_of_many_who_decide_one_is_heard():
    row = make_appointment()
    people = [make_staff() for _ in range(4)]

    said = at_once(*(confirming(row, person) for person in people))

    assert said == ["Somebody was faster"] * 3 + ["done"]
    assert Message.objects.filter(topic="appointment.confirmed").count() == 1


@pytest.mark.clause("S-3")
def test_the_same_request_many_times_at_once_is_one_appointment():
    facts = wish()

    said = at_once(*[lambda: services.ask_appointment(**facts)] * 4)

    assert (said, Appointment.objects.count()) == (["done"] * 4, 1)
