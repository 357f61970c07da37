"""Changing the severity: a reason, a record, and clocks worked out anew."""

import pytest
from django.db import transaction

from apps.tickets import services
from apps.tickets.services import Refused
from tests.factories import (
    HARBOUR,
    PRESETS,
    make_client,
    make_order,
    make_policy,
    make_staff,
    make_ticket,
    reason_of,
    severity_of,
)
from tests.tickets.life import PREMIUM, premium, solve
from tests.tickets.reading import deadline, facts, later, log, verdicts

pytestmark = pytest.mark.django_db


def change(ticket, to, *, reason="impact-changed", explanation="Worse.", at=None, by=None):
    services.change_severity(
        ticket=ticket,
        to=severity_of(ticket.version, to) if isinstance(to, str) else to,
        reason=reason_of(ticket.version, reason) if isinstance(reason, str) else reason,
        explanation=explanation,
        by=by or make_staff(),
        at=at or later(hours=1),
    )


@pytest.mark.clause("V-7.2", "V-7.3", "R-14")
def test_a_raise_is_on_record_and_the_new_target_counts_from_registration():
    ticket = make_ticket(severity="3")

    change(ticket, "2", explanation=" Half the phones. ")

    ticket.refresh_from_db()
    assert ticket.severity.key == "2"
    assert log(ticket)[-1] == ("SEVERITY_CHANGED", later(hours=1))
    assert facts(ticket, "SEVERITY_CHANGED") == [
        {
            "from": "3",
            "to": "2",
            "reason": "impact-changed",
            "label": "The impact has changed",
            "explanation": "Half the phones.",
        }
    ]
    assert verdicts(ticket) == {
        "RESPONSE": ("OPEN", later(hours=2), None),
        "RESOLUTION": ("OPEN", later(hours=4), None),
    }


@pytest.mark.clause("V-7.3")
def test_the_history_says_who_when_why_and_from_what_to_what():
    ticket, staff = make_ticket(severity="3"), make_staff()

    change(ticket, "2", explanation="Half the phones.", by=staff)

    after, before = ticket.history.order_by("-pk")
    assert (after.severity.key, before.severity.key) == ("2", "3")
    assert (after.history_user, after.history_date, after.history_change_reason) == (
        staff,
        later(hours=1),
        "The impact has changed: Half the phones.",
    )


def test_a_long_explanation_is_kept_whole_in_the_log_and_cut_in_the_history():
    ticket = make_ticket(severity="3")

    change(ticket, "2", explanation="x" * 500)

    assert facts(ticket, "SEVERITY_CHANGED")[0]["explanation"] == "x" * 500
    assert ticket.history.latest().history_change_reason == ("The impact has changed: " + "x" * 76)


@pytest.mark.clause("R-14", "S-5-targets")
def test_raised_to_best_effort_the_deadline_goes():
    ticket = make_ticket(severity="3")

    change(ticket, "1")

    assert [*verdicts(ticket)] == ["RESPONSE"]


@pytest.mark.clause("R-14")
def test_a_miss_on_record_stays_whatever_the_severity_becomes():
    ticket = make_ticket(severity="3")
    services.sweep_deadlines(at=later(hours=9))
    missed = {
        "RESPONSE": ("MISSED", later(hours=4), later(hours=4)),
        "RESOLUTION": ("MISSED", later(hours=8), later(hours=8)),
    }

    for to in ["1", "4", "2"]:
        change(ticket, to, at=later(hours=10))
        assert verdicts(ticket) == missed

    assert {row.target.total_seconds() for row in ticket.deadlines.all()} == {4 * 3600, 8 * 3600}


@pytest.mark.clause("V-7.3")
def test_a_change_needs_a_reason_of_the_policy_for_changes():
    ticket = make_ticket()

    with pytest.raises(Refused) as refused:
        change(ticket, "2", reason="solved")

    assert str(refused.value) == (
        "“Solved” is not a reason of Harbour support v1 to change a severity."
    )


