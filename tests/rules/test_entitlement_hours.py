"""Whether help is owed at this hour, and to an account that is suspended."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from apps.contracts.rules.entitlement import (
    Clauses,
    HourFacts,
    OrderFacts,
    StandingFacts,
    StandingState,
    Step,
    Wanted,
    entitlement,
)

ORDER = OrderFacts("ORD-7", True, date(2026, 1, 1), None, True)
CLAUSES = Clauses(order="H-3", term="H-1", users="H-7")
MONDAY = datetime(2026, 3, 2, 8, tzinfo=ZoneInfo("America/New_York"))
BEGINS = "Standard hours begin again at Monday 2 March 2026, 08:00 EST."
CLOSED = HourFacts("S-3", False, "Priority 3", False, opens_at=MONDAY, disconnection_clause="S-2.1")
URGENT = replace(CLOSED, severity="Priority 1", is_served=True)
CUT_OFF = replace(URGENT, is_disconnection=True)
BOOKED = replace(CLOSED, is_booked=True)
NO_OUTAGE = (
    "A customer cut off by another provider is no outage, and is not served off hours unless it"
    " is booked ahead."
)
BASE = "The sender is an authorised user of order ORD-7, which is executed and in term."


def ask(*, hour=None, standing=None, wants=Wanted.HELP_NOW):
    return entitlement(
        order=ORDER,
        on=date(2026, 2, 28),
        clauses=CLAUSES,
        standing=standing,
        hour=hour,
        wants=wants,
    )


@pytest.mark.clause("S-3", "S-2.1")
@pytest.mark.parametrize(
    ("hour", "step"),
    [
        (replace(CLOSED, is_open=True), Step("S-3", True, "It is inside standard hours.")),
        (replace(CUT_OFF, is_open=True), Step("S-3", True, "It is inside standard hours.")),
        (URGENT, Step("S-3", True, "Priority 1 is served off hours.")),
        (BOOKED, Step("S-3", True, "An appointment is confirmed for this time.")),
        (
            replace(CUT_OFF, is_booked=True),
            Step("S-3", True, "An appointment is confirmed for this time."),
        ),
        (CUT_OFF, Step("S-2.1", False, f"{NO_OUTAGE} {BEGINS}")),
        (
            CLOSED,
            Step(
                "S-3",
                False,
                f"Priority 3 is not served off hours unless it is booked ahead. {BEGINS}",
            ),
        ),
        (
            replace(CLOSED, opens_at=None),
            Step(
                "S-3",
                False,
                "Priority 3 is not served off hours unless it is booked ahead."
                " Standard hours do not begin again.",
            ),
        ),
    ],
)
def test_help_at_this_hour_is_open_booked_or_urgent(hour, step):
    answer = ask(hour=hour)

    assert (answer.entitled, answer.steps[-1]) == (step.holds, step)


@pytest.mark.clause("S-3")
@pytest.mark.parametrize(
    ("hour", "says"),
    [
        (replace(CLOSED, is_open=True), ("S-3", "It is inside standard hours.")),
        (CLOSED, ("S-3", f"It is taken at any hour. {BEGINS}")),
        (URGENT, ("S-3", "It is taken at any hour, and Priority 1 is served off hours too.")),
        (CUT_OFF, ("S-2.1", f"It is taken at any hour. {NO_OUTAGE} {BEGINS}")),
    ],
)
def test_a_written_request_is_taken_at_any_hour_and_told_when_it_is_worked(hour, says):
    answer = ask(hour=hour, wants=Wanted.TICKET)

    assert (answer.entitled, answer.clause, answer.why) == (True, "H-7", BASE)
    assert answer.steps[-1] == Step(says[0], True, says[1])


@pytest.mark.clause("S-3")
def test_an_appointment_is_booked_at_any_hour():
    answer = ask(hour=CLOSED, wants=Wanted.APPOINTMENT)

    assert (answer.entitled, [step.clause for step in answer.steps]) == (
        True,
        ["H-3", "H-1", "H-7", "H-7"],
    )


@pytest.mark.clause("S-3")
def test_where_all_hours_are_alike_the_hour_is_no_check():
    assert ask() == ask(wants=Wanted.TICKET)


@pytest.mark.clause("S-3")
def test_help_off_hours_rests_on_what_the_policy_says_of_the_hour():
    answer = ask(hour=URGENT)

    assert (answer.clause, answer.why) == ("S-3", f"{BASE} Priority 1 is served off hours.")
    assert ask(hour=replace(URGENT, is_open=True)).clause == "H-7"


def suspended(service_related, *, state="SUPPORT_SUSPENDED", why="Invoice 7 is 22 days overdue"):
    return StandingFacts(StandingState(state), "S-12", why, date(2026, 2, 1), service_related)


@pytest.mark.clause("S-12", "R-6")
@pytest.mark.parametrize("state", ["SUPPORT_SUSPENDED", "DASHBOARD_SUSPENDED"])
@pytest.mark.parametrize(
    ("service_related", "end"),
    [
        (True, "What is about the service itself goes on."),
        (None, "It is taken, since it may be about the service itself."),
        (False, "What is not about the service itself waits until that is settled."),
    ],
)
def test_a_suspended_account_is_served_in_what_is_about_the_service(state, service_related, end):
    answer = ask(standing=suspended(service_related, state=state))

    says = f"Support is suspended since 2026-02-01: Invoice 7 is 22 days overdue. {end}"
    step = Step("S-12", service_related is not False, says)
    assert (answer.entitled, answer.steps[-1]) == (step.holds, step)


@pytest.mark.clause("S-12")
def test_a_reason_that_is_a_sentence_gets_no_second_full_stop():
    answer = ask(standing=replace(suspended(False, why="Unpaid. "), since=None))

    assert answer.why == (
        "Support is suspended: Unpaid. What is not about the service itself waits until that is"
        " settled."
    )


@pytest.mark.clause("S-12")
def test_good_standing_is_a_check_too():
    answer = ask(standing=StandingFacts(StandingState.GOOD, "S-12", service_related=False))

    assert (answer.entitled, answer.clause) == (True, "H-7")
    assert answer.steps[-1] == Step("S-12", True, "The account is in good standing.")


@pytest.mark.clause("S-2", "S-2.1")
def test_where_nothing_can_be_booked_nobody_is_told_to_book():
    silent = replace(CLOSED, is_bookable=False)
    cut_off = replace(silent, is_disconnection=True)

    assert [ask(hour=hour).why for hour in (silent, cut_off)] == [
        f"No help is promised outside of standard hours. {BEGINS}",
        "A customer cut off by another provider is no outage, and is not served off hours."
        f" {BEGINS}",
    ]
