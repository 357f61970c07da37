"""A client who does not answer a question in time."""

from datetime import timedelta

import pytest

from apps.tickets import services
from apps.tickets.services import Refused
from tests.factories import PRESETS, make_client, make_order, make_policy, make_staff, make_ticket
from tests.tickets.life import PREMIUM, premium, row, sweep, wholesale
from tests.tickets.reading import everything, facts, later, log

pytestmark = pytest.mark.django_db

ASKED_AT = later(minutes=10)
DUE = ASKED_AT + timedelta(hours=1)  # Gold answers severity I within an hour
SECOND = timedelta(seconds=1)


def ask(ticket, at=ASKED_AT, key="ask"):
    services.ask_client(ticket=ticket, text="Which?", by=make_staff(), at=at, act_key=key)
    ticket.refresh_from_db()


def lowering(severity="I"):
    """A ticket under the same policy, which lowers the severity by itself."""
    text = (PRESETS / f"{PREMIUM}.toml").read_text("utf-8")
    version = make_policy(text=text, changes={'on_miss = "propose"': 'on_miss = "lower"'})
    client = make_client(order=make_order(version=version, plan="gold"))
    return make_ticket(requester=client, severity=severity)


@pytest.mark.clause("V-3.4.2", "R-17")
def test_silence_proposes_a_lower_severity_from_the_instant_after():
    ticket = premium("I")
    ask(ticket)

    assert (sweep(DUE, ticket), services.proposal_of(ticket)) == (0, None)
    assert sweep(DUE + SECOND, ticket) == 1
    assert row(ticket, "CLIENT_REPLY") == ("MISSED", DUE, DUE)
    assert services.proposal_of(ticket) == ticket.deadlines.get(kind="CLIENT_REPLY")
    assert (ticket.severity.key, ticket.status) == ("I", "WAITING")
    assert log(ticket)[-1] == ("DEADLINE_MISSED", DUE)


@pytest.mark.clause("V-3.4.2", "V-7.3")
def test_accepted_the_severity_goes_down_by_one_with_the_policys_reason():
    ticket = premium("I")
    ask(ticket)
    sweep(DUE + SECOND, ticket)

    services.accept_proposal(ticket=ticket, by=make_staff(), at=later(hours=2))

    ticket.refresh_from_db()
    changed = facts(ticket, "SEVERITY_CHANGED")[0]
    assert (changed["from"], changed["to"], changed["reason"]) == ("I", "II", "no-information")
    assert services.proposal_of(ticket) is None


@pytest.mark.clause("V-3.4.2")
def test_declined_it_stands_no_more_and_the_record_says_why():
    ticket = premium("I")
    ask(ticket)
    sweep(DUE + SECOND, ticket)

    services.decline_proposal(
        ticket=ticket, explanation="They called.", by=make_staff(), at=later(hours=2)
    )

    ticket.refresh_from_db()
    assert (services.proposal_of(ticket), ticket.severity.key) == (None, "I")
    assert facts(ticket, "PROPOSAL_DECLINED") == [{"explanation": "They called."}]
    with pytest.raises(Refused, match="proposed"):
        services.accept_proposal(ticket=ticket, by=make_staff(), at=later(hours=3))


@pytest.mark.clause("V-3.4.2")
def test_a_policy_may_lower_it_by_itself_and_does_so_once():
    ticket = lowering()
    ask(ticket)

    first = sweep(DUE + timedelta(hours=5), ticket)
    before = everything()
    second = sweep(DUE + timedelta(hours=5), ticket)

    assert (first, second, ticket.severity.key) == (1, 0, "II")
    assert log(ticket)[-2:] == [("DEADLINE_MISSED", DUE), ("SEVERITY_CHANGED", DUE)]
    assert everything() == before
    assert services.proposal_of(ticket) is None


@pytest.mark.clause("V-3.4.2")
def test_the_lowest_severity_goes_no_lower():
    proposed, lowered = premium("IV"), lowering("IV")
    ask(proposed, key="one")
    ask(lowered, key="other")
    at = ASKED_AT + timedelta(hours=8) + SECOND

    assert sweep(at, proposed, lowered) == 2
    assert services.proposal_of(proposed) is None
    assert (proposed.severity.key, lowered.severity.key) == ("IV", "IV")


@pytest.mark.clause("V-3.4.2")
def test_a_second_question_leaves_the_first_miss_on_record():
    ticket = premium("I")
    ask(ticket)
    sweep(DUE + SECOND, ticket)

    ask(ticket, at=later(hours=3), key="again")

    assert row(ticket, "CLIENT_REPLY") == ("MISSED", DUE, DUE)
    assert row(ticket, "CLIENT_REPLY", 2) == ("OPEN", later(hours=4), None)


@pytest.mark.clause("V-3.4.2", "R-17")
def test_a_reply_that_came_too_late_finds_the_miss_recorded_though_nobody_swept():
    ticket = lowering()
    ask(ticket)

    services.client_replied(
        ticket=ticket,
        client=ticket.requester,
        text="This one.",
        at=DUE + SECOND,
        source_key="mail:1",
    )

    ticket.refresh_from_db()
    assert (ticket.status, ticket.severity.key) == ("OPEN", "II")
    assert [kind for kind, _ in log(ticket)[-3:]] == [
        "DEADLINE_MISSED",
        "SEVERITY_CHANGED",
        "CLIENT_REPLIED",
    ]


@pytest.mark.clause("V-3.4.2")
def test_a_policy_without_the_rule_sets_the_client_no_time():
    ticket = wholesale("1")
    ask(ticket)

    assert not ticket.deadlines.filter(kind="CLIENT_REPLY").exists()
    assert sweep(later(days=30), ticket) == 0
