"""What follows a solution: confirmation, steps down, the closing at the end."""

import pytest

from apps.tickets.rules.history import severity_after
from apps.tickets.rules.promise import State
from tests.rules.promises import CONFIRMATION, STEP_DOWN, all_of, story, utc, with_rules

CONFIRMED_BY = with_rules(CONFIRMATION)
WATCHED = with_rules(STEP_DOWN)
BOTH = with_rules(CONFIRMATION, STEP_DOWN)
NINE = "2026-03-04 09:00"
DUE = utc("2026-03-06 12:00")


def confirmations(*later, terms=CONFIRMED_BY):
    return all_of("CONFIRMATION", story("3", NINE, *later), terms=terms)


def stepping(severity, *later, terms=WATCHED):
    history = story(severity, NINE, *later)
    return {kind: all_of(kind, history, terms=terms) for kind in ("STEP_DOWN", "AUTO_CLOSE")}


@pytest.mark.clause("V-3.4.4", "R-10")
def test_the_client_has_48_clock_hours_from_the_solution():
    assert confirmations("12:00 SOLVED") == [(1, State.OPEN, DUE, None)]


@pytest.mark.clause("V-3.4.4", "R-10")
def test_48_hours_are_clock_hours_over_a_clock_change():
    found = all_of(
        "CONFIRMATION", story("3", "2026-03-06 09:00", "12:00 SOLVED"), terms=CONFIRMED_BY
    )

    assert found == [(1, State.OPEN, utc("2026-03-08 13:00"), None)]


@pytest.mark.clause("V-3.4.4", "R-17")
@pytest.mark.parametrize("answer", ["CONFIRMED", "REFUSED", "CLIENT_REPLIED"])
def test_an_answer_of_either_kind_keeps_it_at_the_last_instant_too(answer):
    found = confirmations("12:00 SOLVED", f"2026-03-06 12:00 {answer}")

    assert found == [(1, State.MET, DUE, DUE)]


@pytest.mark.clause("V-3.4.4")
def test_silence_that_closed_the_ticket_is_a_miss_of_the_clients():
    assert confirmations("12:00 SOLVED", "2026-03-06 12:00 CLOSED silence") == [
        (1, State.MISSED, DUE, DUE)
    ]


@pytest.mark.clause("V-3.4.4")
@pytest.mark.parametrize("end", ["CLOSED", "REOPENED", "MERGED"])
def test_what_ends_the_waiting_otherwise_leaves_no_verdict(end):
    assert confirmations("12:00 SOLVED", f"13:00 {end}") == []


@pytest.mark.clause("V-3.4.4", "R-15")
def test_a_second_solution_is_confirmed_anew():
    found = confirmations("12:00 SOLVED", "13:00 REFUSED", "14:00 JUDGED justified", "15:00 SOLVED")

    assert found == [
        (1, State.MET, DUE, utc("2026-03-04 13:00")),
        (2, State.OPEN, utc("2026-03-06 15:00"), None),
    ]


@pytest.mark.clause("V-3.4.4", "R-13")
def test_a_suspension_stops_the_48_hours():
    assert confirmations("12:00 SOLVED", "13:00 SUSPENDED") == [(1, State.OPEN, None, None)]


@pytest.mark.clause("S-5-step-down")
def test_one_and_two_step_down_at_once_then_after_a_day_then_close():
    assert stepping("1", "12:00 SOLVED")["STEP_DOWN"] == [
        (1, State.OPEN, utc("2026-03-04 12:00"), None)
    ]
    first = ["12:00 SOLVED", "12:00 STEPPED_DOWN 1 3"]
    second = [*first, "2026-03-05 12:00 STEPPED_DOWN 3 4"]
    noon, next_noon = utc("2026-03-04 12:00"), utc("2026-03-05 12:00")
    assert stepping("1", *first) == {
        "STEP_DOWN": [(1, State.MET, noon, noon), (2, State.OPEN, next_noon, None)],
        "AUTO_CLOSE": [],
    }
    assert stepping("1", *second) == {
        "STEP_DOWN": [(1, State.MET, noon, noon), (2, State.MET, next_noon, next_noon)],
        "AUTO_CLOSE": [(1, State.OPEN, utc("2026-03-07 12:00"), None)],
    }


@pytest.mark.clause("S-5-step-down")
def test_four_has_no_step_left_and_closes_after_its_time():
    assert stepping("4", "12:00 SOLVED") == {
        "STEP_DOWN": [],
        "AUTO_CLOSE": [(1, State.OPEN, DUE, None)],
    }


@pytest.mark.clause("S-5-step-down")
def test_closing_by_itself_keeps_the_date_and_closing_by_hand_leaves_none():
    by_itself = stepping("4", "12:00 SOLVED", "2026-03-06 12:00 CLOSED by_itself")
    by_hand = stepping("4", "12:00 SOLVED", "13:00 CLOSED")

    assert by_itself["AUTO_CLOSE"] == [(1, State.MET, DUE, DUE)]
    assert by_hand["AUTO_CLOSE"] == []


@pytest.mark.clause("S-5-step-down", "V-3.4.4")
def test_nothing_steps_down_or_closes_while_an_answer_waits_to_be_judged():
    found = stepping("3", "12:00 SOLVED", "13:00 CLIENT_REPLIED")

    assert found == {"STEP_DOWN": [(1, State.OPEN, None, None)], "AUTO_CLOSE": []}


@pytest.mark.clause("S-5-step-down")
def test_taken_back_it_is_not_watched_any_more():
    found = stepping("3", "12:00 SOLVED", "13:00 REFUSED", "14:00 JUDGED justified")

    assert found == {"STEP_DOWN": [], "AUTO_CLOSE": []}


@pytest.mark.clause("S-5-step-down", "V-3.4.4")
def test_a_policy_may_have_both():
    found = all_of("CONFIRMATION", story("4", NINE, "12:00 SOLVED"), terms=BOTH)

    assert found == [(1, State.OPEN, DUE, None)]
    assert stepping("4", "12:00 SOLVED", terms=BOTH)["AUTO_CLOSE"] == [(1, State.OPEN, DUE, None)]


@pytest.mark.clause("S-5-step-down", "R-14")
@pytest.mark.parametrize(
    ("later", "severity"),
    [
        (["12:00 STEPPED_DOWN 1 3"], "3"),
        (["12:00 STEPPED_DOWN 1 3", "13:00 REOPENED"], "1"),
        (["12:00 STEPPED_DOWN 1 3", "13:00 STEPPED_DOWN 3 4", "14:00 REOPENED"], "1"),
        (["12:00 STEPPED_DOWN 1 3", "13:00 REFUSED", "14:00 JUDGED justified"], "1"),
        (["12:00 STEPPED_DOWN 1 3", "13:00 REFUSED", "14:00 JUDGED"], "3"),
        (["12:00 STEPPED_DOWN 1 3", "13:00 SEVERITY_CHANGED 3 2", "14:00 REOPENED"], "2"),
    ],
)
def test_a_solution_taken_back_takes_its_steps_back(later, severity):
    assert severity_after(story("1", NINE, "12:00 SOLVED", *later)) == severity
