"""Until when a Reason for Outage is owed."""

import pytest

from apps.tickets.rules.promise import State
from tests.rules.promises import OUTAGE, all_of, owed, story, utc, with_rules

TERMS = with_rules(OUTAGE)
NINE = "2026-03-04 09:00"


def due(severity, *later, terms=TERMS):
    return all_of("RFO", story(severity, NINE, *later), terms=terms)


@pytest.mark.clause("S-6", "R-3")
@pytest.mark.parametrize(
    ("severity", "found"),
    [
        ("1", [(1, State.OPEN, utc("2026-03-05 09:00"), None)]),
        # Over the change of the clocks on the 8th: 96 hours as they pass.
        ("2", [(1, State.OPEN, utc("2026-03-08 10:00"), None)]),
        ("3", []),
        ("4", []),
    ],
)
def test_it_is_owed_within_clock_hours_for_one_and_two(severity, found):
    assert due(severity) == found


@pytest.mark.clause("S-6", "R-3")
def test_a_raise_from_two_to_one_takes_the_earlier_deadline():
    early = due("2", "10:00 SEVERITY_CHANGED 2 1")
    late = due("2", "2026-03-08 09:30 SEVERITY_CHANGED 2 1")

    assert early == [(1, State.OPEN, utc("2026-03-05 10:00"), None)]
    assert late == [(1, State.OPEN, utc("2026-03-08 10:00"), None)]


@pytest.mark.clause("S-6", "R-3")
@pytest.mark.parametrize(
    "later",
    [
        ["10:00 SOLVED", "10:00 STEPPED_DOWN 1 3"],
        ["10:00 SEVERITY_CHANGED 1 3"],
        ["10:00 SOLVED", "11:00 CLOSED"],
        ["10:00 SUSPENDED"],
        ["10:00 ASKED_CLIENT"],
    ],
)
def test_it_stays_owed_whatever_becomes_of_the_ticket(later):
    assert due("1", *later) == [(1, State.OPEN, utc("2026-03-05 09:00"), None)]


@pytest.mark.clause("S-6", "R-3")
def test_a_correction_of_a_wrong_severity_withdraws_it():
    assert due("1", "10:00 SEVERITY_CHANGED 1 3 misclassified") == []
    assert due("1", "10:00 SEVERITY_CHANGED 1 2 misclassified") == [
        (1, State.OPEN, utc("2026-03-08 11:00"), None)
    ]


@pytest.mark.clause("S-6", "R-17")
def test_issued_at_the_last_instant_is_in_time_and_a_second_later_it_is_not():
    last = utc("2026-03-05 09:00")
    in_time = due("1", "2026-03-05 09:00:00 RFO_ISSUED")
    late = owed(story("1", NINE, "2026-03-05 09:00:01 RFO_ISSUED"), terms=TERMS)["RFO"]

    assert in_time == [(1, State.MET, last, last)]
    assert (late.state, late.settled_at, late.ended_at) == (
        State.MISSED,
        last,
        utc("2026-03-05 09:00:01"),
    )


@pytest.mark.clause("S-6")
def test_a_preliminary_report_keeps_nothing_unless_the_policy_says_so():
    assert due("1", "10:00 RFO_ISSUED preliminary") == [
        (1, State.OPEN, utc("2026-03-05 09:00"), None)
    ]
    keeps = {**OUTAGE["reason_for_outage"].settings, "preliminary_keeps": True}
    rule = type(OUTAGE["reason_for_outage"])("H-11", "R-3", keeps)
    terms = with_rules({"reason_for_outage": rule})
    assert due("1", "10:00 RFO_ISSUED preliminary", terms=terms) == [
        (1, State.MET, utc("2026-03-05 09:00"), utc("2026-03-04 10:00"))
    ]


@pytest.mark.clause("S-6", "R-3")
def test_a_miss_on_record_stays_though_the_severity_was_wrong():
    last = utc("2026-03-05 09:00")
    found = due(
        "1",
        "2026-03-05 09:00 DEADLINE_MISSED RFO",
        "2026-03-05 10:00 SEVERITY_CHANGED 1 3 misclassified",
    )

    assert found == [(1, State.MISSED, last, last)]


@pytest.mark.clause("S-6")
def test_a_duplicate_that_was_merged_owes_none():
    assert due("1", "10:00 MERGED") == []


@pytest.mark.clause("S-6")
def test_the_explanation_names_the_severity_and_the_clause():
    found = owed(story("1", NINE), terms=TERMS)["RFO"]

    assert [step.clause for step in found.steps] == ["H-11, R-3"] * 3
    assert found.steps[0].figures == {
        "severity": "Priority 1",
        "held_at": utc(NINE).isoformat(),
    }
    assert found.warn_at == utc("2026-03-05 03:00")
