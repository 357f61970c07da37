"""The provider's clocks over all that may happen: solutions, refusals, suspensions, merging."""

import pytest

from apps.tickets.rules.history import Pause, Status, causes_of, pauses_of, status_of
from apps.tickets.rules.promise import State
from tests.rules.promises import (
    VENDOR,
    owed,
    resolution,
    response,
    story,
    utc,
    verdict,
    with_rules,
)

DAY = "2026-03-04"
NINE = f"{DAY} 09:00"


def at(clock):
    return utc(f"{DAY} {clock}")


@pytest.mark.clause("V-2-resolution", "R-15")
def test_the_resolution_ends_when_the_solution_is_given_not_when_the_ticket_closes():
    found = resolution("3", NINE, "12:00 SOLVED", "2026-03-06 12:00 CLOSED silence")

    assert verdict(found) == (State.MET, at("17:00"), at("12:00"))


@pytest.mark.clause("V-3.4.4", "R-15")
def test_a_justified_refusal_lets_the_clock_run_on_from_the_refusal():
    later = ["12:00 SOLVED", "14:00 REFUSED", "15:00 JUDGED justified"]
    found = resolution("3", NINE, *later)

    # Three hours until noon; the two after it were the client's; five of eight remain at 14:00.
    assert verdict(found) == (State.OPEN, at("19:00"), None)
    assert pauses_of(story("3", NINE, *later)) == (Pause("closed", at("12:00"), at("14:00")),)


@pytest.mark.clause("V-3.4.4", "R-15", "R-17")
@pytest.mark.parametrize(
    ("judged", "state"), [("19:00:00", State.OPEN), ("19:00:01", State.MISSED)]
)
def test_judging_late_does_not_buy_time(judged, state):
    found = resolution("3", NINE, "12:00 SOLVED", "14:00 REFUSED", f"{judged} JUDGED justified")

    assert (found.state, found.due_at) == (state, at("19:00"))


@pytest.mark.clause("V-3.4.4")
def test_an_unjustified_refusal_leaves_the_solution_as_it_was():
    found = resolution("3", NINE, "12:00 SOLVED", "14:00 REFUSED", "2026-03-09 15:00 JUDGED")

    assert verdict(found) == (State.MET, at("17:00"), at("12:00"))


@pytest.mark.clause("V-3.4.4")
def test_a_refusal_that_nobody_has_judged_yet_misses_nothing():
    found = resolution("3", NINE, "12:00 SOLVED", "14:00 REFUSED", "2026-03-09 15:00 NOTED")

    assert verdict(found) == (State.MET, at("17:00"), at("12:00"))


@pytest.mark.clause("V-3.4.4", "R-15")
def test_a_mail_after_the_solution_counts_like_a_refusal_once_it_is_judged_one():
    found = resolution("3", NINE, "12:00 SOLVED", "14:00 CLIENT_REPLIED", "15:00 JUDGED justified")

    assert verdict(found) == (State.OPEN, at("19:00"), None)


@pytest.mark.clause("V-2-resolution")
def test_waiting_then_a_severity_change_then_the_reply():
    found = resolution(
        "4", NINE, "10:00 ASKED_CLIENT", "11:00 SEVERITY_CHANGED 4 3", "12:00 CLIENT_REPLIED"
    )

    assert verdict(found) == (State.OPEN, at("19:00"), None)


@pytest.mark.clause("V-2-resolution")
def test_a_pause_that_begins_at_the_due_instant_is_too_late():
    found = resolution("3", NINE, "17:00 ASKED_CLIENT", "2026-03-05 10:00 CLIENT_REPLIED")

    assert verdict(found) == (State.MISSED, at("17:00"), at("17:00"))


@pytest.mark.clause("S-12", "R-13", "R-16")
def test_a_suspension_stops_both_clocks_where_they_stand():
    later = ["10:00 SUSPENDED", "2026-03-06 10:00 RESUMED"]

    assert response("3", NINE, "10:00 SUSPENDED").due_at is None
    assert verdict(response("3", NINE, *later)) == (State.OPEN, utc("2026-03-06 13:00"), None)
    assert verdict(resolution("3", NINE, *later)) == (State.OPEN, utc("2026-03-06 17:00"), None)


@pytest.mark.clause("S-12", "R-13")
def test_a_suspension_over_a_wait_counts_once():
    history = story(
        "3",
        NINE,
        "10:00 ASKED_CLIENT",
        "11:00 SUSPENDED",
        "12:00 CLIENT_REPLIED",
        "13:00 RESUMED",
    )

    assert causes_of(history) == [
        Pause("waiting_on_client", at("10:00"), at("12:00")),
        Pause("suspension", at("11:00"), at("13:00")),
    ]
    assert pauses_of(history) == (
        Pause("waiting_on_client", at("10:00"), at("12:00")),
        Pause("suspension", at("12:00"), at("13:00")),
    )
    assert owed(history)["RESOLUTION"].due_at == at("20:00")


