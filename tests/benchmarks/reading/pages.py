"""The page of a ticket with two hundred events, in turn with that of one with five."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.contracts.models import User
from apps.tickets.models import Ticket
from apps.tickets.services import answer, ask_client, client_replied
from tests.benchmarks.harness import Ratio, medians
from tests.factories import MORNING, make_staff, make_ticket

SHORT, LONG = 5, 200  # events
ROUNDS, PAGES = 9, 4
MOST_QUERIES, TIMES = 20, 2
HOST = "127.0.0.1"

Open = Callable[[], None]


def races() -> list[Ratio]:
    """Return the ratio of time, and of the queries to those that are allowed."""
    call_command("migrate", verbosity=0)
    agent = make_staff()
    agent.groups.add(Group.objects.get(name="Support agents"))
    short, long = (opener(ticket_of(events, agent), agent) for events in (SHORT, LONG))
    for page in (short, long):
        page()  # templates are compiled, caches warm
    of_short, of_long = (seconds / PAGES * 1000 for seconds in medians(short, long, ROUNDS))
    with CaptureQueriesContext(connection) as found:
        long()
    queries = len(found) / PAGES
    note = f"{of_long:.1f} ms to {of_short:.1f} ms a page"
    return [
        Ratio(f"a page of {LONG} events to one of {SHORT}", of_long / of_short, TIMES, False, note),
        Ratio(f"queries of a page of {LONG} events", queries, MOST_QUERIES, at_least=False),
    ]


def ticket_of(events: int, by: User) -> Ticket:
    """Return a ticket on which agent and client wrote to each other until so much had happened."""
    ticket = make_ticket(at=MORNING)
    turn = 0
    while ticket.events.count() < events:
        turn += 1
        at = MORNING + timedelta(minutes=turn)
        text = f"Line {turn}: we looked at the trunk and see no loss on our side since the change."
        if turn % 3 == 1:
            answer(ticket=ticket, text=text, by=by, at=at, act_key=f"answer-{turn}")
        elif turn % 3 == 2:
            ask_client(ticket=ticket, text=text, by=by, at=at, act_key=f"ask-{turn}")
        else:
            client_replied(
                ticket=ticket, client=ticket.requester, text=text, at=at, source_key=f"mail:{turn}"
            )
    return ticket


def opener(ticket: Ticket, agent: User) -> Open:
    """Return what opens the ticket's page as that agent, some times over."""
    browser = Client(SERVER_NAME=HOST)
    browser.force_login(agent)
    page = reverse("admin:tickets_ticket_change", args=[ticket.pk])

    def open_page() -> None:
        for _ in range(PAGES):
            found = browser.get(page)
            assert found.status_code == 200, found.content[:500]

    return open_page
