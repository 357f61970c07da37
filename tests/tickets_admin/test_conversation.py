"""What was said keeps its author and what it was, on whatever ticket it is by now."""

import pytest

from apps.tickets import services
from tests.factories import make_client, make_staff, make_ticket, severity_of
from tests.tickets.reading import later
from tests.tickets_admin.pages import page_of, reader

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-8.1.4")]
SAID = [("Ada Client", "From the client"), ("vera", "Question to the client")]
CALLED = ("vera", "Call with the client")


def shown(ticket):
    """Who said it and what it was, in order."""
    rows = reader().get(page_of(ticket)).context["conversation"]
    return [(str(row.author or row.client.name), kind) for row, kind in rows]


@pytest.fixture
def vera():
    return make_staff(name="vera")


def talk(ticket, vera):
    services.ask_client(ticket=ticket, text="Which?", by=vera, at=later(hours=1), act_key="q")
    services.log_call(ticket=ticket, text="They rang.", by=vera, at=later(hours=2), act_key="c")


def test_what_was_said_on_a_duplicate_reads_as_it_did_there_however_often_it_moved(vera):
    client = make_client()
    last, into, gone = (make_ticket(requester=client) for _ in range(3))
    talk(gone, vera)

    services.merge(duplicate=gone, into=into, by=vera, at=later(hours=3), act_key="1")
    services.merge(duplicate=into, into=last, by=vera, at=later(hours=4), act_key="2")

    assert shown(last) == [SAID[0], SAID[0], *SAID, CALLED]


def test_what_was_split_off_reads_as_it_did_before(vera):
    ticket = make_ticket()
    services.client_replied(
        ticket=ticket, client=ticket.requester, text="And this?", at=later(hours=1), source_key="r"
    )
    services.give_workaround(ticket=ticket, text="So.", by=vera, at=later(hours=2), act_key="w")

    new = services.split(
        ticket=ticket,
        messages=list(ticket.messages.order_by("pk"))[1:],
        subject="This",
        severity=severity_of(ticket.version, "3"),
        by=vera,
        at=later(hours=3),
        act_key="s",
    )

    assert shown(new) == [SAID[0], ("vera", "Workaround to the client")]
    assert shown(ticket) == [SAID[0]]
