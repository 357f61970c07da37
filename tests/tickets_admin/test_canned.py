"""Canned replies: kept with their history, and put into the text box without sending anything."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.tickets.models import CannedReply
from apps.tickets.queries import DUTY_MANAGERS
from tests.factories import make_client, make_staff, make_ticket
from tests.tickets_admin.pages import agent, markup_of, page_of, reader, said, signed_in, text_of

pytestmark = pytest.mark.django_db
ADD = reverse("admin:tickets_cannedreply_add")
BODY = (
    "Dear {first_name} ({requester}, {account}),\n{number} “{subject}” is {severity}. You hear from"
    " us by {response_due}; it is solved by {resolution_due}. Write to {mailbox}. {{ok}}\n{agent}"
)


def make_reply(body="Hello {first_name}", **facts):
    return CannedReply.objects.create(**{"title": "Greeting", "body": body, **facts})


def fill(ticket, reply, client=None, *, headers=None, **typed):
    url = reverse("admin:tickets_ticket_canned", args=[ticket.pk])
    given = {"canned": reply.pk if reply else "", **typed}
    return (client or agent()[0]).post(url, given, headers=headers)


def box(response):
    """What stands in the text box."""
    text = response.context["forms"]["write"]["text"]
    return text.value()


def member(group):
    user = make_staff()
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.clause("V-8.2.3", "V-3.7")
def test_a_reply_is_filled_in_for_the_ticket_on_the_policys_clock():
    ticket, (client, user) = make_ticket(), agent()

    page = fill(ticket, make_reply(BODY), client)

    assert (page.status_code, said(ticket)) == (200, [])
    assert box(page) == (
        f"Dear Ada (Ada Client, {ticket.account}),\n{ticket.number} “No dial tone” is Priority 3."
        " You hear from us by Wed 4 Mar 2026, 13:00 EST; it is solved by Wed 4 Mar 2026, 17:00 EST."
        f" Write to help@harbour.example.com. {{ok}}\n{user}"
    )


def test_what_has_no_time_says_so():
    ticket = make_ticket(severity="4")
    ticket.deadlines.all().delete()

    assert box(fill(ticket, make_reply("{response_due}"))) == "no fixed time"


def test_what_was_typed_and_chosen_stays_and_the_same_key_is_sent():
    ticket = make_ticket()
    key = "11111111-1111-4111-8111-111111111111"

    page = fill(ticket, make_reply(), act="ask", text="Typed.\r\n", act_key=key)

    assert box(page) == "Typed.\n\nHello Ada"
    assert page.context["forms"]["write"].chosen == "ask"
    assert f'value="{key}"' in markup_of(page)
    assert 'role="alert"' not in markup_of(page)


def test_values_are_text_on_the_page_and_are_not_filled_again():
    hostile = "</textarea><script>{agent} {{ 7 }} {% now 'Y' %}"
    ticket = make_ticket(subject=hostile)

    page = fill(ticket, make_reply("{subject}"))

    assert box(page) == hostile
    assert "</textarea><script>" not in markup_of(page)


def test_a_script_gets_the_words_alone():
    ticket = make_ticket(subject="<b>R&D</b>")

    answer = fill(ticket, make_reply("{subject}"), headers={"Accept": "text/plain"})
    nothing = fill(ticket, None, headers={"Accept": "text/plain"})

    assert (answer.content, answer["Content-Type"]) == (b"<b>R&D</b>", "text/plain; charset=utf-8")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert nothing.status_code == 404


@pytest.mark.parametrize("key", ["", "x", "999999", "9" * 40])
def test_what_is_not_there_is_not_put_in(key):
    ticket = make_ticket()
    url = reverse("admin:tickets_ticket_canned", args=[ticket.pk])

    page = agent()[0].post(url, {"canned": key, "text": "Typed."})

    assert box(page) == "Typed."
    assert "Choose a canned reply first." in text_of(page)


def test_one_that_is_not_offered_is_neither_shown_nor_put_in():
    ticket, reply = make_ticket(), make_reply(is_active=False)
    client, _ = agent()

    assert "Greeting" not in text_of(client.get(page_of(ticket)))
    assert box(fill(ticket, reply, client, text="Typed.")) == "Typed."


def test_who_may_not_write_may_not_fill_in():
    ticket = make_ticket()

    assert fill(ticket, make_reply(), reader()).status_code == 403
    assert fill(ticket, make_reply(title="b"), signed_in()[0]).status_code == 403
    assert agent()[0].get(reverse("admin:tickets_ticket_canned", args=[ticket.pk])).url == page_of(
        ticket
    )


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("Hi {nubmer}", "{nubmer} is no placeholder."),
        ("Hi {", "A single “{” stands alone. Write it twice, {{, to mean itself."),
    ],
)
def test_an_unknown_placeholder_or_a_lone_brace_is_refused_with_the_known_ones(body, why):
    page = member(DUTY_MANAGERS).post(ADD, {"title": "A", "body": body, "is_active": "on"})

    assert (page.status_code, CannedReply.objects.count()) == (200, 0)
    assert why in text_of(page)
    assert "The placeholders are {number}, {subject}, {requester}, {first_name}," in text_of(page)


def test_duty_managers_keep_them_with_a_history_and_agents_look():
    boss = member(DUTY_MANAGERS)
    given = {"title": "A", "body": "Hi {first_name}\r\nBye", "is_active": "on"}
    assert boss.post(ADD, given).status_code == 302
    reply = CannedReply.objects.get()
    change = reverse("admin:tickets_cannedreply_change", args=[reply.pk])

    boss.post(change, {**given, "title": "B", "change_reason": "Clearer"})
    reply.refresh_from_db()

    assert (reply.title, reply.body) == ("B", "Hi {first_name}\nBye")
    assert list(reply.history.values_list("title", "history_change_reason")) == [
        ("B", "Clearer"),
        ("A", None),
    ]
    clerk = member("Support agents")
    assert clerk.get(change).status_code == 200
    assert clerk.post(change, given).status_code == 403
    assert clerk.get(ADD).status_code == 403


def test_the_page_costs_the_same_for_many_replies_watchers_and_people():
    client, _ = agent()
    ticket = make_ticket()
    make_reply()

    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(page_of(ticket))
        return len(queries)

    count()  # what is read once a process
    few = count()
    for number in range(12):
        make_reply(title=f"R{number}")
        make_client(order=ticket.order)
        ticket.watchers.create(user=make_staff(), since_at=ticket.latest_at + timedelta(1))
        ticket.watchers.create(client=make_client(order=ticket.order), since_at=ticket.latest_at)

    assert count() == few <= 20
