"""Whether an escalation is admissible."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.escalation.rules.admission import (
    Asked,
    Finding,
    Ground,
    Path,
    Promise,
    admission,
)
from apps.tickets.rules.explain import Step

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
LATE = Ground("response-late", "The response is late", "V-9.1", "response_missed")
VIOLATED = Ground("sla-violated", "A level was missed", "V-9.1", "resolution_missed")
UNHAPPY = Ground("dissatisfaction", "Not content", "V-9.1")
PREMIUM = Path("V-9.2", ["ticket", "ground"], [LATE, VIOLATED, UNHAPPY])
WHOLESALE = Path("S-7", ["ticket"], [], disconnection_clause="S-2.1")


def promise(kind="RESPONSE", *, missed=False, due=NOON, ended=None):
    return Promise(kind, "V-4", missed, due, ended)


def asked(ground=None, *, ticket="FL-000012", at=NOON, cut=False):
    return Asked(ticket, ground, at, cut)


def found(ground, *promises, at=NOON, path=PREMIUM):
    return admission(asked(ground, at=at), path=path, promises=promises)


@pytest.mark.clause("V-9.2")
def test_without_ticket_or_ground_it_is_refused_with_what_is_missing():
    without = admission(asked(ticket=""), path=PREMIUM, promises=[])
    ticket = admission(asked(UNHAPPY, ticket=""), path=PREMIUM, promises=[])
    ground = admission(asked(), path=PREMIUM, promises=[])

    no_ticket = "It names no ticket of the order by its number."
    no_ground = (
        "It does not name one ground. The grounds are: The response is late; A level was missed;"
        " Not content."
    )
    assert [(each.is_admitted, each.clause, each.why) for each in (without, ticket, ground)] == [
        (False, "V-9.2", f"{no_ticket} {no_ground}"),
        (False, "V-9.2", no_ticket),
        (False, "V-9.2", no_ground),
    ]
    assert ground.steps == (Step("V-9.2", no_ground),)


@pytest.mark.clause("S-7")
def test_where_the_policy_asks_for_a_ticket_only_no_ground_is_needed():
    answer = admission(asked(), path=WHOLESALE, promises=[])

    assert (answer.is_admitted, answer.finding, answer.why) == (
        True,
        Finding.JUDGED,
        "The person in charge judges it.",
    )
    assert answer.steps == (
        Step(
            "S-7",
            "It names the ticket {ticket}; no ground has to be named.",
            {"ticket": "FL-000012"},
        ),
    )


@pytest.mark.clause("V-9.2", "S-7")
def test_a_ticket_is_needed_even_where_the_policy_does_not_say_so():
    silent = Path("C-7", [], [])

    assert admission(asked(ticket=""), path=silent, promises=[]).is_admitted is False


@pytest.mark.clause("S-2.1")
def test_a_cut_at_a_third_party_during_an_install_is_not_escalated_where_it_is_no_outage():
    no_outage = admission(asked(cut=True), path=WHOLESALE, promises=[])
    outage = admission(asked(UNHAPPY, cut=True), path=PREMIUM, promises=[])

    assert (no_outage.is_admitted, no_outage.clause, no_outage.why) == (
        False,
        "S-2.1",
        "A cut at a third party during a new install is no outage, and is not escalated.",
    )
    assert outage.is_admitted is True


@pytest.mark.clause("V-9.1", "R-17")
@pytest.mark.parametrize(
    ("row", "at", "finding", "says"),
    [
        # A miss on record, answered late or not at all.
        (
            promise(missed=True),
            NOON + timedelta(hours=1),
            "TRUE",
            "The response was due {due_at} and has not come yet: missed.",
        ),
        (
            promise(missed=True, ended=NOON + timedelta(minutes=1)),
            NOON + timedelta(hours=1),
            "TRUE",
            "The response was due {due_at} and came at {ended_at}: missed.",
        ),
        # The sweep has not been there yet.
        (
            promise(),
            NOON + timedelta(microseconds=1),
            "TRUE",
            "The response was due {due_at} and has not come yet: missed.",
        ),
        # The due instant itself is still in time.
        (promise(), NOON, "UNTRUE", "The response is due {due_at}: it is not missed yet."),
        (
            promise(ended=NOON - timedelta(hours=1)),
            NOON + timedelta(days=1),
            "UNTRUE",
            "The response, due {due_at}, came at {ended_at}: kept.",
        ),
        (
            promise(due=None),
            NOON,
            "UNTRUE",
            "The clock of the response stands still: it is not missed.",
        ),
        (
            promise(due=None, ended=NOON),
            NOON,
            "UNTRUE",
            "The response came at {ended_at}: kept.",
        ),
    ],
)
def test_whether_a_response_was_late_is_looked_up_with_its_figures(row, at, finding, says):
    answer = found(LATE, row, promise("RESOLUTION", missed=True), at=at)

    figures = {
        name: value.isoformat()
        for name, value in [("due_at", row.due_at), ("ended_at", row.ended_at)]
        if value
    }
    assert (answer.is_admitted, answer.finding) == (True, finding)
    assert answer.steps[1:] == (Step("V-4", says, figures),)


@pytest.mark.clause("V-9.1", "V-5")
def test_where_no_resolution_time_is_promised_none_was_missed():
    answer = found(VIOLATED, promise("RESPONSE", missed=True))

    assert answer.finding == Finding.UNTRUE
    assert answer.steps[-1] == Step(
        "V-9.1", "No deadline of the ticket's resolution is promised, so none was missed."
    )


@pytest.mark.clause("V-9.1")
def test_one_miss_among_several_is_enough_and_is_the_one_that_is_shown():
    kept = promise("RESOLUTION", ended=NOON)
    missed = promise("RESOLUTION", missed=True, ended=NOON + timedelta(hours=2))

    answer = found(VIOLATED, missed, kept)

    assert (answer.finding, len(answer.steps)) == (Finding.TRUE, 2)
    assert answer.steps[1].figures == {
        "due_at": NOON.isoformat(),
        "ended_at": (NOON + timedelta(hours=2)).isoformat(),
    }


@pytest.mark.clause("V-9.1")
def test_what_no_figure_shows_is_judged():
    answer = found(UNHAPPY, promise(missed=True))

    assert (answer.is_admitted, answer.finding) == (True, Finding.JUDGED)
    assert answer.steps[-1] == Step("V-9.1", "No figure of the ticket shows this ground.")


@pytest.mark.clause("V-9.1")
def test_what_an_untrue_ground_does_is_policy_data():
    strict = Path("V-9.2", PREMIUM.needs, PREMIUM.grounds, refuses_untrue=True)

    refused, judged = found(LATE, promise(), path=strict), found(UNHAPPY, path=strict)
    true = found(LATE, promise(missed=True), path=strict)

    assert (refused.is_admitted, refused.clause, refused.why) == (
        False,
        "V-9.1",
        "The ticket shows that this ground is not true of it.",
    )
    assert (refused.finding, true.is_admitted, judged.is_admitted) == ("UNTRUE", True, True)
