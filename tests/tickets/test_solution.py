"""A solution under a policy that asks the client to confirm it."""

from datetime import timedelta

import pytest

from apps.tickets import services
from apps.tickets.services import Refused
from tests.factories import make_staff
from tests.tickets.life import premium, reason, row, solve, sweep, wholesale
from tests.tickets.reading import everything, facts, later, log, mails

pytestmark = pytest.mark.django_db

SOLVED_AT = later(hours=1)
DUE = SOLVED_AT + timedelta(hours=48)
SECOND = timedelta(seconds=1)


@pytest.mark.clause("V-3.4.4", "V-8.3")
def test_a_solution_asks_the_client_to_confirm_within_48_hours():
    ticket = premium()

    solve(ticket, "restored")

    assert (ticket.status, ticket.closing.key) == ("SOLVED", "restored")
    assert log(ticket)[2:] == [("RESPONDED", SOLVED_AT), ("SOLVED", SOLVED_AT)]
    assert row(ticket, "CONFIRMATION") == ("OPEN", DUE, None)
    assert mails("ticket.solved") == [ticket.requester.email]


@pytest.mark.clause("V-3.4.4", "R-17")
def test_silence_closes_from_the_instant_after_the_48_hours():
    ticket = premium()
    solve(ticket)

    assert (sweep(DUE, ticket), ticket.status) == (0, "SOLVED")
    assert (sweep(DUE + SECOND, ticket), ticket.status) == (1, "CLOSED")
    assert row(ticket, "CONFIRMATION") == ("MISSED", DUE, DUE)
    assert log(ticket)[-1] == ("CLOSED", DUE)
    assert facts(ticket, "CLOSED")[0]["silence"] is True
    assert mails("ticket.closed") == [ticket.requester.email]


@pytest.mark.clause("V-3.4.4")
def test_a_late_sweep_dates_the_closing_to_when_it_was_due_and_a_second_one_does_nothing():
    ticket = premium()
    solve(ticket)

    first = sweep(DUE + timedelta(days=3), ticket)
    before = everything()
    second = sweep(DUE + timedelta(days=3), ticket)

    assert (first, second) == (1, 0)
    assert log(ticket)[-1] == ("CLOSED", DUE)
    assert everything() == before


@pytest.mark.clause("V-3.4.4", "V-8.3")
def test_the_client_confirms_and_it_closes_with_the_reason_that_was_given():
    ticket = premium()
    solve(ticket, "information-given")

    services.confirm(
        ticket=ticket, client=ticket.requester, at=later(hours=3), act_key="yes", text="Thanks!"
    )

    ticket.refresh_from_db()
    assert ticket.status == "CLOSED"
    assert [kind for kind, _ in log(ticket)[-2:]] == ["CONFIRMED", "CLOSED"]
    assert facts(ticket, "CLOSED")[0]["reason"] == "information-given"
    assert row(ticket, "CONFIRMATION") == ("MET", DUE, later(hours=3))
    assert ticket.messages.last().direction == "IN"


@pytest.mark.clause("V-3.4.4")
def test_who_writes_down_a_confirmation_says_how_it_came():
    ticket = premium()
    solve(ticket)

    with pytest.raises(Refused, match="Say how the client confirmed it"):
        services.confirm(ticket=ticket, by=make_staff(), at=later(hours=3), act_key="yes")


def refuse(ticket, at=None):
    services.refuse_closure(
        ticket=ticket,
        client=ticket.requester,
        text="Still broken.",
        at=at or later(hours=3),
        act_key="no",
    )
    ticket.refresh_from_db()


def judge(ticket, *, justified, at=None, key="judge"):
    services.judge(
        ticket=ticket,
        justified=justified,
        text="We have looked at it.",
        by=make_staff(),
        at=at or later(hours=4),
        act_key=key,
    )
    ticket.refresh_from_db()


@pytest.mark.clause("V-3.4.4", "R-15")
def test_a_justified_refusal_reopens_and_the_clock_has_run_since_the_refusal():
    ticket = wholesale("3")
    solve(ticket)
    assert row(ticket, "RESOLUTION")[0] == "MET"

    refuse(ticket)
    assert ticket.status == "ANSWERED"
    judge(ticket, justified=True)

    assert (ticket.status, ticket.closing) == ("OPEN", None)
    # One of eight hours was used; the two until the refusal were the client's.
    assert row(ticket, "RESOLUTION") == ("OPEN", later(hours=10), None)


