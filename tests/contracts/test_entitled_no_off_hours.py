"""A policy with standard hours and no word on help outside of them promises none."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.contracts import services
from apps.contracts.queries import entitled_user
from apps.contracts.rules.entitlement import Wanted
from apps.contracts.services import AppointmentRefused
from tests.appointments_made import wish
from tests.entitled_made import make_booked
from tests.factories import PRESETS, make_client, make_order, make_policy, severity_of

pytestmark = pytest.mark.django_db

NEW_YORK = ZoneInfo("America/New_York")
SUNDAY = datetime(2026, 3, 1, 3, tzinfo=NEW_YORK)
MONDAY = datetime(2026, 3, 2, 8, tzinfo=NEW_YORK)
BEGINS = "Standard hours begin again at Monday 2 March 2026, 08:00 EST."
SILENT = f"No help is promised outside of standard hours. {BEGINS}"
CUT_OFF = (
    f"A customer cut off by another provider is no outage, and is not served off hours. {BEGINS}"
)


@pytest.fixture
def ada():
    text = (PRESETS / "skyswitch-support-2017.toml").read_text("utf-8")
    silent = re.sub(r"\[rules\.off_hours\]\n(?:[^\[\n].*\n)*\n", "", text)
    return make_client(order=make_order(version=make_policy(text=silent)))


def ask(user, *, at=SUNDAY, wants=Wanted.HELP_NOW, **facts):
    severity = severity_of(user.order.version, "1")
    return entitled_user(user=user, at=at, wants=wants, severity=severity, **facts)


@pytest.mark.clause("S-2", "S-3")
def test_help_outside_of_standard_hours_is_not_promised_whatever_its_priority(ada):
    answer = ask(ada)

    assert (answer.entitled, answer.clause, answer.why) == (False, "S-2", SILENT)


@pytest.mark.clause("S-2", "S-3")
def test_booking_that_hour_gets_the_same_answer(ada):
    asked = wish(requester=ada, starts_at=SUNDAY, at=SUNDAY - timedelta(days=5))

    with pytest.raises(AppointmentRefused) as refused:
        services.ask_appointment(**asked)

    assert (refused.value.clause, str(refused.value)) == (
        "S-2",
        "The policy offers no help outside of “Standard hours”: choose a time inside.",
    )


@pytest.mark.clause("S-2")
@pytest.mark.parametrize("is_disconnection", [False, True])
def test_inside_of_standard_hours_one_hour_is_like_another(ada, is_disconnection):
    inside = ask(ada, at=MONDAY, is_disconnection=is_disconnection)

    assert (inside.entitled, inside.clause) == (True, "S-1")
    assert inside.steps == ask(ada, at=MONDAY, wants=Wanted.APPOINTMENT).steps
    assert ask(ada, at=MONDAY - timedelta(microseconds=1)).entitled is False


@pytest.mark.clause("S-2.1")
def test_a_disconnection_is_no_outage_there_either(ada):
    answer = ask(ada, is_disconnection=True)

    assert (answer.entitled, answer.clause, answer.why) == (False, "S-2.1", CUT_OFF)


@pytest.mark.clause("S-2")
def test_what_is_written_is_taken_and_told_when_the_hours_begin(ada):
    answer = ask(ada, wants=Wanted.TICKET)

    assert (answer.entitled, answer.steps[-1].says) == (True, f"It is taken at any hour. {BEGINS}")


@pytest.mark.clause("S-2")
def test_what_was_booked_before_still_opens_its_time(ada):
    make_booked(requester=ada, starts_at=SUNDAY)

    assert (ask(ada).entitled, ask(ada).clause) == (True, "S-2")
