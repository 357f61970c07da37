"""The resolution: the provider's own time until the solution."""

import pytest

from tests.rules.calendars import hours
from tests.rules.promises import resolution, utc, verdict

NINE = "2026-03-04 09:00"  # a Wednesday
FIVE = utc("2026-03-04 17:00")  # eight hours later


@pytest.mark.clause("V-2-resolution", "S-5-targets")
def test_a_resolution_is_owed_from_registration_and_ends_with_the_solution():
    assert verdict(resolution("3", NINE)) == ("OPEN", FIVE, None)

    found = resolution("3", NINE, "10:00 RESPONDED", "12:00 CLOSED")

    assert verdict(found) == ("MET", FIVE, utc("2026-03-04 12:00"))
    assert (found.used, found.ended_at) == (hours(3), utc("2026-03-04 12:00"))


@pytest.mark.clause("V-2-resolution", "R-17")
@pytest.mark.parametrize(("closed", "state"), [("17:00", "MET"), ("17:00:00.000001", "MISSED")])
def test_a_solution_at_the_very_due_instant_is_in_time_and_later_it_is_not(closed, state):
    found = resolution("3", NINE, f"{closed} CLOSED")

    assert verdict(found) == (state, FIVE, FIVE)
    assert (found.used, found.ended_at) == (hours(8), utc(f"2026-03-04 {closed}"))


@pytest.mark.clause("R-2")
def test_48_business_hours_are_four_days_of_twelve():
    assert resolution("4", "2026-03-04 08:00").due_at == utc("2026-03-09 20:00")


@pytest.mark.clause("V-5", "S-9", "S-5-targets")
def test_best_effort_gives_no_deadline():
    assert resolution("1", NINE) is None
    assert resolution("1", NINE, "10:00 CLOSED", "11:00 REOPENED") is None


@pytest.mark.clause("V-2-resolution")
def test_the_clock_stands_still_while_it_is_the_clients_turn():
    found = resolution("3", NINE, "10:00 RESPONDED", "10:00 ASKED_CLIENT")

    assert verdict(found) == ("OPEN", None, None)
    assert (found.used, found.warn_at) == (hours(1), None)


@pytest.mark.clause("V-2-resolution")
def test_a_warning_that_was_due_before_the_pause_stays_due():
    found = resolution("3", NINE, "15:30 ASKED_CLIENT")

    assert (found.due_at, found.warn_at) == (None, utc("2026-03-04 15:00"))


@pytest.mark.clause("V-2-resolution")
def test_the_deadline_moves_by_the_service_time_of_the_pause():
    found = resolution("3", NINE, "10:00 ASKED_CLIENT", "14:30 CLIENT_REPLIED")

    assert verdict(found) == ("OPEN", utc("2026-03-05 09:30"), None)
    assert (found.used, found.warn_at) == (hours(1), utc("2026-03-04 19:30"))


@pytest.mark.clause("V-2-resolution", "S-2")
def test_a_weekend_on_the_clients_side_moves_it_by_friday_evening_and_monday_morning():
    found = resolution(
        "3", "2026-03-06 15:00", "2026-03-06 19:00 ASKED_CLIENT", "2026-03-09 09:00 CLIENT_REPLIED"
    )

    assert found.due_at == utc("2026-03-09 13:00")


@pytest.mark.clause("V-2-resolution")
def test_a_pause_from_the_very_due_instant_is_too_late():
    asked = ["17:00 RESPONDED", "17:00 ASKED_CLIENT"]

    assert verdict(resolution("3", NINE, *asked)) == ("OPEN", FIVE, None)
    assert verdict(resolution("3", NINE, *asked, "2026-03-09 09:00 CLIENT_REPLIED")) == (
        "MISSED",
        FIVE,
        FIVE,
    )


@pytest.mark.clause("V-2-resolution")
def test_straight_from_waiting_to_closed_the_pause_still_counts():
    found = resolution("3", NINE, "10:00 ASKED_CLIENT", "2026-03-06 10:00 CLOSED")

    assert verdict(found) == ("MET", utc("2026-03-06 17:00"), utc("2026-03-06 10:00"))
    assert found.used == hours(1)


@pytest.mark.clause("R-15")
def test_after_reopening_the_clock_runs_on_and_the_time_between_does_not_count():
    found = resolution("3", NINE, "11:00 CLOSED", "2026-03-06 09:00 REOPENED")

    assert verdict(found) == ("OPEN", utc("2026-03-06 15:00"), None)
    assert (found.used, found.ended_at) == (hours(2), None)


@pytest.mark.clause("R-15")
def test_a_solution_that_is_taken_back_can_still_be_missed():
    reopened = ["11:00 CLOSED", "2026-03-06 09:00 REOPENED"]

    found = resolution("3", NINE, *reopened, "2026-03-06 15:01 CLOSED")

    assert verdict(found) == ("MISSED", utc("2026-03-06 15:00"), utc("2026-03-06 15:00"))
    assert found.ended_at == utc("2026-03-06 15:01")


@pytest.mark.clause("R-15")
def test_the_wait_for_a_confirmation_was_the_clients():
    """Waiting, then closed, then reopened: neither the wait nor the closure counts."""
    found = resolution(
        "3", NINE, "10:00 ASKED_CLIENT", "12:00 CLOSED", "14:00 REOPENED", "19:00 NOTED"
    )

    assert verdict(found) == ("OPEN", utc("2026-03-05 09:00"), None)


@pytest.mark.clause("R-15")
def test_a_miss_is_not_forgotten_when_the_ticket_is_closed_and_reopened():
    missed = ["17:00 DEADLINE_MISSED RESOLUTION"]
    closed = [*missed, "18:00 CLOSED"]

    assert resolution("3", NINE, *closed).ended_at == utc("2026-03-04 18:00")

    reopened = resolution("3", NINE, *closed, "2026-03-05 09:00 REOPENED")

    assert (verdict(reopened), reopened.ended_at) == (("MISSED", FIVE, FIVE), None)


@pytest.mark.clause("V-2-resolution")
def test_an_answer_is_no_solution():
    assert verdict(resolution("3", NINE, "10:00 RESPONDED")) == ("OPEN", FIVE, None)


@pytest.mark.clause("V-2-resolution")
@pytest.mark.parametrize(
    ("registered", "later", "due"),
    [
        # Around the clock over the night in which New York goes forward: four hours are four hours.
        ("2026-03-08 00:30", [], "2026-03-08 05:30"),
        ("2026-11-01 00:30", [], "2026-11-01 03:30"),
        (
            "2026-03-08 00:30",
            ["2026-03-08 01:30 ASKED_CLIENT", "2026-03-08 03:30 CLIENT_REPLIED"],
            "2026-03-08 06:30",
        ),
    ],
)
def test_a_clock_change_neither_gives_nor_takes_time(registered, later, due):
    assert resolution("2", registered, *later).due_at == utc(due)
