"""Whose queue a ticket is in, on the pages: badge, filter, and handing it to the centre."""

from uuid import uuid4

import pytest

from tests.factories import make_client, make_staff, make_ticket
from tests.tickets_admin.pages import (
    QUEUE,
    agent,
    markup_of,
    page_of,
    reader,
    send,
    subjects,
    text_of,
)
from tests.time_made import make_hours, make_premium, make_tam

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-6.5", "V-6.3")]


@pytest.fixture
def client_of_tam():
    client = make_client(order=make_premium())
    make_tam(order=client.order, who=make_staff(name="tamar"))
    return client


def asked(client, subject="For the TAM", **more):
    return make_ticket(
        requester=client, severity="III", to_tam=True, channel="TAM", subject=subject, **more
    )


def test_the_queue_says_whose_desk_it_is_and_is_narrowed_by_it(client_of_tam):
    asked(client_of_tam)
    make_ticket(subject="For the centre")

    everything = reader().get(QUEUE)

    assert "Our turn tamar TAM" in text_of(everything)
    assert subjects(reader().get(QUEUE + "?desk=TAM")) == ["For the TAM"]
    assert subjects(reader().get(QUEUE + "?desk=CENTRE")) == ["For the centre"]
    assert subjects(reader().get(QUEUE + "?desk=nonsense")) == []


def test_a_tams_ticket_that_nobody_has_still_shows_its_desk(client_of_tam):
    ticket = asked(client_of_tam)
    type(ticket).objects.update(assignee=None)

    assert "Our turn Nobody TAM" in text_of(reader().get(QUEUE))


def test_the_page_of_a_ticket_tells_how_it_came_to_the_tam_and_to_the_centre(client_of_tam):
    ticket = asked(client_of_tam)
    client, _ = agent()

    before = text_of(client.get(page_of(ticket)))
    answer = send(client, ticket, "centre", text="Trunks are\r\nnot mine.")
    after = text_of(client.get(page_of(ticket)))

    ticket.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, page_of(ticket))
    assert (ticket.desk, ticket.assignee) == ("CENTRE", None)
    assert ticket.messages.last().text == "Trunks are\nnot mine."
    assert "To the TAM, tamar" in before
    assert "Hand to the support centre" in before
    assert "Handed to the support centre" in after
    assert "Hand to the support centre" not in after


def test_the_page_of_a_redirected_ticket_says_why(client_of_tam):
    make_hours(order=client_of_tam.order, hours=8)
    type(client_of_tam.order).objects.update(tam_minutes_per_month=480)
    client_of_tam.refresh_from_db()

    text = text_of(reader().get(page_of(asked(client_of_tam))))

    assert "To the support centre, not the TAM: The TAM's 8 h of March 2026 are used up." in text


def test_a_double_click_hands_it_over_once_and_a_second_try_is_told(client_of_tam):
    ticket, (client, _), key = asked(client_of_tam), agent(), str(uuid4())

    answers = [send(client, ticket, "centre", act_key=key).status_code for _ in range(2)]
    late = send(client, ticket, "centre")

    assert answers == [302, 302]
    assert ticket.events.filter(kind="ASSIGNED").count() == 2  # to the TAM, to the centre
    assert late.status_code == 422
    assert "lies with the support centre already." in text_of(late)


def test_who_may_only_look_hands_nothing_over(client_of_tam):
    ticket, client = asked(client_of_tam), reader()

    assert "Hand to the support centre" not in markup_of(client.get(page_of(ticket)))
    assert send(client, ticket, "centre").status_code == 403
    ticket.refresh_from_db()
    assert ticket.desk == "TAM"
