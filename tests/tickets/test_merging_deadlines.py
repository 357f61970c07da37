"""What merging and splitting do to the clocks: the rows equal what the history gives."""

import pytest

from apps.tickets import services
from apps.tickets.services.prove import prove_deadlines
from tests.factories import make_client, make_order, make_staff, make_ticket
from tests.tickets.reading import later, verdicts

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return make_client(order=make_order())


def ask(ticket, *, at):
    by = make_staff()
    services.ask_client(ticket=ticket, text="Which one?", by=by, at=at, act_key=f"ask{at}")


def differences():
    return [text for proof in prove_deadlines() for text in proof.differences]


def merge(duplicate, into, *, at):
    services.merge(duplicate=duplicate, into=into, by=make_staff(), at=at, act_key="m")
    for ticket in (duplicate, into):
        ticket.refresh_from_db()


@pytest.mark.clause("V-2-resolution")
def test_the_duplicate_ends_the_wait_for_the_client_from_its_registration_on(client):
    first = make_ticket(requester=client)
    due_at = verdicts(first)["RESOLUTION"][1]
    ask(first, at=later(minutes=10))
    second = make_ticket(requester=client, at=later(minutes=30))

    merge(second, first, at=later(minutes=50))

    # The client's side lasted from the question to the duplicate: 20 minutes, not 40.
    assert (first.status, verdicts(first)["RESOLUTION"][:2]) == (
        "OPEN",
        ("OPEN", due_at + (later(minutes=20) - later())),
    )
    assert differences() == []


@pytest.mark.clause("V-2-resolution")
def test_a_duplicate_that_was_there_before_the_question_leaves_no_pause(client):
    first = make_ticket(requester=client)
    due_at = verdicts(first)["RESOLUTION"][1]
    second = make_ticket(requester=client, at=later(minutes=5))
    ask(first, at=later(minutes=10))

    merge(second, first, at=later(minutes=50))

    assert (first.status, verdicts(first)["RESOLUTION"][1]) == ("OPEN", due_at)


@pytest.mark.clause("V-2-response", "V-2-resolution")
def test_what_is_open_on_the_duplicate_is_owed_no_more_and_never_missed(client):
    first = make_ticket(requester=client)
    second = make_ticket(requester=client, at=later(minutes=30))

    merge(second, first, at=later(minutes=50))
    services.sweep_deadlines(at=later(days=9))

    assert second.status == "CLOSED"
    assert [state for state, *_ in verdicts(second).values() if state in ("OPEN", "MISSED")] == []
    assert {kind for kind, row in verdicts(first).items() if row[0] == "MISSED"} == {
        "RESPONSE",
        "RESOLUTION",
    }


@pytest.mark.clause("R-17")
def test_rows_after_a_split_are_what_the_history_gives(client):
    ticket = make_ticket(requester=client)
    services.client_replied(
        ticket=ticket, client=client, text="And?", at=later(minutes=5), source_key="r"
    )
    ask(ticket, at=later(minutes=20))

    new = services.split(
        ticket=ticket,
        messages=[ticket.messages.get(text=text) for text in ("And?", "Which one?")],
        subject="And",
        severity=ticket.severity,
        by=make_staff(),
        at=later(hours=1),
        act_key="s",
    )

    assert new.status == "WAITING"
    assert differences() == []
