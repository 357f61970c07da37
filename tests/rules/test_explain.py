"""Why a deadline is what it is: the steps, word for word."""

import pytest

from apps.tickets.rules.explain import Step, instant, seconds
from tests.rules.calendars import hours
from tests.rules.promises import resolution, response, utc

NINE = "2026-03-04 09:00"  # a Wednesday

REGISTERED = "The clock starts at registration, {registered_at}, as {severity}."
OUTSIDE = "That is outside “{calendar}”: no time counts until it opens, {opens_at}."
CHANGED = (
    "{changed_at}: changed from {before} to {after}; the new target counts from registration, on"
    " what has already run."
)
PROMISE = "{severity}: {kind} within {target_seconds} of “{calendar}”."
WAITED = "On the client's side from {from_at} to {to_at}: {out_seconds} of service time left out."
WAITS = "On the client's side since {from_at}: the clock stands still."
REOPENED = (
    "Solved, and not yet taken back from {from_at} to {to_at}:"
    " {out_seconds} of service time left out."
)
DUE = "That is {due_at}."
REMAIN = "{used_seconds} are used, {left_seconds} remain when it goes on."
KEPT = "Kept at {ended_at}, after {used_seconds} of service time."
LATE = "It came at {ended_at}, {late_seconds} of service time late: missed."
NOTHING = "Nothing came by then: missed. A miss stays, whatever happens later."


def at(text):
    day, clock = text.split() if " " in text else ("2026-03-04", text)
    return utc(f"{day} {clock}").isoformat()


def registered(clause, severity, when=NINE):
    return Step(clause, REGISTERED, {"registered_at": at(when), "severity": severity})


def promise(clause, severity, kind, count, calendar="Standard hours"):
    figures = {
        "severity": severity,
        "kind": kind,
        "target_seconds": count * 3600,
        "calendar": calendar,
    }
    return Step(clause, PROMISE, figures)


RESPONSE = (
    registered("H-4", "Priority 3"),
    promise("H-3", "Priority 3", "response", 4),
    Step("H-3", DUE, {"due_at": at("13:00")}),
)


@pytest.mark.clause("V-2-response", "S-8")
def test_an_open_response_tells_registration_promise_and_due_instant():
    assert response("3", NINE).steps == RESPONSE


@pytest.mark.clause("S-2")
def test_what_comes_after_hours_tells_when_time_begins_to_count():
    assert response("3", "2026-03-06 22:00").steps == (
        registered("H-4", "Priority 3", "2026-03-06 22:00"),
        Step("H-3", OUTSIDE, {"calendar": "Standard hours", "opens_at": at("2026-03-09 08:00")}),
        promise("H-3", "Priority 3", "response", 4),
        Step("H-3", DUE, {"due_at": at("2026-03-09 12:00")}),
    )


@pytest.mark.clause("V-2-response")
def test_a_response_in_time_tells_when_it_was_kept_and_what_it_took():
    assert response("3", NINE, "10:30 RESPONDED").steps == (
        *RESPONSE,
        Step("H-4", KEPT, {"ended_at": at("10:30"), "used_seconds": 5400}),
    )


@pytest.mark.clause("R-17")
def test_a_miss_tells_that_nothing_came():
    assert response("3", NINE, "13:00 DEADLINE_MISSED RESPONSE").steps == (
        *RESPONSE,
        Step("H-3", NOTHING),
    )


@pytest.mark.clause("R-17", "S-2")
def test_a_late_answer_tells_how_late_in_service_time():
    assert response("3", NINE, "2026-03-05 09:00 RESPONDED").steps == (
        *RESPONSE,
        Step("H-3", LATE, {"ended_at": at("2026-03-05 09:00"), "late_seconds": 8 * 3600}),
    )


@pytest.mark.clause("V-2-resolution")
def test_while_the_client_is_asked_it_tells_what_is_used_and_what_remains():
    assert resolution("3", NINE, "10:00 ASKED_CLIENT").steps == (
        registered("H-5", "Priority 3"),
        promise("H-3, R-2", "Priority 3", "resolution", 8),
        Step("H-5", WAITS, {"from_at": at("10:00")}),
        Step("H-3", REMAIN, {"used_seconds": 3600, "left_seconds": 7 * 3600}),
    )


@pytest.mark.clause("V-7.3", "V-2-resolution", "R-14", "R-15")
def test_a_long_story_is_told_in_order():
    found = resolution(
        "3",
        NINE,
        "10:00 ASKED_CLIENT",
        "10:30 SEVERITY_CHANGED 3 2",
        "11:00 CLIENT_REPLIED",
        "11:30 CLOSED",
        "12:00 REOPENED",
        "13:00 CLOSED",
    )

    assert found.steps == (
        registered("H-5", "Priority 3"),
        Step(
            "H-6, R-14",
            CHANGED,
            {"changed_at": at("10:30"), "before": "Priority 3", "after": "Priority 2"},
        ),
        promise("H-3", "Priority 2", "resolution", 4, "Around the clock"),
        Step("H-5", WAITED, {"from_at": at("10:00"), "to_at": at("11:00"), "out_seconds": 3600}),
        Step("H-5", REOPENED, {"from_at": at("11:30"), "to_at": at("12:00"), "out_seconds": 1800}),
        Step("H-3", DUE, {"due_at": at("14:30")}),
        Step("H-5", KEPT, {"ended_at": at("13:00"), "used_seconds": 9000}),
    )


@pytest.mark.clause("V-2-resolution", "S-2")
def test_a_pause_over_night_tells_its_service_time_only():
    night = ["19:00 ASKED_CLIENT", "2026-03-05 09:00 CLIENT_REPLIED"]

    assert resolution("4", NINE, *night).steps[2] == Step(
        "H-5",
        WAITED,
        {"from_at": at("19:00"), "to_at": at("2026-03-05 09:00"), "out_seconds": 2 * 3600},
    )


@pytest.mark.clause("V-2-resolution", "R-17")
def test_a_pause_that_came_too_late_is_not_told():
    found = resolution("3", NINE, "17:00 ASKED_CLIENT", "18:00 CLIENT_REPLIED")

    assert found.steps == (
        registered("H-5", "Priority 3"),
        promise("H-3, R-2", "Priority 3", "resolution", 8),
        Step("H-3", DUE, {"due_at": at("17:00")}),
        Step("H-3", NOTHING),
    )


def test_a_miss_on_record_before_an_act_that_was_dated_earlier_says_that_nothing_came():
    """Two clocks that disagree: the miss was on record when the answer was written down."""
    found = response("3", NINE, "13:00 DEADLINE_MISSED RESPONSE", "12:59 RESPONDED")

    assert found.steps[-1] == Step("H-3", NOTHING)


def test_figures_are_iso_instants_and_whole_seconds():
    assert instant(utc(NINE)) == "2026-03-04T14:00:00+00:00"
    assert seconds(hours(1.5)) == 5400