@pytest.mark.clause("S-12", "R-13")
@pytest.mark.parametrize(
    ("later", "status"),
    [
        (["10:00 SUSPENDED"], Status.SUSPENDED),
        (["10:00 SUSPENDED", "11:00 CLIENT_REPLIED"], Status.SUSPENDED),
        (["10:00 SUSPENDED", "11:00 RESUMED"], Status.OPEN),
        (["10:00 ASKED_CLIENT", "10:30 SUSPENDED", "11:00 RESUMED"], Status.WAITING),
        (["10:00 SUSPENDED", "11:00 CLOSED"], Status.CLOSED),
        (["10:00 SUSPENDED", "11:00 CLOSED", "12:00 REOPENED"], Status.OPEN),
    ],
)
def test_a_suspension_lies_over_whose_turn_it_is(later, status):
    assert status_of(story("3", NINE, *later)) == status


@pytest.mark.clause("V-3.4.4", "V-8.3")
@pytest.mark.parametrize(
    ("later", "status"),
    [
        (["10:00 SOLVED"], Status.SOLVED),
        (["10:00 SOLVED", "11:00 CONFIRMED", "11:00 CLOSED"], Status.CLOSED),
        (["10:00 SOLVED", "11:00 CLIENT_REPLIED"], Status.ANSWERED),
        (["10:00 SOLVED", "11:00 REFUSED"], Status.ANSWERED),
        (["10:00 SOLVED", "11:00 REFUSED", "12:00 JUDGED justified"], Status.OPEN),
        (["10:00 SOLVED", "11:00 REFUSED", "12:00 JUDGED", "12:00 CLOSED"], Status.CLOSED),
        (["10:00 SOLVED", "11:00 REOPENED"], Status.OPEN),
        (["10:00 MERGED"], Status.CLOSED),
        (["10:00 HANDED_OUT VENDOR"], Status.OPEN),
        (["10:00 BOUNCED"], Status.OPEN),
    ],
)
def test_whose_turn_it_is_after_a_solution(later, status):
    assert status_of(story("3", NINE, *later)) == status


@pytest.mark.clause("V-3.6")
def test_work_that_others_do_leaves_our_clocks_running():
    found = resolution("3", NINE, "10:00 HANDED_OUT THIRD_PARTY", "15:00 HANDED_BACK")

    assert verdict(found) == (State.OPEN, at("17:00"), None)


@pytest.mark.clause("S-9")
@pytest.mark.parametrize(
    ("handed", "is_owed"),
    [("VENDOR", False), ("VENDOR affecting", True), ("THIRD_PARTY", True)],
)
def test_a_vendors_change_of_code_lifts_the_fixed_time_where_service_does_not_suffer(
    handed, is_owed
):
    found = resolution("3", NINE, f"10:00 HANDED_OUT {handed}", terms=with_rules(VENDOR))

    assert (found is not None) == is_owed


@pytest.mark.clause("S-9")
def test_what_was_missed_before_the_vendor_came_stays_missed():
    found = resolution("3", NINE, "18:00 HANDED_OUT VENDOR", terms=with_rules(VENDOR))

    assert verdict(found) == (State.MISSED, at("17:00"), at("17:00"))


@pytest.mark.clause("S-8", "V-2-response")
def test_a_duplicate_that_is_merged_owes_nothing_more_but_keeps_what_it_missed():
    early, late = story("3", NINE, "10:00 MERGED"), story("3", NINE, "13:30 MERGED")

    assert owed(early) == {}
    assert {kind: verdict(row) for kind, row in owed(late).items()} == {
        "RESPONSE": (State.MISSED, at("13:00"), at("13:00"))
    }


@pytest.mark.clause("V-2-resolution")
def test_a_duplicate_ends_the_wait_when_it_was_registered_not_when_it_was_merged():
    history = story("3", NINE, "10:00 ASKED_CLIENT", "15:00 JOINED 11:00")

    assert pauses_of(history) == (Pause("waiting_on_client", at("10:00"), at("11:00")),)
    assert owed(history)["RESOLUTION"].due_at == at("18:00")


@pytest.mark.clause("V-3.4.4")
@pytest.mark.parametrize(
    ("registered", "status"), [("11:00", Status.SOLVED), ("13:00", Status.ANSWERED)]
)
def test_a_duplicate_from_after_the_solution_is_an_answer_to_it(registered, status):
    history = story("3", NINE, "12:00 SOLVED", f"15:00 JOINED {registered}")

    assert status_of(history) == status
