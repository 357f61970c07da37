"""Ending a ticket, and taking the end back."""

import pytest

from apps.tickets import services
from apps.tickets.services import Refused
from tests.factories import HARBOUR, make_policy, make_staff, make_ticket, reason_of
from tests.tickets.reading import deadline, everything, facts, later, log, mails, verdicts

pytestmark = pytest.mark.django_db


def close(ticket, *, reason="solved", text="It works again.", at=None, key="close"):
    services.solve(
        ticket=ticket,
        reason=reason_of(ticket.version, reason) if isinstance(reason, str) else reason,
        text=text,
        by=make_staff(),
        at=at or later(hours=2),
        act_key=key,
    )


def reopen(ticket, *, explanation="It broke again.", at=None):
    services.reopen(
        ticket=ticket, explanation=explanation, by=make_staff(), at=at or later(hours=6)
    )


@pytest.mark.clause("V-8.3", "V-2-resolution", "R-15")
def test_closing_tells_the_client_responds_and_ends_the_resolution_clock():
    ticket = make_ticket()

    close(ticket)

    ticket.refresh_from_db()
    message = ticket.messages.get(direction="OUT")
    assert ticket.status == "CLOSED"
    assert log(ticket)[2:] == [
        ("RESPONDED", later(hours=2)),
        ("SOLVED", later(hours=2)),
        ("CLOSED", later(hours=2)),
    ]
    assert facts(ticket, "CLOSED") == [
        {"reason": "solved", "label": "Solved", "message": message.pk}
    ]
    assert verdicts(ticket) == {
        "RESPONSE": ("MET", later(hours=4), later(hours=2)),
        "RESOLUTION": ("MET", later(hours=8), later(hours=2)),
    }
    assert mails("ticket.solved") == [ticket.requester.email]


def test_a_double_click_closes_once():
    ticket = make_ticket()
    close(ticket)
    before = everything()

    close(ticket, at=later(hours=3))

    assert everything() == before


def test_a_closed_ticket_is_not_closed_again():
    ticket = make_ticket()
    close(ticket)

    with pytest.raises(Refused, match=f"^{ticket.number} is closed already.$"):
        close(ticket, key="other")


@pytest.mark.clause("V-8.3")
def test_a_reason_of_another_kind_is_refused():
    ticket = make_ticket()

    with pytest.raises(Refused) as refused:
        close(ticket, reason="impact-changed")

    assert str(refused.value) == (
        "“The impact has changed” is not a closing reason of Harbour support v1."
    )


@pytest.mark.clause("V-8.3")
def test_a_reason_of_another_policy_is_refused():
    other = make_policy(text=HARBOUR.read_text().replace("harbour-support", "other-support"))
    ticket = make_ticket()

    with pytest.raises(Refused) as refused:
        close(ticket, reason=reason_of(other, "solved"))

    assert str(refused.value) == "“Solved” is not a closing reason of Harbour support v1."


def test_closing_without_a_word_is_refused_and_leaves_the_ticket_open():
    ticket = make_ticket()

    with pytest.raises(Refused, match="an empty message is not sent"):
        close(ticket, text=" ")

    ticket.refresh_from_db()
    assert (ticket.status, len(log(ticket))) == ("OPEN", 2)


@pytest.mark.clause("R-15")
def test_reopened_the_clock_runs_on_and_the_time_between_does_not_count():
    ticket = make_ticket()
    close(ticket)

    reopen(ticket)

    ticket.refresh_from_db()
    assert (ticket.status, log(ticket)[-1]) == ("OPEN", ("REOPENED", later(hours=6)))
    assert facts(ticket, "REOPENED") == [{"explanation": "It broke again."}]
    # Nine in the morning and two hours used; from three in the afternoon five fit in until eight.
    assert verdicts(ticket)["RESOLUTION"] == ("OPEN", later(hours=24), None)


def test_what_is_not_closed_is_not_reopened():
    ticket = make_ticket()

    with pytest.raises(Refused, match=f"^{ticket.number} is not closed.$"):
        reopen(ticket)


def test_reopening_needs_a_sentence():
    ticket = make_ticket()
    close(ticket)

    with pytest.raises(Refused) as refused:
        reopen(ticket, explanation=" ")

    assert str(refused.value) == "Say in a sentence why it is opened again."


@pytest.mark.clause("R-15")
def test_a_miss_stays_when_the_ticket_is_closed_and_reopened():
    ticket = make_ticket()
    services.sweep_deadlines(at=later(hours=9))

    close(ticket, at=later(hours=10))
    assert deadline(ticket, "RESOLUTION").ended_at == later(hours=10)
    reopen(ticket, at=later(hours=11))

    assert verdicts(ticket)["RESOLUTION"] == ("MISSED", later(hours=8), later(hours=8))
    assert deadline(ticket, "RESOLUTION").ended_at is None
