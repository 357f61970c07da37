"""The queue's search box."""

import pytest

from apps.tickets import services
from tests.factories import make_client, make_staff, make_ticket, reason_of
from tests.tickets.reading import later
from tests.tickets_admin.pages import QUEUE, agent, reader, subjects, text_of

pytestmark = pytest.mark.django_db


def search(text, more="", client=None):
    return subjects((client or reader()).get(QUEUE, {"q": text, **dict([more] if more else [])}))


def closed(**facts):
    ticket = make_ticket(**facts)
    reason = reason_of(ticket.version, "solved")
    call = {"text": "Done.", "by": make_staff(), "at": later(), "act_key": ticket.number}
    services.solve(ticket=ticket, reason=reason, **call)
    return ticket


def test_words_are_looked_for_everywhere_the_newest_first():
    make_ticket(subject="Echo", text="On the gateway.")
    closed(subject="Old echo", text="Our gateway hums.")
    make_ticket(subject="No dial tone")

    assert search("gateway") == ["Old echo", "Echo"]


def test_what_is_found_can_be_narrowed():
    client, me = agent()
    make_ticket(subject="mine", assignee=me)
    make_ticket(subject="another's")
    closed(subject="closed", assignee=me)

    assert search("nothing works", ("assignee", "me"), client) == ["closed", "mine"]
    assert search("nothing works", ("status", "OPEN"), client) == ["another's", "mine"]
    assert search("nothing works", ("assignee", "x"), client) == []


def test_a_view_does_not_narrow_a_search():
    closed(subject="closed")

    assert search("nothing", ("view", "waiting")) == ["closed"]


def test_a_number_comes_first_even_where_it_is_a_word_elsewhere():
    ticket = make_ticket(subject="this one")
    make_ticket(subject="another", text=f"As in {ticket.number}, {ticket.pk}.")

    assert search(ticket.number) == ["this one"]
    assert search(str(ticket.pk)) == ["this one"]


def test_a_number_that_no_ticket_has_is_a_word():
    make_ticket(subject="order", text="Order 987654321 is late.")

    assert search("987654321") == ["order"]
    assert search("9876543") == ["order"]


def test_nothing_found_says_so():
    make_ticket()

    assert "Nothing fits this search and these filters." in text_of(reader().get(QUEUE + "?q=xyz"))


@pytest.mark.parametrize(
    "text",
    ["!", "&|:*", "'", "\x00", "%", "x" * 20_000, "9" * 30, "a b " * 500, "\u202e", "'); --"],
)
def test_no_text_is_an_error(text):
    make_ticket(requester=make_client())

    assert reader().get(QUEUE, {"q": text}).status_code == 200


def test_what_was_looked_for_is_shown_not_obeyed():
    page = reader().get(QUEUE, {"q": '"><script>alert(1)</script>'}).content.decode()

    assert "<script>alert(1)" not in page
