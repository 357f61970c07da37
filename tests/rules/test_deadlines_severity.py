"""A change of severity: the new target counts from registration, verdicts stay (R-14)."""

import pytest

from tests.rules.calendars import hours
from tests.rules.promises import resolution, response, target, utc, verdict, with_targets

NINE = "2026-03-04 09:00"  # a Wednesday
TO_TWO = "SEVERITY_CHANGED 3 2"
TO_FOUR = "SEVERITY_CHANGED 3 4"
TO_ONE = "SEVERITY_CHANGED 3 1"


@pytest.mark.clause("R-14", "V-7.3")
@pytest.mark.parametrize(("change", "due"), [(TO_TWO, "11:00"), (TO_FOUR, "17:00")])
def test_raised_or_lowered_the_new_target_counts_from_registration(change, due):
    found = response("3", NINE, f"10:00 {change}")

    assert verdict(found) == ("OPEN", utc(f"2026-03-04 {due}"), None)
    assert found.used == hours(1)


@pytest.mark.clause("R-14")
def test_what_was_left_out_before_the_change_stays_left_out_after_it():
    paused = ["10:00 ASKED_CLIENT", "12:00 CLIENT_REPLIED"]

    assert resolution("3", NINE, *paused, f"12:30 {TO_TWO}").due_at == utc("2026-03-04 15:00")


@pytest.mark.clause("R-14", "V-2-resolution")
def test_a_change_while_we_wait_for_the_client_does_not_end_the_pause():
    waiting = ["10:00 ASKED_CLIENT", f"11:00 {TO_TWO}"]

    assert verdict(resolution("3", NINE, *waiting)) == ("OPEN", None, None)
    assert resolution("3", NINE, *waiting, "13:00 CLIENT_REPLIED").due_at == utc("2026-03-04 16:00")


@pytest.mark.clause("R-14")
def test_a_raise_whose_deadline_has_passed_is_missed_at_that_deadline():
    found = response("3", NINE, f"12:00 {TO_TWO}")

    assert verdict(found) == ("MISSED", utc("2026-03-04 11:00"), utc("2026-03-04 11:00"))
    assert (found.target, found.used) == (hours(2), hours(2))


@pytest.mark.clause("R-14", "R-17")
def test_a_raise_at_the_very_instant_of_its_deadline_leaves_that_instant():
    raised = f"11:00 {TO_TWO}"

    assert verdict(response("3", NINE, raised)) == ("OPEN", utc("2026-03-04 11:00"), None)
    assert response("3", NINE, raised, "11:00 RESPONDED").state == "MET"


@pytest.mark.clause("R-14")
@pytest.mark.parametrize("change", [TO_ONE, TO_TWO, TO_FOUR])
def test_a_response_on_record_keeps_its_verdict(change):
    found = response("3", NINE, "12:59 RESPONDED", f"13:30 {change}")

    assert verdict(found) == ("MET", utc("2026-03-04 13:00"), utc("2026-03-04 12:59"))
    assert found.target == hours(4)


@pytest.mark.clause("R-14")
def test_a_miss_is_not_forgotten_when_the_severity_is_lowered():
    one = utc("2026-03-04 13:00")

    recorded = response("3", NINE, "13:00 DEADLINE_MISSED RESPONSE", f"13:30 {TO_FOUR}")
    unnoticed = response("3", NINE, f"13:30 {TO_FOUR}")

    assert (verdict(recorded), recorded.target) == (("MISSED", one, one), hours(4))
    assert unnoticed == recorded


@pytest.mark.clause("R-14")
def test_a_miss_is_not_forgotten_when_nothing_is_promised_any_more():
    found = resolution("3", NINE, f"17:30 {TO_ONE}")

    assert verdict(found) == ("MISSED", utc("2026-03-04 17:00"), utc("2026-03-04 17:00"))


@pytest.mark.clause("R-14", "S-5-targets")
def test_raised_to_best_effort_the_deadline_goes_and_comes_back_when_it_is_lowered():
    raised = f"10:00 {TO_ONE}"

    assert resolution("3", NINE, raised) is None
    assert verdict(resolution("3", NINE, raised, "11:00 SEVERITY_CHANGED 1 3")) == (
        "OPEN",
        utc("2026-03-04 17:00"),
        None,
    )


@pytest.mark.clause("R-14")
def test_an_act_that_came_when_nothing_was_promised_is_not_judged_afterwards():
    terms = with_targets(target("RESPONSE", "2", 2, 1))

    found = response("3", NINE, "14:00 RESPONDED", f"15:00 {TO_TWO}", terms=terms)

    assert found is None


@pytest.mark.clause("R-14", "R-15")
def test_a_change_after_closing_keeps_the_verdict():
    found = resolution("3", NINE, "16:00 CLOSED", f"16:30 {TO_TWO}")

    assert verdict(found) == ("MET", utc("2026-03-04 17:00"), utc("2026-03-04 16:00"))


@pytest.mark.clause("R-14", "R-15")
def test_reopened_under_another_severity_the_new_target_counts():
    found = resolution(
        "3", NINE, "10:00 CLOSED", "10:30 SEVERITY_CHANGED 3 4", "2026-03-05 08:00 REOPENED"
    )

    assert (found.state, found.target) == ("OPEN", hours(48))
    assert found.due_at == utc("2026-03-10 19:00")


@pytest.mark.clause("R-14", "R-15")
def test_solved_under_best_effort_and_reopened_a_lower_severity_can_be_missed_already():
    found = resolution(
        "1",
        NINE,
        "2026-03-06 09:00 CLOSED",
        "2026-03-06 10:00 REOPENED",
        "2026-03-06 10:30 SEVERITY_CHANGED 1 3",
    )

    assert verdict(found) == ("MISSED", utc("2026-03-04 17:00"), utc("2026-03-04 17:00"))
