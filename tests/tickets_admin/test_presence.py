"""Two agents on one ticket: who else is there, and what a late writer is told."""

import re

import pytest
import time_machine

from apps.tickets import services
from apps.tickets.models import Viewer
from tests.factories import make_client, make_staff, make_ticket, reason_of, severity_of
from tests.tickets.reading import later
from tests.tickets_admin.pages import agent, done, live_of, page_of, said, send, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(later(minutes=30), tick=False) as found:
        yield found


@pytest.fixture
def ticket():
    return make_ticket(severity="3")


def both(ticket):
    """Two browsers that have the page open, and what it showed last."""
    mia, tom = (signed_in("view_ticket", "change_ticket", name=name)[0] for name in ("mia", "tom"))
    page = mia.get(page_of(ticket))
    return mia, tom, re.search(r'name="seen" value="(\d+)"', page.content.decode())[1]


def present(response):
    found = re.search(r'id="presence".*?</p>', response.content.decode(), re.S)
    return " ".join(re.sub(r"<[^>]+>|^[^>]*>", " ", found[0]).split())


def seen_by(response):
    return re.search(r"\?seen=(\w+)", response.content.decode())[1]


def test_each_sees_the_other_look_and_write_and_leave(ticket, clock):
    mia, tom, _ = both(ticket)
    mia.get(live_of(ticket))
    opened = tom.get(page_of(ticket))
    mark = seen_by(opened)

    same = tom.get(live_of(ticket), {"seen": mark})
    mia.get(live_of(ticket), {"writing": "1"})
    writes = tom.get(live_of(ticket), {"seen": mark})
    clock.shift(46)
    left = tom.get(live_of(ticket), {"seen": seen_by(writes)})

    assert present(opened) == "mia is looking at this"
    assert same.status_code == 204
    assert present(writes) == "mia is writing …"
    assert present(left) == ""
    assert Viewer.objects.count() == 2


def test_a_name_is_shown_as_it_is_written(ticket):
    odd, _ = signed_in("view_ticket", name="<i>mia</i>")
    odd.get(live_of(ticket))

    page = agent()[0].get(page_of(ticket)).content.decode()

    assert "<strong>&lt;i&gt;mia&lt;/i&gt;</strong> is looking at this" in page


def test_who_is_not_signed_in_is_not_noted(client, ticket):
    client.get(live_of(ticket))
    client.get(page_of(ticket))

    assert Viewer.objects.count() == 0


@pytest.mark.parametrize("act", ["answer", "ask", "solve"])
def test_a_late_text_is_kept_and_told_what_came_before_it_and_goes_through_next(ticket, act):
    mia, tom, seen = both(ticket)
    send(mia, ticket, "write", act="answer", text="Try now.", seen=seen)
    late = {
        "act": act,
        "text": "Mine <b>too</b>.",
        "reason": reason_of(ticket.version, "solved").pk,
    }

    refused = send(tom, ticket, "write", seen=seen, **late)
    told = text_of(refused)
    shown = re.search(r'name="seen" value="(\d+)"', refused.content.decode())[1]
    again = send(tom, ticket, "write", seen=shown, **late)

    assert (refused.status_code, again.status_code) == (422, 302)
    assert (
        "the ticket has moved on since you read it: Answered the client (mia, Wed 4 Mar 2026,"
        in told
    )
    assert "Mine &lt;b&gt;too&lt;/b&gt;.</textarea>" in refused.content.decode()
    assert "Try now." in told
    assert [text for _, text in said(ticket)] == ["Try now.", "Mine <b>too</b>."]


@pytest.mark.parametrize("act", ["note", "call"])
def test_what_the_client_is_not_told_is_kept_at_once(ticket, act):
    mia, tom, seen = both(ticket)
    send(mia, ticket, "write", act="answer", text="Try now.", seen=seen)

    assert send(tom, ticket, "write", act=act, text="Hm.", seen=seen).status_code == 302


def test_a_client_who_wrote_meanwhile_is_named_as_the_client(ticket):
    _, tom, seen = both(ticket)
    client = make_client(order=ticket.order)
    services.client_replied(
        ticket=ticket, client=client, text="It works!", at=later(minutes=31), source_key="r"
    )

    refused = send(tom, ticket, "write", act="answer", text="Mine.", seen=seen)

    assert "The client wrote: it is our turn (the client, Wed 4 Mar" in text_of(refused)
    assert "It works!" in text_of(refused)


def test_a_late_severity_is_told_of_a_closure_and_then_of_where_it_stands(ticket):
    mia, tom, seen = both(ticket)
    solved = reason_of(ticket.version, "solved").pk
    send(mia, ticket, "write", act="solve", text="Solved.", reason=solved, seen=seen)
    late = {
        "to": severity_of(ticket.version, "2").pk,
        "reason": reason_of(ticket.version, "impact-changed").pk,
        "explanation": "Worse.",
    }

    first = send(tom, ticket, "severity", seen=seen, **late)
    second = send(tom, ticket, "severity", **late)

    assert (first.status_code, second.status_code) == (422, 422)
    assert "Closed. Solved (mia" in text_of(first)
    assert "Worse.</textarea>" in first.content.decode()
    assert "Reopen it before you change its severity" in text_of(second)


def test_a_double_click_is_not_overtaken_by_its_own_first_click(ticket):
    mia, _, seen = both(ticket)
    form = {"act": "answer", "text": "Once.", "act_key": "6f1d1a1c-6f0f-4a3c-8f87-0c6b6f7d5a11"}

    answers = [send(mia, ticket, "write", seen=seen, **form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert done(ticket) == ["RESPONDED"]


@pytest.mark.parametrize("garbage", ["x", "-1", "99999999999999999999", "\0", "1.5"])
def test_a_seen_that_is_none_is_asked_for_again_and_the_text_is_still_there(ticket, garbage):
    answer = send(agent()[0], ticket, "write", act="answer", text="Typed.", seen=garbage)

    assert answer.status_code == 422
    assert "send it once more" in text_of(answer)
    assert "Typed.</textarea>" in answer.content.decode()


def test_a_page_asks_so_many_queries_however_many_are_there(ticket, django_assert_num_queries):
    browser, _ = agent()
    for _ in range(5):
        services.note_viewer(
            ticket=ticket, user=make_staff(), is_writing=True, at=later(minutes=30)
        )
    browser.get(page_of(ticket))

    with django_assert_num_queries(16):
        browser.get(page_of(ticket))
