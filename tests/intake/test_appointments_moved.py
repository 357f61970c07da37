"""Moving an appointment on its page: who wants it decides from when the notice counts."""

from datetime import timedelta

import pytest
import time_machine

from apps.contracts.models import Appointment
from tests.appointments_made import ASKED, make_appointment, new_york, published_presets
from tests.intake.appointment_pages import page, sign_in
from tests.intake.refused_forms import refused_inputs

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def presets(django_db_setup, django_db_blocker):
    with published_presets(django_db_blocker):
        yield


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(ASKED, tick=False):
        yield


@pytest.fixture
def duty(client):
    return sign_in(client, "Support agents")


def move(client, row: Appointment, **facts):
    told = {"minutes": "60", "reason": "Sooner", **facts}
    seen = row.history.latest("history_id").history_id
    return client.post(page(row, "move"), {"seen": seen, **told}, follow=True)


@pytest.mark.clause("S-2.1")
@pytest.mark.parametrize(
    ("who", "starts"), [("us", "2026-11-04T10:00"), ("client", "2026-11-09T08:00")]
)
def test_the_page_asks_who_wants_an_install_moved_and_counts_the_notice_from_then(
    client, duty, who, starts
):
    row = make_appointment(
        kind="INSTALL", starts_at=new_york("2026-11-09T08:00"), at=ASKED - timedelta(days=3)
    )

    move(client, row, starts_at="2026-11-04T10:00", for_client=who)

    row.refresh_from_db()
    assert row.starts_at == new_york(starts)


@pytest.mark.clause("S-2.1")
@pytest.mark.parametrize(
    ("who", "problem"),
    [
        ("", "Say who wants it moved: the notice depends on it."),
        ("x", "Select a valid choice. x is not one of the available choices."),
    ],
)
def test_a_move_that_nobody_wants_is_none(client, duty, who, problem):
    row = make_appointment()

    answer = move(client, row, starts_at="2026-11-08T10:00", for_client=who)

    assert dict(answer.context["forms"]["move"].errors) == {"for_client": [problem]}
    assert refused_inputs(answer) == {"move_for_client": True}
