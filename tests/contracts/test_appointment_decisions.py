"""Confirming, declining and cancelling: once, by somebody who is free, and the client is told."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.contracts import services
from apps.contracts.models import Appointment
from apps.contracts.services import AppointmentRefused
from apps.outbox.models import Message
from tests.appointments_made import (
    ASKED,
    SATURDAY,
    end_terms,
    make_appointment,
    make_confirmed,
    new_york,
    published_presets,
)
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
INSTANT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
BEFORE = "on Monday 2 November 2026, 10:00 EST."


@pytest.fixture(scope="module", autouse=True)
def presets(django_db_setup, django_db_blocker):
    with published_presets(django_db_blocker):
        yield


@pytest.fixture
def cora(db):
    return make_staff(name="cora")


@pytest.fixture
def row(db):
    return make_appointment()


def confirm(row, staff, **facts):
    return services.confirm_appointment(
        **{"appointment": row, "staff": staff, "by": staff, "at": ASKED, **facts}
    )


def decline(row, by, **facts):
    return services.decline_appointment(
        **{"appointment": row, "reason": "Nobody is free", "by": by, "at": ASKED, **facts}
    )


def cancel(row, by, **facts):
    return services.cancel_appointment(
        **{"appointment": row, "reason": "Postponed", "by": by, "at": ASKED, **facts}
    )


def refused(act, row, by, **facts) -> str:
    before = Message.objects.count()
    with pytest.raises(AppointmentRefused) as caught:
        act(row, by, **facts)
    assert Message.objects.count() == before
    return str(caught.value)


def topics() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("topic", flat=True))


@pytest.mark.clause("S-3", "S-2.1")
def test_confirming_says_who_will_be_there(row, cora):
    duty = make_staff()

    confirm(row, cora, by=duty, at=ASKED + HOUR, note="Ring at gate 3.")

    row.refresh_from_db()
    assert (row.state, row.staff, row.decided_by, row.decided_at, row.decision) == (
        "CONFIRMED",
        cora,
        duty,
        ASKED + HOUR,
        "Ring at gate 3.",
    )
    change = row.history.latest()
    assert (change.history_change_reason, change.history_user, change.history_date) == (
        "Ring at gate 3.",
        duty,
        ASKED + HOUR,
    )
    assert topics() == ["appointment.asked", "appointment.confirmed"]


@pytest.mark.clause("S-3")
def test_declining_and_cancelling_carry_their_reasons(row, cora):
    other = make_confirmed(staff=cora)

    decline(row, cora)
    cancel(other, None)

    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, row.decision, row.decided_by) == ("DECLINED", "Nobody is free", cora)
    assert (other.state, other.decision, other.decided_by) == ("CANCELLED", "Postponed", None)
    assert row.history.latest().history_change_reason == "Nobody is free"
    assert topics()[-2:] == ["appointment.declined", "appointment.cancelled"]


@pytest.mark.clause("S-3")
@pytest.mark.parametrize(
    ("act", "why"),
    [
        (decline, "Say why it is declined: the client is told."),
        (cancel, "Say why it is cancelled: the client is told."),
    ],
)
def test_a_no_without_a_reason_is_refused(row, cora, act, why):
    assert refused(act, row, cora, reason="  ") == why


@pytest.mark.clause("S-3")
def test_what_is_decided_is_not_decided_again(cora):
    row = make_confirmed(staff=cora)

    assert [refused(act, row, cora) for act in (confirm, decline)] == [
        f"It was confirmed by cora {BEFORE} There is nothing to decide."
    ] * 2


@pytest.mark.clause("S-3")
def test_what_was_declined_or_cancelled_is_not_cancelled(row, cora):
    gone = cancel(make_appointment(), None)

    assert refused(cancel, decline(row, cora), cora) == (
        f"It was declined by cora {BEFORE} There is nothing to cancel."
    )
    assert refused(cancel, gone, cora) == f"It was cancelled {BEFORE} There is nothing to cancel."


@pytest.mark.clause("S-3")
def test_of_two_who_decide_the_second_is_told(row, cora):
    seen = Appointment.objects.get(pk=row.pk)
    confirm(row, cora)

    why = f"Somebody was faster. It was confirmed by cora {BEFORE}"
    other = make_staff(name="olga")
    assert [refused(act, seen, other) for act in (confirm, decline, cancel)] == [why] * 3


@pytest.mark.clause("S-3")
def test_who_decides_again_what_they_decided_is_told_so_in_the_zone_they_read(row, cora):
    seen = Appointment.objects.get(pk=row.pk)
    confirm(row, cora)

    for act in (confirm, decline, cancel):
        assert refused(act, seen, cora, zone=ZoneInfo("Europe/Berlin")) == (
            "You did already. It was confirmed on Monday 2 November 2026, 16:00 CET."
        )


@pytest.mark.clause("S-3")
def test_nobody_confirms_a_time_that_they_have_not_seen(row, cora):
    seen = Appointment.objects.get(pk=row.pk)
    starts_at = new_york("2026-11-08T10:00")
    services.move_appointment(
        appointment=row,
        starts_at=starts_at,
        ends_at=starts_at + HOUR,
        reason="Later",
        by=cora,
        at=ASKED,
    )

    when = "it is on Sunday 8 November 2026, 10:00 to 11:00 EST. Look at it again."
    assert refused(confirm, seen, make_staff(name="olga")) == f"Somebody was faster: {when}"
    assert refused(confirm, seen, cora) == f"You changed it already: {when}"


@pytest.mark.clause("S-3")
def test_its_very_beginning_is_still_confirmed_and_an_instant_later_it_is_not(row, cora):
    assert refused(confirm, row, cora, at=SATURDAY + INSTANT) == (
        "Its time has come and gone undecided: move it, or decline it."
    )
    assert confirm(row, cora, at=SATURDAY).state == "CONFIRMED"


@pytest.mark.clause("S-3")
def test_it_is_cancelled_until_its_end(cora):
    over, running = make_confirmed(staff=cora), make_confirmed(staff=make_staff())

    assert refused(cancel, over, cora, at=SATURDAY + HOUR) == (
        "It is over: there is nothing to cancel."
    )
    assert cancel(running, cora, at=SATURDAY + HOUR - INSTANT).state == "CANCELLED"


@pytest.mark.clause("S-3")
def test_one_may_begin_the_instant_that_another_ends(cora):
    make_confirmed(staff=cora)

    after = confirm(make_appointment(starts_at=SATURDAY + HOUR), cora)
    before = confirm(make_appointment(starts_at=SATURDAY - HOUR), cora)

    assert (after.state, before.state) == ("CONFIRMED", "CONFIRMED")


@pytest.mark.clause("S-3")
@pytest.mark.parametrize("shift", [timedelta(0), HOUR - INSTANT, INSTANT - HOUR])
def test_two_that_share_an_instant_are_not_one_persons(cora, shift):
    first = make_confirmed(staff=cora)
    second = make_appointment(starts_at=SATURDAY + shift)

    assert refused(confirm, second, cora) == (
        f"cora has an appointment with {first.order.account} then, Saturday 7 November 2026,"
        " 10:00 to 11:00 EST. Choose somebody else, or another time."
    )
    assert confirm(second, make_staff()).state == "CONFIRMED"


@pytest.mark.clause("S-3")
def test_asked_declined_and_cancelled_ones_take_nobodys_time(row, cora):
    cancel(make_confirmed(staff=cora), cora)
    decline(make_appointment(), cora)
    make_appointment()

    assert confirm(row, cora).state == "CONFIRMED"


@pytest.mark.clause("S-3")
def test_only_active_staff_is_sent(row, cora):
    gone = make_staff(name="gone", is_active=False)
    client = make_staff(name="outsider")
    client.is_staff = False
    client.save()

    assert refused(confirm, row, gone) == "gone is not active staff: choose somebody else."
    assert refused(confirm, row, client) == "outsider is not active staff: choose somebody else."


@pytest.mark.clause("V-3.1")
def test_an_order_that_has_ended_meanwhile_is_not_confirmed(row, cora):
    end_terms(row.order, date(2026, 11, 6))

    assert refused(confirm, row, cora) == (
        f"The term of order {row.order.number} ended on 2026-11-06."
    )


@pytest.mark.clause("S-3")
def test_only_a_confirmed_one_opens_the_door_off_hours(row, cora):
    booked = Appointment.objects.confirmed().covering(at=SATURDAY)
    before = booked.exists()

    confirm(row, cora)

    assert (before, booked.exists()) == (False, True)
    assert not Appointment.objects.confirmed().covering(at=SATURDAY + HOUR).exists()
