"""The views of the queue: what each holds, and how many."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.tickets import services
from apps.tickets.admin import queue_counts
from apps.tickets.admin.queue_counts import shown
from apps.tickets.models import Ticket
from tests.factories import make_staff, make_ticket, reason_of
from tests.tickets.reading import later
from tests.tickets_admin.pages import QUEUE, agent, reader, signed_in, subjects, text_of

pytestmark = pytest.mark.django_db


def in_view(key, client=None):
    return subjects((client or reader()).get(f"{QUEUE}?view={key}"))


def tabs(client=None, query=""):
    return [
        (tab.title, tab.count) for tab in (client or reader()).get(QUEUE + query).context["cl"].tabs
    ]


def waiting(**facts):
    ticket = make_ticket(**facts)
    services.ask_client(ticket=ticket, text="?", by=make_staff(), at=later(), act_key=ticket.number)
    return ticket


def closed(**facts):
    ticket = make_ticket(**facts)
    reason = reason_of(ticket.version, "solved")
    call = {"text": "Done.", "by": make_staff(), "at": later(), "act_key": ticket.number}
    services.solve(ticket=ticket, reason=reason, **call)
    return ticket


def in_status(status, **facts):
    """A ticket of a status, as the services will leave it."""
    ticket = make_ticket(**facts)
    Ticket.objects.filter(pk=ticket.pk).update(status=status)
    return ticket


@pytest.fixture
def everything():
    """One ticket of each status, in the order of their numbers."""
    make_ticket(subject="open")
    waiting(subject="waiting")
    in_status("SOLVED", subject="solved")
    in_status("ANSWERED", subject="answered")
    in_status("SUSPENDED", subject="suspended")
    closed(subject="closed")


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("ours", ["open", "answered"]),
        ("waiting", ["waiting"]),
        ("closure", ["solved", "answered"]),
        ("suspended", ["suspended"]),
        ("open", ["open", "waiting", "solved", "answered", "suspended"]),
        ("nonsense", ["open", "answered"]),
        ("", ["open", "answered"]),
    ],
)
@pytest.mark.clause("V-8.2.3")
def test_a_view_holds_the_tickets_of_its_statuses(everything, key, found):
    assert in_view(key) == found


def test_without_a_view_the_queue_is_what_is_ours_to_do(everything):
    assert subjects(reader().get(QUEUE)) == ["open", "answered"]


def test_with_a_filter_and_no_view_it_is_all_that_is_not_closed(everything):
    assert len(subjects(reader().get(QUEUE + "?desk=CENTRE"))) == 5


def test_mine_and_unassigned_hold_what_is_not_closed():
    client, me = agent()
    make_ticket(subject="mine", assignee=me)
    closed(subject="was mine", assignee=me)
    make_ticket(subject="another's", assignee=make_staff())
    waiting(subject="nobody's")

    assert in_view("mine", client) == ["mine"]
    assert in_view("unassigned", client) == ["nobody's"]


def test_next_due_has_each_ticket_once_by_what_is_due_first():
    make_ticket(subject="response in 8 h", severity="4")
    make_ticket(subject="response in 4 h", severity="3")
    answered = make_ticket(subject="answered, resolution in 8 h", severity="3")
    services.answer(ticket=answered, text="Hi.", by=make_staff(), at=later(), act_key="a")
    waiting(subject="the client's turn")
    closed(subject="closed")

    found = in_view("due")

    assert found[0] == "response in 4 h"
    assert sorted(found) == sorted({*found})
    assert "the client's turn" not in found
    assert "closed" not in found


def test_missed_has_each_ticket_once_the_latest_miss_first():
    both = make_ticket(subject="both missed", severity="3")
    make_ticket(subject="response missed", severity="3", at=later(hours=1))
    make_ticket(subject="in time", severity="4", at=later(hours=1))
    over = closed(subject="missed, but closed", severity="2", at=later(hours=-5))
    services.sweep_deadlines(at=later(hours=8, seconds=1))
    over.refresh_from_db()

    assert both.deadlines.filter(state="MISSED").count() == 2
    assert in_view("missed") == ["both missed", "response missed"]


def test_each_view_says_how_many_there_are(everything):
    assert tabs() == [
        ("Our turn", "2"),
        ("Mine", "0"),
        ("Unassigned", "5"),
        ("Next due", "4"),
        ("Missed", "0"),
        ("Waiting on client", "1"),
        ("Awaiting closure", "2"),
        ("Suspended", "1"),
        ("All not closed", "5"),
    ]


def test_a_ticket_with_two_deadlines_counts_once():
    make_ticket(severity="3")
    services.sweep_deadlines(at=later(hours=9))

    assert dict(tabs())["Missed"] == "1"


def test_counts_stop_at_their_cap(monkeypatch):
    monkeypatch.setattr(queue_counts, "CAP", 3)
    for _ in range(4):
        make_ticket()

    counts = dict(tabs())

    assert (counts["Our turn"], counts["Next due"], counts["Mine"]) == ("2+", "2+", "0")


def test_a_capped_count_is_read_as_more_than():
    assert [shown(count) for count in (0, 999, 1000)] == ["0", "999", "999+"]


def test_all_counts_are_read_in_one_statement(everything):
    client = reader()
    client.get(QUEUE)

    with CaptureQueriesContext(connection) as found:
        client.get(QUEUE)

    counting = [query["sql"] for query in found if "COUNT(*)" in query["sql"]]
    assert len([sql for sql in counting if sql.count("COUNT(") >= 9]) == 1


def test_who_may_see_refused_requests_is_led_to_them(admin_client):
    titles = [title for title, _ in tabs(admin_client)]
    page = text_of(admin_client.get(QUEUE))

    assert titles.index("Not entitled") == titles.index("All not closed") - 1
    assert "Not entitled 0" in page
    assert "Not entitled" not in dict(tabs())


def test_the_view_that_is_looked_at_is_marked_and_kept_by_filters(everything):
    answer = reader().get(QUEUE + "?view=waiting")
    page = answer.content.decode()

    assert 'href="?view=waiting" aria-current="page"' in page
    assert "desk=CENTRE&amp;view=waiting" in page
    assert "status=CLOSED&amp;view" not in page


def test_a_status_is_looked_at_whatever_view_is_named(everything):
    assert subjects(reader().get(QUEUE + "?view=waiting&status=CLOSED")) == ["closed"]


def test_a_filter_narrows_a_view():
    client, me = signed_in("view_ticket", "change_ticket")
    make_ticket(subject="mine", assignee=me, severity="2")
    make_ticket(subject="mild", assignee=me, severity="4")
    severity = Ticket.objects.get(subject="mine").severity_id

    found = subjects(client.get(f"{QUEUE}?view=mine&severity={severity}"))

    assert found == ["mine"]
