"""Reading a ticket's log: whose turn it is, and which times do not count."""

import pytest

from apps.tickets.rules.history import Pause, Status, pauses_of, status_of
from tests.rules.calendars import local
from tests.rules.promises import story

DAY = "2026-03-04"


def at(clock):
    return local(f"{DAY} {clock}")


@pytest.mark.clause("V-2-resolution")
@pytest.mark.parametrize(
    ("later", "status"),
    [
        ([], Status.OPEN),
        (["10:00 RESPONDED"], Status.OPEN),
        (["10:00 ASKED_CLIENT"], Status.WAITING),
        (["10:00 ASKED_CLIENT", "10:01 NOTED", "10:02 RESPONDED"], Status.WAITING),
        (["10:00 ASKED_CLIENT", "11:00 CLIENT_REPLIED"], Status.OPEN),
        (["10:00 ASKED_CLIENT", "11:00 CLOSED"], Status.CLOSED),
        (["10:00 CLOSED", "10:01 NOTED"], Status.CLOSED),
        (["10:00 CLOSED", "11:00 REOPENED"], Status.OPEN),
        (["10:00 ASKED_CLIENT", "11:00 SEVERITY_CHANGED 3 1"], Status.WAITING),
    ],
)
def test_whose_turn_it_is_follows_from_the_log(later, status):
    assert status_of(story("3", f"{DAY} 09:00", *later)) == status


@pytest.mark.clause("V-2-resolution")
@pytest.mark.parametrize(
    ("later", "pauses"),
    [
        ([], []),
        (["10:00 CLIENT_REPLIED"], []),
        (["10:00 ASKED_CLIENT"], [("waiting_on_client", "10:00", None)]),
        (
            ["10:00 ASKED_CLIENT", "11:00 CLIENT_REPLIED"],
            [("waiting_on_client", "10:00", "11:00")],
        ),
        (
            ["10:00 ASKED_CLIENT", "10:30 ASKED_CLIENT", "11:00 CLIENT_REPLIED"],
            [("waiting_on_client", "10:00", "11:00")],
        ),
        (
            ["10:00 ASKED_CLIENT", "10:30 SEVERITY_CHANGED 3 1", "11:00 CLIENT_REPLIED"],
            [("waiting_on_client", "10:00", "11:00")],
        ),
        (
            [
                "10:00:00 ASKED_CLIENT",
                "10:00:20 CLIENT_REPLIED",
                "10:00:30 ASKED_CLIENT",
                "10:00:50 CLIENT_REPLIED",
            ],
            [
                ("waiting_on_client", "10:00:00", "10:00:20"),
                ("waiting_on_client", "10:00:30", "10:00:50"),
            ],
        ),
    ],
)
def test_the_times_on_the_clients_side_are_pauses(later, pauses):
    found = pauses_of(story("3", f"{DAY} 09:00", *later))

    assert [*found] == [
        Pause(cause, at(starts), ends and at(ends)) for cause, starts, ends in pauses
    ]


@pytest.mark.clause("V-2-resolution")
def test_a_pause_that_is_taken_up_in_the_same_instant_is_none():
    history = story("3", f"{DAY} 09:00", "10:00 ASKED_CLIENT", "10:00 CLIENT_REPLIED")

    assert pauses_of(history) == ()


@pytest.mark.clause("V-2-resolution", "R-15")
def test_going_straight_from_waiting_to_closed_ends_one_pause_and_begins_another():
    history = story("3", f"{DAY} 09:00", "10:00 ASKED_CLIENT", "11:00 CLOSED", "12:00 REOPENED")

    assert pauses_of(history) == (
        Pause("waiting_on_client", at("10:00"), at("11:00")),
        Pause("closed", at("11:00"), at("12:00")),
    )


@pytest.mark.clause("R-15")
def test_a_closed_ticket_is_paused_until_it_is_reopened():
    history = story("3", f"{DAY} 09:00", "10:00 CLOSED")

    assert pauses_of(history) == (Pause("closed", at("10:00")),)
