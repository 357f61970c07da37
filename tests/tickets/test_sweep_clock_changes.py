"""Days of sweeps, a quarter of an hour apart, over which the clocks of New York change."""

from datetime import timedelta

import pytest

from apps.tickets import services
from apps.tickets.models import Event
from tests.factories import make_client, make_staff, make_ticket
from tests.rules.promises import utc
from tests.tickets.reading import mails

pytestmark = pytest.mark.django_db

SPRING = {
    # (severity, registered): the response that was due. 1 runs around the clock, in one hour;
    # 2, 3 and 4 in two, four and eight hours of Monday to Friday, 08:00 to 20:00.
    ("1", "2026-03-06 19:30"): "2026-03-06 20:30",
    ("2", "2026-03-06 19:30"): "2026-03-09 09:30",
    ("3", "2026-03-06 19:30"): "2026-03-09 11:30",
    ("4", "2026-03-06 19:30"): "2026-03-09 15:30",
    ("1", "2026-03-08 01:30"): "2026-03-08 03:30",
    ("2", "2026-03-07 12:00"): "2026-03-09 10:00",
    ("3", "2026-03-08 03:00"): "2026-03-09 12:00",
    ("4", "2026-03-08 23:59"): "2026-03-09 16:00",
    ("2", "2026-03-06 18:00"): "2026-03-06 20:00",
}
AUTUMN = {
    ("1", "2026-10-30 19:30"): "2026-10-30 20:30",
    ("2", "2026-10-30 19:30"): "2026-11-02 09:30",
    ("3", "2026-10-30 19:30"): "2026-11-02 11:30",
    ("4", "2026-10-30 19:30"): "2026-11-02 15:30",
    ("1", "2026-11-01 00:30"): "2026-11-01 01:30",
    ("2", "2026-10-31 12:00"): "2026-11-02 10:00",
    ("3", "2026-11-01 03:00"): "2026-11-02 12:00",
    ("4", "2026-11-01 23:59"): "2026-11-02 16:00",
    ("2", "2026-10-30 18:00"): "2026-10-30 20:00",
}


@pytest.mark.clause("S-2", "S-5-targets", "R-1", "R-17")
@pytest.mark.parametrize(
    ("weekend", "starts"),
    [(SPRING, "2026-03-06 17:00"), (AUTUMN, "2026-10-30 17:00")],
    ids=["forward", "back"],
)
def test_over_a_weekend_with_a_clock_change_each_is_missed_once_and_dated_right(weekend, starts):
    client, manager = make_client(), make_staff(is_duty_manager=True)
    numbers = {
        make_ticket(requester=client, severity=severity, at=utc(registered)).pk: utc(due)
        for (severity, registered), due in weekend.items()
    }

    noticed = {}
    for quarter in range(4 * 24 * 4):
        at = utc(starts) + quarter * timedelta(minutes=15)
        services.sweep_deadlines(at=at)
        for pk, recorded_at in _missed():
            noticed.setdefault(pk, recorded_at)

    assert {pk: at for pk, at, _ in _responses()} == numbers
    assert len(_responses()) == len(weekend)
    # Each by the first sweep after it was due.
    assert {
        pk: timedelta() < noticed[pk] - due <= timedelta(minutes=15) for pk, due in numbers.items()
    } == dict.fromkeys(numbers, True)
    assert (
        mails("deadline.missed").count(manager.email)
        == Event.objects.filter(kind="DEADLINE_MISSED").count()
    )


def _responses():
    return [
        *Event.objects.filter(kind="DEADLINE_MISSED", facts__deadline="RESPONSE").values_list(
            "ticket_id", "at", "recorded_at"
        )
    ]


def _missed():
    return [(pk, recorded_at) for pk, _, recorded_at in _responses()]


@pytest.mark.clause("R-1")
def test_the_hour_that_comes_twice_is_two_hours():
    """Registered at 01:45 for the second time, it is due at 02:45."""
    client = make_client()
    second = utc("2026-11-01 00:45") + timedelta(hours=2)
    ticket = make_ticket(requester=client, severity="1", at=second)

    assert ticket.deadlines.get().due_at == utc("2026-11-01 02:45")
