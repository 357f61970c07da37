"""Help at this hour, under both presets: open, urgent, booked, or not owed."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.contracts.queries import entitled_user
from apps.contracts.queries.appointments import category_of
from apps.contracts.rules.entitlement import Wanted
from tests.entitled_made import make_booked
from tests.factories import make_client, make_order, make_preset, severity_of

pytestmark = pytest.mark.django_db

NEW_YORK = ZoneInfo("America/New_York")
SATURDAY = datetime(2026, 2, 28, 10, tzinfo=NEW_YORK)
BEGINS = "Standard hours begin again at Monday 2 March 2026, 08:00 EST."


@pytest.fixture
def ada():
    return make_client(order=make_order(version=make_preset(slug="skyswitch-support-2017")))


def ask(user, *, at=SATURDAY, priority="3", wants=Wanted.HELP_NOW, **facts):
    severity = severity_of(user.order.version, priority) if priority else None
    answer = entitled_user(user=user, at=at, wants=wants, severity=severity, **facts)
    return answer.entitled, answer.clause


def monday(clock):
    return datetime.fromisoformat(f"2026-03-02T{clock}").replace(tzinfo=NEW_YORK)


@pytest.mark.clause("S-3")
@pytest.mark.parametrize(
    ("priority", "answer"),
    [("1", (True, "S-3")), ("2", (False, "S-3")), ("3", (False, "S-3")), ("4", (False, "S-3"))],
)
def test_on_a_saturday_only_priority_1_is_helped_at_once(ada, priority, answer):
    assert ask(ada, priority=priority) == answer


@pytest.mark.clause("S-3")
def test_the_refusal_says_what_to_do_and_when_the_hours_begin(ada):
    severity = severity_of(ada.order.version, "3")

    answer = entitled_user(user=ada, at=SATURDAY, wants=Wanted.HELP_NOW, severity=severity)

    assert answer.why == (f"{severity} is not served off hours unless it is booked ahead. {BEGINS}")


@pytest.mark.clause("S-3", "S-2")
@pytest.mark.parametrize(
    ("at", "answer"),
    [
        (monday("07:59:59"), (False, "S-3")),
        (monday("08:00:00"), (True, "S-1")),
        (monday("19:59:59"), (True, "S-1")),
        (monday("20:00:00"), (False, "S-3")),
    ],
)
def test_the_first_second_of_standard_hours_is_inside_and_their_end_is_not(ada, at, answer):
    assert ask(ada, at=at) == answer


@pytest.mark.clause("S-3")
def test_a_severity_that_nobody_named_is_the_policys_default(ada):
    assert ask(ada, priority="") == (False, "S-3")


@pytest.mark.clause("S-3")
@pytest.mark.parametrize(
    ("after", "answer"),
    [
        (timedelta(microseconds=-1), (False, "S-3")),
        (timedelta(), (True, "S-3")),
        (timedelta(hours=1, microseconds=-1), (True, "S-3")),
        (timedelta(hours=1), (False, "S-3")),
    ],
)
def test_a_confirmed_appointment_opens_its_time_from_its_start_until_its_end(ada, after, answer):
    make_booked(requester=ada, starts_at=SATURDAY)

    assert ask(ada, at=SATURDAY + after) == answer


@pytest.mark.clause("S-3")
@pytest.mark.parametrize("state", ["ASKED", "DECLINED", "CANCELLED"])
def test_an_appointment_that_is_not_confirmed_opens_nothing(ada, state):
    make_booked(requester=ada, starts_at=SATURDAY, state=state)

    assert ask(ada) == (False, "S-3")


@pytest.mark.clause("S-3", "S-2.1")
def test_a_confirmed_install_opens_its_time_for_installs_only(ada):
    make_booked(requester=ada, starts_at=SATURDAY, kind="INSTALL")
    install = category_of("INSTALL", ada.order)
    others = ada.order.version.reasons.filter(kind="CATEGORY").exclude(pk=install.pk)

    assert ask(ada, category=install) == (True, "S-3")
    assert {ask(ada, category=category) for category in [None, *others]} == {(False, "S-3")}


@pytest.mark.clause("S-3")
def test_help_that_is_booked_opens_its_time_for_an_install_too(ada):
    make_booked(requester=ada, starts_at=SATURDAY)

    assert ask(ada, category=category_of("INSTALL", ada.order)) == (True, "S-3")


@pytest.mark.clause("S-3")
def test_somebody_elses_appointment_opens_nothing(ada):
    make_booked(
        requester=make_client(order=make_order(version=ada.order.version)), starts_at=SATURDAY
    )

    assert ask(ada) == (False, "S-3")


@pytest.mark.clause("S-2.1")
def test_a_disconnection_by_another_provider_is_no_outage_whatever_its_priority(ada):
    assert ask(ada, priority="1", is_disconnection=True) == (False, "S-2.1")


@pytest.mark.clause("S-2.1")
def test_a_disconnection_is_helped_in_standard_hours_or_when_booked(ada):
    make_booked(requester=ada, starts_at=SATURDAY)

    assert ask(ada, at=monday("08:00:00"), is_disconnection=True) == (True, "S-1")
    assert ask(ada, is_disconnection=True) == (True, "S-3")


@pytest.mark.clause("S-1", "S-3")
@pytest.mark.parametrize("wants", [Wanted.TICKET, Wanted.APPOINTMENT])
def test_what_is_written_or_booked_is_taken_at_any_hour(ada, wants):
    assert ask(ada, wants=wants) == (True, "S-1")


@pytest.mark.clause("S-1", "S-3")
def test_who_writes_off_hours_is_told_when_the_hours_begin(ada):
    answer = entitled_user(user=ada, at=SATURDAY)

    assert answer.steps[-1].says == f"It is taken at any hour. {BEGINS}"


@pytest.mark.clause("V-4")
@pytest.mark.parametrize("severity", ["I", "IV"])
@pytest.mark.parametrize("is_disconnection", [False, True])
def test_where_support_never_closes_help_is_owed_at_any_hour(severity, is_disconnection):
    version = make_preset(slug="voximplant-premium-2023")
    user = make_client(order=make_order(version=version))

    answer = ask(user, priority=severity, is_disconnection=is_disconnection)

    assert answer == (True, "V-3.5")


@pytest.mark.clause("S-3")
def test_hours_that_never_come_again_are_not_promised(ada):
    standard = ada.order.version.calendars.get(key="standard")
    standard.revisions.create(
        number=2, time_zone="America/New_York", always_open=False, published_at=SATURDAY
    )

    answer = entitled_user(user=ada, at=SATURDAY, wants=Wanted.HELP_NOW)

    assert answer.why.endswith("booked ahead. Standard hours do not begin again.")
