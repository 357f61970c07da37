"""Stepping down after a solution, and closing by itself at the end."""

from datetime import timedelta

import pytest

from apps.tickets import services
from apps.tickets.services import Refused
from apps.tickets.services.prove import prove_deadlines
from tests.factories import make_staff
from tests.tickets.life import row, solve, sweep, wholesale
from tests.tickets.reading import everything, later, log

pytestmark = pytest.mark.django_db

SOLVED_AT = later(hours=1)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def severities(ticket):
    """What the history of the row says, oldest first."""
    rows = ticket.history.order_by("history_date", "history_id")
    return list(dict.fromkeys(rows.values_list("severity__key", flat=True)))


@pytest.mark.clause("S-5-step-down")
@pytest.mark.parametrize("severity", ["1", "2"])
def test_a_cured_one_or_two_is_a_three_at_once(severity):
    ticket = wholesale(severity)

    solve(ticket)

    assert (ticket.status, ticket.severity.key) == ("SOLVED", "3")
    assert log(ticket)[-2:] == [("SOLVED", SOLVED_AT), ("STEPPED_DOWN", SOLVED_AT)]
    assert severities(ticket) == [severity, "3"]
    assert row(ticket, "STEP_DOWN", 2) == ("OPEN", SOLVED_AT + DAY, None)


@pytest.mark.clause("S-5-step-down")
def test_it_is_a_four_after_the_watch_and_closes_after_that():
    ticket = wholesale()
    solve(ticket)
    closes_at = SOLVED_AT + 3 * DAY

    assert (sweep(SOLVED_AT + DAY, ticket), ticket.severity.key) == (0, "3")
    assert (sweep(SOLVED_AT + DAY + SECOND, ticket), ticket.severity.key) == (1, "4")
    assert row(ticket, "AUTO_CLOSE") == ("OPEN", closes_at, None)
    assert (sweep(closes_at, ticket), ticket.status) == (0, "SOLVED")
    assert (sweep(closes_at + SECOND, ticket), ticket.status) == (1, "CLOSED")
    assert row(ticket, "AUTO_CLOSE") == ("MET", closes_at, closes_at)
    assert severities(ticket) == ["1", "3", "4"]


@pytest.mark.clause("S-5-step-down")
def test_a_sweep_that_slept_for_a_week_does_each_step_at_its_own_instant():
    ticket = wholesale()
    solve(ticket)

    assert sweep(SOLVED_AT + 7 * DAY, ticket) == 1
    assert [each for each in log(ticket) if each[0] in ("STEPPED_DOWN", "CLOSED")] == [
        ("STEPPED_DOWN", SOLVED_AT),
        ("STEPPED_DOWN", SOLVED_AT + DAY),
        ("CLOSED", SOLVED_AT + 3 * DAY),
    ]
    assert list(prove_deadlines())[-1].differences == []


@pytest.mark.clause("S-5-step-down", "V-3.4.4")
def test_who_confirms_early_closes_it_as_a_four_all_the_same():
    ticket = wholesale()
    solve(ticket)

    services.confirm(ticket=ticket, client=ticket.requester, at=later(hours=2), act_key="yes")

    ticket.refresh_from_db()
    assert (ticket.status, ticket.severity.key) == ("CLOSED", "4")
    assert [kind for kind, _ in log(ticket)[-3:]] == ["CONFIRMED", "STEPPED_DOWN", "CLOSED"]


@pytest.mark.clause("S-5-step-down", "R-15")
def test_a_client_who_writes_during_the_watch_stops_it_until_somebody_judges():
    ticket = wholesale()
    solve(ticket)

    services.client_replied(
        ticket=ticket,
        client=ticket.requester,
        text="Down again.",
        at=later(hours=5),
        source_key="mail:1",
    )
    ticket.refresh_from_db()
    assert (sweep(SOLVED_AT + 7 * DAY, ticket), ticket.status) == (0, "ANSWERED")
    services.judge(
        ticket=ticket,
        justified=True,
        text="So it is.",
        by=make_staff(),
        at=later(hours=6),
        act_key="judge",
    )

    ticket.refresh_from_db()
    assert (ticket.status, ticket.severity.key) == ("OPEN", "1")
    assert severities(ticket) == ["1", "3"]
    assert ticket.history.first().severity.key == "1"


@pytest.mark.clause("S-5-step-down", "R-15")
def test_a_client_who_writes_after_the_closing_reopens_it_as_bad_as_it_was():
    ticket = wholesale()
    solve(ticket)
    at = SOLVED_AT + 7 * DAY

    services.client_replied(
        ticket=ticket, client=ticket.requester, text="Again.", at=at, source_key="mail:1"
    )

    ticket.refresh_from_db()
    assert log(ticket)[-2:] == [("CLOSED", SOLVED_AT + 3 * DAY), ("REOPENED", at)]
    assert (ticket.status, ticket.severity.key, ticket.closing) == ("OPEN", "1", None)


@pytest.mark.clause("S-6", "R-3")
def test_the_reason_for_outage_stays_owed_through_all_steps_and_is_missed_when_it_is():
    ticket = wholesale()
    solve(ticket)
    due = later(hours=24)

    assert row(ticket, "RFO") == ("OPEN", due, None)
    sweep(SOLVED_AT + 7 * DAY, ticket)
    services.sweep_deadlines(at=SOLVED_AT + 7 * DAY)

    assert row(ticket, "RFO") == ("MISSED", due, due)


@pytest.mark.clause("S-6")
def test_a_report_that_went_out_keeps_the_promise_once():
    ticket = wholesale()
    for _ in range(2):
        services.issue_outage_report(
            ticket=ticket,
            by=make_staff(),
            at=later(hours=20),
            act_key="rfo",
            preliminary=False,
        )
    before = everything()

    assert row(ticket, "RFO") == ("MET", later(hours=24), later(hours=20))
    assert [kind for kind, _ in log(ticket)].count("RFO_ISSUED") == 1
    assert everything() == before


def test_a_closed_ticket_is_not_solved():
    ticket = wholesale("4")
    solve(ticket)
    sweep(SOLVED_AT + 7 * DAY, ticket)

    with pytest.raises(Refused, match="is closed already"):
        solve(ticket, act_key="again")
