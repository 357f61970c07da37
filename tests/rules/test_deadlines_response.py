"""The response: from registration to the first answer of a person."""

from dataclasses import replace

import pytest

from apps.contracts.rules.terms import RuleTerm
from tests.rules.calendars import hours
from tests.rules.promises import (
    ALWAYS,
    RESPONSES,
    RULES,
    STANDARD,
    TERMS,
    response,
    target,
    utc,
    verdict,
    with_targets,
)

NINE = "2026-03-04 09:00"  # a Wednesday
ONE = utc("2026-03-04 13:00")  # four hours later


@pytest.mark.clause("V-2-response", "S-8", "S-5-targets")
def test_a_response_is_owed_from_registration():
    found = response("3", NINE)

    assert verdict(found) == ("OPEN", ONE, None)
    assert (found.started_at, found.target, found.used) == (utc(NINE), hours(4), hours(0))
    assert (found.calendar_id, found.clause) == (STANDARD, "H-3")


@pytest.mark.clause("V-2-response", "S-8")
def test_the_first_answer_is_the_response_and_a_second_one_changes_nothing():
    found = response("3", NINE, "10:00 RESPONDED", "12:00 RESPONDED", "2026-03-09 12:00 RESPONDED")

    assert verdict(found) == ("MET", ONE, utc("2026-03-04 10:00"))
    assert (found.used, found.ended_at) == (hours(1), utc("2026-03-04 10:00"))


@pytest.mark.clause("R-17")
def test_an_answer_at_the_very_due_instant_is_in_time():
    found = response("3", NINE, "13:00 RESPONDED")

    assert verdict(found) == ("MET", ONE, ONE)
    assert found.used == hours(4)


@pytest.mark.clause("R-17")
def test_an_answer_a_microsecond_later_is_late():
    found = response("3", NINE, "13:00:00.000001 RESPONDED")

    assert verdict(found) == ("MISSED", ONE, ONE)
    assert (found.used, found.ended_at) == (hours(4), utc("2026-03-04 13:00:00.000001"))


@pytest.mark.clause("V-2-response")
@pytest.mark.parametrize("kind", ["ACKNOWLEDGED", "NOTED", "ASSIGNED", "CLIENT_REPLIED"])
def test_what_is_no_answer_to_the_client_is_no_response(kind):
    assert verdict(response("3", NINE, f"10:00 {kind}")) == ("OPEN", ONE, None)


@pytest.mark.clause("V-2-response", "V-6.4")
def test_a_logged_call_is_a_response():
    found = response("3", NINE, "10:00 RESPONDED by_phone")

    assert verdict(found) == ("MET", ONE, utc("2026-03-04 10:00"))


@pytest.mark.clause("V-2-response")
def test_a_policy_may_count_written_answers_only():
    written = replace(
        TERMS,
        rules={
            **RULES,
            "response": RuleTerm("H-4", "", {"counts": ["public_reply"], "stops_for": []}),
        },
    )
    called = ["10:00 RESPONDED by_phone"]

    assert verdict(response("3", NINE, *called, terms=written)) == ("OPEN", ONE, None)
    assert verdict(response("3", NINE, *called, "11:00 RESPONDED", terms=written)) == (
        "MET",
        ONE,
        utc("2026-03-04 11:00"),
    )


@pytest.mark.clause("R-16")
def test_the_response_clock_runs_on_while_the_client_is_asked():
    """Asking is a response too; an ask that is not, by some other edge, stops nothing."""
    found = response("3", NINE, "10:00 ASKED_CLIENT", "12:00 CLIENT_REPLIED")

    assert verdict(found) == ("OPEN", ONE, None)


@pytest.mark.clause("S-2", "S-5-targets")
def test_what_comes_after_hours_waits_for_the_opening():
    found = response("2", "2026-03-06 22:00")

    assert verdict(found) == ("OPEN", utc("2026-03-09 10:00"), None)
    assert found.warn_at == utc("2026-03-09 09:30")


@pytest.mark.clause("R-1", "S-3")
def test_a_target_around_the_clock_does_not_wait():
    found = response("1", "2026-03-06 22:00")

    assert (found.due_at, found.calendar_id) == (utc("2026-03-06 23:00"), ALWAYS)


@pytest.mark.clause("S-5-targets")
@pytest.mark.parametrize(
    ("percent", "warned"), [(1, "09:02:24"), (50, "11:00"), (75, "12:00"), (99, "12:57:36")]
)
def test_the_warning_comes_when_the_policys_share_of_the_time_is_used(percent, warned):
    terms = replace(TERMS, warn_at_percent=percent)

    assert response("3", NINE, terms=terms).warn_at == utc(f"2026-03-04 {warned}")


@pytest.mark.clause("R-17")
def test_a_miss_stays_when_the_answer_comes_late():
    found = response("3", NINE, "13:00 DEADLINE_MISSED RESPONSE", "15:30 RESPONDED")

    assert verdict(found) == ("MISSED", ONE, ONE)
    assert found.ended_at == utc("2026-03-04 15:30")


def test_a_miss_on_record_stays_though_the_hours_have_changed_since():
    """Say, the provider named the day a holiday afterwards."""
    found = response("3", NINE, "11:00 DEADLINE_MISSED RESPONSE")

    assert verdict(found) == ("MISSED", utc("2026-03-04 11:00"), utc("2026-03-04 11:00"))


def test_the_miss_of_another_deadline_is_not_this_ones():
    found = response("3", NINE, "12:00 DEADLINE_MISSED RESOLUTION")

    assert verdict(found) == ("OPEN", ONE, None)


def test_a_miss_that_nobody_recorded_shows_with_whatever_happens_next():
    assert verdict(response("3", NINE, "13:00 NOTED")) == ("OPEN", ONE, None)
    assert verdict(response("3", NINE, "13:01 NOTED")) == ("MISSED", ONE, ONE)


@pytest.mark.clause("V-5", "S-9")
def test_what_the_policy_does_not_promise_gives_no_deadline():
    nothing = with_targets()
    best_effort = with_targets(target("RESPONSE", "3", None, None))

    assert response("3", NINE, terms=nothing) is None
    assert response("3", NINE, terms=best_effort) is None


@pytest.mark.clause("V-4")
@pytest.mark.parametrize(
    ("facts", "due"),
    [
        ({}, "13:00"),
        ({"channel": "PHONE"}, "10:00"),
        ({"arrival": "OUTSIDE"}, "11:00"),
        ({"channel": "PHONE", "arrival": "OUTSIDE"}, "09:30"),
        ({"channel": "CHAT", "arrival": "OUTSIDE"}, "11:00"),
    ],
)
def test_a_target_may_depend_on_channel_and_arrival(facts, due):
    terms = with_targets(
        *RESPONSES,
        target("RESPONSE", "3", 1, STANDARD, channel="PHONE"),
        target("RESPONSE", "3", 2, STANDARD, arrival="OUTSIDE"),
        target("RESPONSE", "3", 0.5, STANDARD, channel="PHONE", arrival="OUTSIDE"),
    )

    assert response("3", NINE, terms=terms, **facts).due_at == utc(f"2026-03-04 {due}")


@pytest.mark.clause("R-15")
def test_reopening_takes_no_response_back():
    found = response("3", NINE, "10:00 RESPONDED", "10:00 CLOSED", "2026-03-06 09:00 REOPENED")

    assert verdict(found) == ("MET", ONE, utc("2026-03-04 10:00"))