@pytest.mark.clause("V-3.4.4")
def test_an_unjustified_refusal_closes_with_the_reason_of_the_solution():
    ticket = premium()
    solve(ticket, "later-version")
    refuse(ticket)

    judge(ticket, justified=False)

    assert ticket.status == "CLOSED"
    assert facts(ticket, "CLOSED")[0]["reason"] == "later-version"
    assert mails("ticket.replied") == [ticket.requester.email]


@pytest.mark.clause("V-3.4.4")
def test_judging_twice_is_judging_once():
    ticket = premium()
    solve(ticket)
    refuse(ticket)
    judge(ticket, justified=True)
    before = everything()

    judge(ticket, justified=True)

    assert everything() == before
    with pytest.raises(Refused, match="nothing to judge"):
        judge(ticket, justified=True, key="another")


@pytest.mark.clause("V-3.4.4")
def test_a_refusal_after_the_48_hours_meets_a_closed_ticket_though_nobody_swept():
    ticket = premium()
    solve(ticket)

    with pytest.raises(Refused, match="is closed already"):
        refuse(ticket, at=DUE + SECOND)


@pytest.mark.clause("V-3.4.4", "R-17")
def test_a_refusal_at_the_last_instant_counts():
    ticket = premium()
    solve(ticket)

    refuse(ticket, at=DUE)

    assert (ticket.status, row(ticket, "CONFIRMATION")) == ("ANSWERED", ("MET", DUE, DUE))


@pytest.mark.clause("V-3.3", "V-8.3")
def test_an_exclusion_closes_at_once_and_is_kept_for_the_reports():
    ticket = premium()
    cause = reason(ticket, "infrastructure", "EXCLUSION")

    solve(ticket, "not-supported-service", exclusion=cause)

    assert (ticket.status, ticket.exclusion) == ("CLOSED", cause)
    assert facts(ticket, "CLOSED")[0]["exclusion"] == cause.label
    assert not ticket.deadlines.filter(kind="CONFIRMATION").exists()


@pytest.mark.clause("V-3.3")
@pytest.mark.parametrize(
    ("closing", "exclusion", "why"),
    [
        ("not-supported-service", None, "say which of the policy's exclusions it is"),
        ("restored", "infrastructure", "is no exclusion"),
    ],
)
def test_reason_and_exclusion_go_together(closing, exclusion, why):
    ticket = premium()
    cause = reason(ticket, exclusion, "EXCLUSION") if exclusion else None
    before = everything()

    with pytest.raises(Refused, match=why):
        solve(ticket, closing, exclusion=cause)

    assert everything() == before


def solve_again(ticket):
    solve(ticket, act_key="again")


def ask(ticket):
    services.ask_client(
        ticket=ticket, text="And?", by=make_staff(), at=later(hours=2), act_key="ask"
    )


@pytest.mark.parametrize("act", [solve_again, ask])
def test_what_has_a_solution_is_neither_solved_nor_asked_again(act):
    ticket = premium()
    solve(ticket)

    with pytest.raises(Refused, match="has its solution"):
        act(ticket)


@pytest.mark.clause("V-3.4.4")
def test_a_solved_ticket_can_be_reopened_by_staff():
    ticket = premium()
    solve(ticket)

    services.reopen(ticket=ticket, explanation="It was not it.", by=make_staff(), at=later(hours=2))

    ticket.refresh_from_db()
    assert (ticket.status, ticket.closing) == ("OPEN", None)
    assert not ticket.deadlines.filter(kind="CONFIRMATION").exists()


@pytest.mark.clause("S-12", "V-3.4.4")
def test_while_support_is_suspended_a_solution_is_neither_confirmed_nor_judged_nor_taken_back():
    ticket, by = premium(), make_staff()
    solve(ticket)
    services.suspend(ticket=ticket, why="Overdue.", clause="S-12", by=by, at=later(hours=2))
    act = {"ticket": ticket, "by": by, "at": later(hours=3)}
    before = everything()

    for refused in [
        lambda: services.confirm(text="By phone.", act_key="c", **act),
        lambda: services.refuse_closure(text="No.", act_key="r", **act),
        lambda: services.judge(text="No.", justified=True, act_key="j", **act),
        lambda: services.reopen(explanation="Hm.", **act),
    ]:
        with pytest.raises(Refused, match="is suspended"):
            refused()

    assert everything() == before
