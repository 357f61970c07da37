"""The panel of a ticket's page on which people are let to follow it."""

import pytest

from apps.tickets.models import Watcher
from tests.factories import make_client, make_ticket
from tests.tickets_admin.pages import agent, page_of, reader, send, text_of

pytestmark = pytest.mark.django_db


def following(ticket):
    return [str(row) for row in Watcher.objects.filter(ticket=ticket)]


def test_i_watch_and_stop_and_a_double_click_changes_nothing():
    ticket, (client, user) = make_ticket(), agent()
    seen = []
    for me in ("on", "on", "off", "off"):
        assert send(client, ticket, "watch", me=me).status_code == 302
        seen.append((following(ticket), "Stop watching" in text_of(client.get(page_of(ticket)))))

    assert seen == [([str(user)], True)] * 2 + [([], False)] * 2


@pytest.mark.clause("V-3.5")
def test_a_client_of_the_order_is_copied_in_and_removed_and_it_is_in_the_log():
    ticket, (client, _) = make_ticket(), agent()
    bob = make_client(order=ticket.order, email="bob@client.example.com")

    send(client, ticket, "watch", copy=bob.pk)
    page = client.get(page_of(ticket))
    send(client, ticket, "watch", uncopy=bob.pk)

    assert "bob@client.example.com, in copy" in text_of(page)
    assert page.context["to_copy"] == []
    assert "Ada Client gets copies of what we write" in text_of(page)
    assert following(ticket) == []


@pytest.mark.clause("V-3.5")
def test_nobody_of_another_order_is_copied_in():
    ticket, (client, _) = make_ticket(), agent()

    page = send(client, ticket, "watch", copy=make_client().pk)

    assert (page.status_code, following(ticket)) == (422, [])
    assert "That person is no authorised user of this order." in text_of(page)


def test_who_is_not_active_is_not_offered_and_refused():
    ticket, (client, _) = make_ticket(), agent()
    gone = make_client(order=ticket.order, is_active=False)

    page = send(client, ticket, "watch", copy=gone.pk)

    assert (page.status_code, following(ticket)) == (422, [])
    assert "is not active any more" in text_of(page)


def test_nothing_chosen_is_said():
    page = send(agent()[0], make_ticket(), "watch")

    assert page.status_code == 422
    assert page.context["forms"]["watch"].errors == {"copy": ["Choose whom to copy in."]}


def test_a_reader_sees_who_watches_and_changes_nothing():
    ticket, (client, user) = make_ticket(), agent()
    send(client, ticket, "watch", me="on")
    looking = reader()
    page = looking.get(page_of(ticket))

    assert f"Watchers {user}" in text_of(page)
    assert "Stop watching" not in text_of(page)
    assert send(looking, ticket, "watch", me="on").status_code == 403