@pytest.mark.clause("V-7.3")
def test_a_reason_that_lowers_does_not_raise():
    ticket = make_ticket(severity="3")

    with pytest.raises(Refused) as refused:
        change(ticket, "2", reason="under-watch")
    change(ticket, "4", reason="under-watch")

    assert str(refused.value) == (
        "“Solved, and under watch” only lowers a severity; Priority 2 is higher than Priority 3."
    )
    assert [entry["to"] for entry in facts(ticket, "SEVERITY_CHANGED")] == ["4"]


@pytest.mark.clause("V-7.3")
def test_the_same_severity_is_no_change():
    ticket = make_ticket(severity="3")

    with pytest.raises(Refused) as refused:
        change(ticket, "3")

    assert str(refused.value) == f"{ticket.number} has Priority 3 already. Choose another one."


@pytest.mark.clause("V-7.3")
def test_a_change_needs_a_sentence():
    ticket = make_ticket()

    with pytest.raises(Refused) as refused:
        change(ticket, "2", explanation="  ")

    assert str(refused.value) == "Say in a sentence what changed: the client may ask."


def test_terms_of_another_policy_are_refused():
    other = make_policy(text=HARBOUR.read_text().replace("harbour-support", "other-support"))
    ticket = make_ticket()

    with pytest.raises(Refused) as severity:
        change(ticket, severity_of(other, "2"))
    with pytest.raises(Refused) as reason:
        change(ticket, "2", reason=reason_of(other, "impact-changed"))

    assert str(severity.value) == (
        "Priority 2 is not a severity of Harbour support v1, which this ticket is under."
    )
    assert str(reason.value) == (
        "“The impact has changed” is not a reason of Harbour support v1 to change a severity."
    )


def test_a_closed_ticket_keeps_its_severity():
    ticket = make_ticket()
    reason = reason_of(ticket.version, "solved")
    services.solve(
        ticket=ticket, reason=reason, text="Done.", by=make_staff(), at=later(hours=1), act_key="c"
    )

    with pytest.raises(Refused) as refused:
        change(ticket, "2", at=later(hours=2))

    assert str(refused.value) == (
        f"{ticket.number} is closed. Reopen it before you change its severity."
    )
    assert deadline(ticket, "RESOLUTION").state == "MET"


@pytest.mark.clause("V-3.4.4", "R-17")
def test_a_change_that_comes_after_silence_closed_the_ticket_finds_it_closed():
    ticket, late = premium("III"), later(hours=49, seconds=1)
    solve(ticket)  # an hour after the morning; nobody answers, and no sweep has run by then
    change = {
        "to": severity_of(ticket.version, "IV"),
        "reason": ticket.version.reasons.filter(kind="SEVERITY_CHANGE").order_by("position")[0],
        "explanation": "It is less.",
        "by": make_staff(),
    }

    with pytest.raises(services.Refused, match="is closed"), transaction.atomic():
        services.change_severity(ticket=ticket, at=late, **change)
    services.change_severity(ticket=ticket, at=later(hours=49), **change)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.severity.key) == ("SOLVED", "IV")


@pytest.mark.clause("V-3.4.2", "R-17")
def test_what_silence_lowered_by_itself_is_lowered_before_a_person_changes_it():
    lowering = {'on_miss = "propose"': 'on_miss = "lower"'}
    text = (PRESETS / f"{PREMIUM}.toml").read_text("utf-8")
    version = make_policy(text=text, changes=lowering)
    ticket = make_ticket(
        requester=make_client(order=make_order(version=version, plan="gold")), severity="II"
    )
    by = make_staff()
    services.ask_client(ticket=ticket, text="Which?", by=by, at=later(minutes=1), act_key="q")

    services.change_severity(
        ticket=ticket,
        to=severity_of(version, "I"),
        reason=version.reasons.filter(kind="SEVERITY_CHANGE").order_by("position")[0],
        explanation="All of it is down.",
        by=by,
        at=later(days=2),
    )
    services.sweep_follow_ups(at=later(days=3))

    ticket.refresh_from_db()
    assert ticket.severity.key == "I"
    assert [(each["from"], each["to"]) for each in facts(ticket, "SEVERITY_CHANGED")] == [
        *(("II", "III"), ("III", "I")),
    ]
