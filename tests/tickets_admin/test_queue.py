"""The queue: its rows, its filters, and finding a ticket by its number."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.contracts.models import Account
from apps.tickets import services
from tests.factories import make_client, make_order, make_staff, make_ticket, reason_of
from tests.tickets.reading import later
from tests.tickets_admin.pages import QUEUE, agent, page_of, reader, subjects, text_of

pytestmark = pytest.mark.django_db


def closed(**facts):
    ticket = make_ticket(**facts)
    reason = reason_of(ticket.version, "solved")
    services.solve(
        ticket=ticket, reason=reason, text="Done.", by=make_staff(), at=later(), act_key="close"
    )
    return ticket


def queue(query="", client=None):
    return subjects((client or reader()).get(QUEUE + query))


def test_a_row_says_what_is_left_and_whose_turn_it_is():
    ticket = make_ticket(severity="3", subject="Echo on the line")

    with time_machine.travel(later(hours=1), tick=False):
        text = text_of(reader().get(QUEUE))

    assert f"Response 3 h left {ticket.number} Echo on the line" in text
    assert "Priority 3 Our turn Nobody" in text


@pytest.mark.parametrize("form", ["{pk}", "000{pk}", "FL-{pk:06d}", " fl-{pk} ", "fl{pk}"])
def test_a_ticket_is_found_by_its_number_however_it_is_written_even_when_closed(form):
    ticket = closed(subject="this one")
    make_ticket(subject="another")

    assert queue("?q=" + form.format(pk=ticket.pk)) == ["this one"]


def test_the_queue_is_narrowed_by_turn():
    make_ticket(subject="ours")
    waiting = make_ticket(subject="theirs")
    services.ask_client(ticket=waiting, text="?", by=make_staff(), at=later(), act_key="ask")
    closed(subject="done")

    assert queue("?status=OPEN") == ["ours"]
    assert queue("?status=WAITING") == ["theirs"]
    assert queue("?status=CLOSED") == ["done"]
    assert queue("?status=all") == ["done", "theirs", "ours"]


def test_the_queue_is_narrowed_by_severity_account_and_plan():
    one, two = make_ticket(subject="one", severity="1"), make_ticket(subject="two", severity="2")

    assert queue(f"?severity={one.severity_id}") == ["one"]
    assert queue(f"?severity={one.severity_id},{two.severity_id}") == ["one", "two"]
    assert queue(f"?account={two.account_id}") == ["two"]
    assert queue(f"?plan={one.plan_id}") == ["one", "two"]


def test_the_queue_is_narrowed_by_desk():
    client, me = agent()
    other = make_staff()
    make_ticket(subject="mine", assignee=me)
    make_ticket(subject="nobody's")
    make_ticket(subject="other's", assignee=other)

    assert queue("?assignee=me", client) == ["mine"]
    assert queue("?assignee=nobody", client) == ["nobody's"]
    assert queue(f"?assignee={other.pk}", client) == ["other's"]


def test_the_queue_is_narrowed_to_what_was_missed():
    make_ticket(subject="missed", severity="2")
    make_ticket(subject="in time", severity="4")
    services.sweep_deadlines(at=later(hours=3))

    assert (queue("?missed=1"), queue("?missed=0")) == (["missed"], ["in time"])


@pytest.mark.parametrize(
    "query",
    [
        "?status=NONSENSE",
        "?severity=x",
        "?account=99999999999999999999",
        "?plan=-1",
        "?assignee=%00",
        "?assignee=²",
    ],
)
def test_a_filter_that_makes_no_sense_finds_nothing(query):
    make_ticket()

    assert queue(query) == []


@pytest.mark.parametrize("query", ["?q=%00", "?q=" + "9" * 30, "?p=x", "?nonsense=1", "?missed=7"])
def test_an_address_that_makes_no_sense_is_no_error(query):
    make_ticket()

    assert reader().get(QUEUE + query).status_code in (200, 302)


def count_queries(client):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(QUEUE)
    return len(queries)


def test_a_page_costs_the_same_however_many_rows_it_has():
    client, me = agent()
    for _ in range(5):
        make_ticket(assignee=me)
    count_queries(client)  # what is read once a process
    few = count_queries(client)
    for _ in range(45):
        make_ticket(assignee=make_staff())

    assert len(queue(client=client)) == 50
    assert count_queries(client) == few <= 10


def test_nothing_is_added_edited_or_deleted_by_hand(admin_client):
    ticket = make_ticket()

    answers = [
        admin_client.get(QUEUE + "add/"),
        admin_client.get(page_of(ticket).replace("change", "delete")),
        admin_client.post(page_of(ticket), {"subject": "Mine now"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_markup_in_subjects_and_names_is_shown_not_obeyed():
    account = Account.objects.create(name="<img src=x onerror=alert(1)>")
    make_ticket(
        subject="<script>alert(2)</script>",
        requester=make_client(order=make_order(account=account)),
    )

    page = reader().get(QUEUE).content.decode()

    assert "<script>alert(2)" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in page
