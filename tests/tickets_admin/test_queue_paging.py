"""Turning the queue's pages: by the place of a row, never by counting off."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.tickets import services
from apps.tickets.admin.queue import QueueAdmin
from apps.tickets.models import Ticket
from tests.factories import MORNING, make_client, make_ticket
from tests.tickets.reading import later
from tests.tickets_admin.pages import QUEUE, agent, reader, subjects

pytestmark = pytest.mark.django_db
NO_PLACES = [
    "after=",
    "after=x",
    "after=1",
    "after=1.2",
    "after=1.2.3.4",
    "after=-1.2.3",
    "after=0.99999999999999999999.1",
    "after=9999999999999999.9999999999999999.9999999999999999",
    "after=%00",
    "after=²",
    "after=1.2.3%27;DROP",
    "before=0.0.0",
    "before=nonsense",
    "after=x&before=y",
    "after=1.5e3.1",
]


@pytest.fixture(autouse=True)
def small_pages(monkeypatch):
    """Two rows a page, so that few tickets make many pages."""
    monkeypatch.setattr(QueueAdmin, "list_per_page", 2)


@pytest.fixture
def five():
    """Five tickets that came in pairs at the same instants."""
    client = make_client()
    for number in range(5):
        at = MORNING + timedelta(minutes=number // 2)
        make_ticket(subject=f"{number}", requester=client, at=at)


def walk(query, way="next_page"):
    """The pages from there on, each as its subjects."""
    client, pages = reader(), []
    while query is not None:
        answer = client.get(QUEUE + query)
        pages.append(subjects(answer))
        query = getattr(answer.context["cl"], way) or None
    return pages


@pytest.mark.parametrize("query", ["", "?view=ours", "?view=open", "?view=unassigned"])
def test_pages_follow_each_other_without_a_gap_where_instants_are_the_same(five, query):
    assert walk(query) == [["0", "1"], ["2", "3"], ["4"]]


def test_pages_lead_back_the_way_they_came(five):
    last = reader().get(QUEUE).context["cl"].next_page
    last = reader().get(QUEUE + last).context["cl"].next_page

    assert walk(last, "previous_page") == [["4"], ["2", "3"], ["0", "1"]]


def test_lists_that_are_put_together_are_one_list(five):
    Ticket.objects.filter(subject__in=["1", "2"]).update(status="ANSWERED")

    assert walk("?view=ours") == [["0", "1"], ["2", "3"], ["4"]]
    assert walk("?view=closure") == [["1", "2"]]


def test_next_due_and_missed_turn_pages_too(five):
    due = walk("?view=due")
    services.sweep_deadlines(at=later(hours=5))

    assert due == [["0", "1"], ["2", "3"], ["4"]]
    assert walk("?view=missed") == [["4", "3"], ["2", "1"], ["0"]]
    assert walk("?view=missed", "previous_page") == [["4", "3"]]


def test_search_and_all_tickets_turn_pages_the_newest_first(five):
    assert walk("?q=works") == [["4", "3"], ["2", "1"], ["0"]]
    assert walk("?status=all") == [["4", "3"], ["2", "1"], ["0"]]


def test_a_page_keeps_its_filters(five):
    answer = reader().get(QUEUE + "?desk=CENTRE")

    page = answer.context["cl"].next_page
    assert page.startswith("?desk=CENTRE&view=open&after=")
    assert subjects(reader().get(QUEUE + page)) == ["2", "3"]


def test_a_filter_begins_at_its_first_page(five):
    page = reader().get(QUEUE).context["cl"].next_page
    body = reader().get(QUEUE + page).content.decode()

    assert "desk=CENTRE&amp;view=ours" in body
    assert "desk=CENTRE&amp;after" not in body
    assert "after=" not in body.replace(page, "").split("tk-paging")[0]


@pytest.mark.parametrize("view", ["ours", "due", "missed", "mine"])
def test_a_place_that_makes_no_sense_is_the_first_page(five, view):
    client = reader()
    first = subjects(client.get(f"{QUEUE}?view={view}"))

    answers = {place: client.get(f"{QUEUE}?view={view}&{place}") for place in NO_PLACES}

    found = {place: (answer.status_code, subjects(answer)) for place, answer in answers.items()}
    assert found == dict.fromkeys(NO_PLACES, (200, first))


def test_a_place_whose_rows_are_gone_is_the_first_page(five):
    page = reader().get(QUEUE + reader().get(QUEUE).context["cl"].next_page)
    last = page.context["cl"].next_page
    Ticket.objects.filter(subject="4").update(status="WAITING")

    assert subjects(reader().get(QUEUE + last)) == ["0", "1"]


def test_a_place_of_a_row_that_moved_goes_on_from_where_it_was(five):
    page = reader().get(QUEUE).context["cl"].next_page
    Ticket.objects.filter(subject="1").update(status="WAITING")

    assert subjects(reader().get(QUEUE + page)) == ["2", "3"]


@pytest.mark.parametrize("view", ["ours", "due", "missed", "open", "mine"])
def test_a_page_costs_the_same_however_long_it_is_and_however_far_down(view, monkeypatch):
    client, me = agent()
    requester = make_client()
    for _ in range(13):
        make_ticket(requester=requester, assignee=me)
    services.sweep_deadlines(at=later(hours=5))
    client.get(QUEUE)  # what is read once a process

    def queries(query, rows):
        with CaptureQueriesContext(connection) as found:
            assert len(subjects(client.get(QUEUE + query))) == rows
        return len(found)

    few = queries(f"?view={view}", 2)
    far = queries(client.get(f"{QUEUE}?view={view}").context["cl"].next_page, 2)
    monkeypatch.setattr(QueueAdmin, "list_per_page", 12)

    assert (far, queries(f"?view={view}", 12)) == (few, few)
    assert few <= 10


def test_nothing_is_counted_off(five):
    page = reader().get(QUEUE).context["cl"].next_page
    client = reader()

    with CaptureQueriesContext(connection) as found:
        client.get(QUEUE + page)

    assert [query["sql"] for query in found if "OFFSET" in query["sql"]] == []


def test_who_takes_a_ticket_stays_on_the_page(five):
    client, me = agent()
    page = client.get(QUEUE).context["cl"].next_page
    ticket = Ticket.objects.get(subject="3")

    answer = client.post(QUEUE + page, {"action": "take", "_selected_action": [ticket.pk]})

    ticket.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, QUEUE + page)
    assert ticket.assignee == me
