"""How long the client has to answer a question."""

import pytest

from apps.tickets.rules.promise import State
from tests.rules.promises import CLIENT_REPLY, all_of, owed, story, utc, with_rules

TERMS = with_rules(CLIENT_REPLY)
DAY = "2026-03-04"  # a Wednesday
NINE = f"{DAY} 09:00"


def replies(severity, *later, registered=NINE):
    return all_of("CLIENT_REPLY", story(severity, registered, *later), terms=TERMS)


@pytest.mark.clause("V-3.4.2")
@pytest.mark.parametrize(
    ("severity", "due"),
    # 1 around the clock; 2, 3 and 4 within 08:00 to 20:00
    [("1", "11:00"), ("2", "12:00"), ("3", "14:00"), ("4", "18:00")],
)
def test_the_client_has_as_long_as_the_response_time_of_the_severity(severity, due):
    assert replies(severity, "10:00 ASKED_CLIENT") == [(1, State.OPEN, utc(f"{DAY} {due}"), None)]


@pytest.mark.clause("V-3.4.2", "R-17")
def test_an_answer_at_the_very_instant_is_in_time():
    found = replies("1", "10:00 ASKED_CLIENT", "11:00 CLIENT_REPLIED")

    assert found == [(1, State.MET, utc(f"{DAY} 11:00"), utc(f"{DAY} 11:00"))]


@pytest.mark.clause("V-3.4.2", "R-17")
def test_a_second_later_it_is_missed_and_the_answer_is_noted():
    late = "11:00:01 CLIENT_REPLIED"
    found = owed(story("1", NINE, "10:00 ASKED_CLIENT", late), terms=TERMS)["CLIENT_REPLY"]

    due = utc(f"{DAY} 11:00")
    assert (found.state, found.due_at, found.settled_at) == (State.MISSED, due, due)
    assert found.ended_at == utc(f"{DAY} 11:00:01")


@pytest.mark.clause("V-3.4.2")
def test_a_recorded_miss_stays_whatever_comes():
    later = ["11:00 DEADLINE_MISSED CLIENT_REPLY 1", "12:00 CLIENT_REPLIED", "13:00 SOLVED"]

    due = utc(f"{DAY} 11:00")
    assert replies("1", "10:00 ASKED_CLIENT", *later) == [(1, State.MISSED, due, due)]


@pytest.mark.clause("V-3.4.2")
def test_a_second_question_takes_the_place_of_one_that_is_open():
    found = replies("1", "10:00 ASKED_CLIENT", "10:30 ASKED_CLIENT")

    assert found == [(2, State.OPEN, utc(f"{DAY} 11:30"), None)]


@pytest.mark.clause("V-3.4.2")
def test_each_question_that_was_answered_keeps_its_verdict():
    found = replies(
        "1",
        "10:00 ASKED_CLIENT",
        "10:30 CLIENT_REPLIED",
        "11:00 ASKED_CLIENT",
        "12:30 CLIENT_REPLIED",
    )

    noon = utc(f"{DAY} 12:00")
    assert found == [
        (1, State.MET, utc(f"{DAY} 11:00"), utc(f"{DAY} 10:30")),
        (2, State.MISSED, noon, noon),
    ]


@pytest.mark.clause("V-3.4.2")
@pytest.mark.parametrize("end", ["SOLVED", "CLOSED", "MERGED"])
def test_a_question_that_is_moot_is_owed_no_answer(end):
    assert replies("1", "10:00 ASKED_CLIENT", f"10:30 {end}") == []


@pytest.mark.clause("V-3.4.2")
def test_a_severity_that_changes_while_we_wait_does_not_move_the_clients_deadline():
    found = replies("3", "10:00 ASKED_CLIENT", "10:30 SEVERITY_CHANGED 3 1")

    assert found == [(1, State.OPEN, utc(f"{DAY} 14:00"), None)]


@pytest.mark.clause("V-3.4.2", "R-13")
def test_a_suspension_stops_the_clients_clock_too():
    found = replies("1", "10:00 ASKED_CLIENT", "10:30 SUSPENDED")
    goes_on = replies("1", "10:00 ASKED_CLIENT", "10:30 SUSPENDED", "12:30 RESUMED")

    assert found == [(1, State.OPEN, None, None)]
    assert goes_on == [(1, State.OPEN, utc(f"{DAY} 13:00"), None)]


@pytest.mark.clause("V-3.4.2")
def test_without_the_rule_the_client_has_all_the_time():
    history = story("1", NINE, "10:00 ASKED_CLIENT")

    assert all_of("CLIENT_REPLY", history, terms=with_rules()) == []
