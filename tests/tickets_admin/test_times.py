"""Logging time: on its own pages and on a ticket's, by whom it may be corrected, and odd input."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.tickets.models import TimeEntry
from tests.factories import MORNING, make_client, make_staff, make_ticket
from tests.tickets.reading import later
from tests.tickets_admin.pages import page_of, send, text_of
from tests.time_made import make_premium, make_tam, make_time

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-6.3")]
LIST = reverse("admin:tickets_timeentry_changelist")
ADD = reverse("admin:tickets_timeentry_add")
EVENING = later(hours=8)
NOW = "2026-03-04T22:00"
SEES = ["view_timeentry", "view_ticket", "view_order"]
WORKS = [*SEES, "add_timeentry", "change_timeentry", "change_ticket"]


@pytest.fixture(autouse=True)
def evening():
    with time_machine.travel(EVENING, tick=False):
        yield


def browser(*codenames, **facts):
    user = make_staff(**facts)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client, user


def page(entry, kind="change"):
    return reverse(f"admin:tickets_timeentry_{kind}", args=[entry.pk])


def typed(**given):
    return {"act_key": str(uuid4()), "kind": "TAM", "minutes": "30", "what": "A call", **given}


def corrected(entry, **given):
    """The fields of an entry's page as it is shown, with some of them changed."""
    return {
        "kind": entry.kind,
        "minutes": entry.minutes,
        "began": f"{entry.started_at:%Y-%m-%dT%H:%M}",
        "what": entry.what,
        "contact": entry.contact,
        "ticket": "",
        "read_revision": entry.revision,
        "reason": "Typed wrong",
        **given,
    }


def test_time_is_logged_and_without_a_beginning_it_ends_now():
    client, me = browser(*WORKS)
    order = make_premium()

    answer = client.post(ADD, typed(order=order.pk, contact="CHAT"))

    entry = TimeEntry.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    assert (entry.order, entry.who, entry.minutes, entry.contact) == (order, me, 30, "CHAT")
    assert (entry.started_at, entry.ended_at) == (EVENING - timedelta(minutes=30), EVENING)


def test_the_beginning_is_read_on_the_readers_clock():
    client, _ = browser(*WORKS)
    type(make_staff()).objects.update(time_zone="Europe/Berlin")

    client.post(ADD, typed(order=make_premium().pk, began="2026-03-04T15:30"))

    assert TimeEntry.objects.get().started_at == datetime(2026, 3, 4, 14, 30, tzinfo=UTC)


def test_a_time_that_the_clocks_show_twice_is_asked_back_and_the_second_is_later():
    order = make_premium()

    with time_machine.travel(datetime(2026, 10, 26, tzinfo=UTC), tick=False):
        client, _ = browser(*WORKS)
        type(make_staff()).objects.update(time_zone="Europe/Berlin")
        form = typed(order=order.pk, began="2026-10-25T02:30")
        asked = client.post(ADD, form)
        client.post(ADD, {**form, "turn": "2"})

        entry = TimeEntry.objects.get()
        shown = client.get(page(entry)).content.decode()

    assert asked.status_code == 422
    assert "This time occurs twice" in text_of(asked)
    assert entry.started_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert 'name="turn" value="2" checked' in shown


def test_a_double_click_logs_once_and_other_words_are_another_entry():
    client, _ = browser(*WORKS)
    form = typed(order=make_premium().pk)

    for changed in ({}, {}, {"what": "Another call", "began": "2026-03-04T09:00"}):
        client.post(ADD, {**form, **changed})

    assert sorted(TimeEntry.objects.values_list("what", flat=True)) == ["A call", "Another call"]


def test_what_the_service_refuses_is_said_on_the_page_and_what_was_typed_stays():
    client, _ = browser(*WORKS)
    other = make_ticket(requester=make_client(order=make_premium()), severity="II")
    order = make_premium()

    answer = client.post(ADD, typed(order=order.pk, ticket=other.number, what="Typed words"))

    assert answer.status_code == 422
    assert f"{other.number} is not a ticket of {order}." in text_of(answer)
    assert 'value="Typed words"' in answer.content.decode()
    assert TimeEntry.objects.count() == 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"minutes": "0"}, "Log at least a minute."),
        ({"minutes": "1441"}, "An entry has at most 24 hours: log each day apart."),
        ({"minutes": "9" * 5000}, "Write whole minutes, such as 45."),
        ({"minutes": "1e3"}, "Write whole minutes, such as 45."),
        ({"minutes": ""}, "Say how many minutes it took."),
        ({"began": "0001-01-01T00:00"}, "Calendars answer for the years 1901 to 2198."),
        ({"began": "9999-12-31T23:59"}, "Calendars answer for the years 1901 to 2198."),
        ({"began": "yesterday"}, "Write the time as 2025-03-30T14:30."),
        ({"began": NOW}, "This time is not over yet."),
        ({"began": "1950-01-01T00:00"}, "begins on 2026-01-01."),
        ({"what": "a\0b"}, "Null characters are not allowed."),
        ({"ticket": "FL-999999"}, "There is no ticket with that number."),
        ({"ticket": "٣٤"}, "There is no ticket with that number."),
        ({"kind": "GOLF"}, "There is no such kind of time."),
        ({"contact": "FAX"}, "There is no such kind of contact."),
        ({"order": "99999999999999999999"}, "There is no such order."),
        ({"order": "\0"}, "There is no such order."),
        ({"act_key": "nonsense"}, "send it once more"),
    ],
)
def test_odd_input_is_answered_in_words(given, words):
    client, _ = browser(*WORKS)

    answer = client.post(ADD, typed(**{"order": make_premium().pk, **given}))

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert TimeEntry.objects.count() == 0


@pytest.mark.parametrize("query", ["?order=x", "?order=99999999999999999999", "?ticket=%00"])
def test_odd_addresses_show_the_form(query):
    assert browser(*WORKS)[0].get(ADD + query).status_code == 200


def test_the_form_starts_with_what_the_link_says_and_with_tam_time_for_a_tam():
    client, me = browser(*WORKS)
    order = make_premium()
    make_tam(order=order, who=me)

    form = client.get(f"{ADD}?order={order.pk}").context["form"]

    assert (form["order"].value(), form["kind"].value()) == (order.pk, "TAM")
    other = browser(*WORKS)[0].get(ADD).context["form"]
    assert (other["order"].value(), other["kind"].value()) == (None, "SUPPORT")


def test_whoever_came_from_home_is_led_back_there():
    client, _ = browser(*WORKS)

    answer = client.post(f"{ADD}?from=home", typed(order=make_premium().pk))

    assert answer["Location"] == reverse("admin:index")


def test_only_who_keeps_the_tams_logs_for_others():
    order, tam = make_premium(), make_staff()
    boss, _ = browser(*WORKS, "change_tamassignment")
    agent, me = browser(*WORKS)

    boss.post(ADD, typed(order=order.pk, who=tam.pk))
    agent.post(ADD, typed(order=order.pk, who=tam.pk))

    entries = TimeEntry.objects.order_by("pk")
    assert [entry.who for entry in entries] == [tam, me]
    by = [entry.history.get().history_user for entry in entries]
    assert [by[0] == tam, by[1] == me] == [False, True]


def test_ones_own_entry_is_corrected_with_a_reason():
    client, me = browser(*WORKS)
    entry = make_time(order=make_premium(), who=me)

    answer = client.post(page(entry), corrected(entry, minutes=45))

    entry.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, page(entry))
    assert (entry.minutes, entry.revision, entry.started_at) == (45, 2, MORNING)
    assert entry.history.latest().history_user == me
    assert "Typed wrong: 45 min TAM" in text_of(client.get(page(entry)))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"reason": " "}, "Say why: the history keeps it."),
        ({"began": ""}, "Say when it began."),
        ({"minutes": 0}, "Log at least a minute."),
        ({"read_revision": "9" * 30}, "open it anew."),
        ({"ticket": "nothing"}, "There is no ticket with that number."),
    ],
)
def test_a_correction_that_cannot_be_is_refused_in_words(given, words):
    client, me = browser(*WORKS)
    entry = make_time(order=make_premium(), who=me)

    answer = client.post(page(entry), corrected(entry, what="Changed", **given))

    entry.refresh_from_db()
    assert (answer.status_code, words in text_of(answer)) == (422, True)
    assert (entry.what, entry.revision) == ("Weekly call", 1)


def test_of_two_who_correct_at_once_the_second_is_told_who_was_first():
    client, me = browser(*WORKS, name="ada")
    entry = make_time(order=make_premium(), who=me)
    client.post(page(entry), corrected(entry, minutes=45))

    second = client.post(page(entry), corrected(entry, minutes=30))

    entry.refresh_from_db()
    assert "Meanwhile ada changed this entry" in text_of(second)
    assert (second.status_code, entry.minutes) == (422, 45)


def test_an_entry_is_removed_with_a_reason_and_never_by_a_look():
    client, me = browser(*WORKS)
    entry = make_time(order=make_premium(), who=me)

    asked = client.get(page(entry, "remove"))
    unexplained = client.post(page(entry, "remove"), {"reason": ""})
    assert TimeEntry.objects.count() == 1
    answer = client.post(page(entry, "remove"), {"reason": "Not for them"})
    again = client.post(page(entry, "remove"), {"reason": "Not for them"})

    assert (asked.status_code, unexplained.status_code) == (200, 422)
    assert (answer["Location"], again.status_code) == (LIST, 404)
    assert TimeEntry.objects.count() == 0
    assert TimeEntry.history.latest().history_change_reason == "Not for them"


def statuses(client, entry):
    """Looking at an entry, correcting it, the page that removes it, removing it."""
    return [
        client.get(page(entry)).status_code,
        client.post(page(entry), corrected(entry, minutes=45)).status_code,
        client.get(page(entry, "remove")).status_code,
        client.post(page(entry, "remove"), {"reason": "Why not"}).status_code,
    ]


def test_the_time_of_others_is_changed_only_by_who_keeps_the_tams():
    entry = make_time(order=make_premium())
    looks, works = browser(*SEES)[0], browser(*WORKS)[0]
    keeps = browser(*WORKS, "change_tamassignment")[0]
    nobody = browser()[0]

    assert statuses(nobody, entry) == [403, 403, 403, 403]
    assert statuses(looks, entry) == [200, 403, 403, 403]
    assert statuses(works, entry) == [200, 403, 403, 403]
    assert "Correct it" not in text_of(works.get(page(entry)))
    assert statuses(keeps, entry) == [200, 302, 200, 302]


def test_without_the_permission_there_is_neither_button_nor_page_to_log_time(ticket):
    looks = browser(*SEES)[0]

    assert looks.get(ADD).status_code == 403
    assert looks.post(ADD, typed(order=ticket.order_id)).status_code == 403
    assert send(looks, ticket, "time", minutes=5, kind="TAM", what="?").status_code == 403
    assert "Log time" not in text_of(looks.get(page_of(ticket)))
    assert TimeEntry.objects.count() == 0


@pytest.fixture
def ticket():
    return make_ticket(requester=make_client(order=make_premium()), severity="II")


def test_time_is_logged_on_the_page_of_a_ticket_once(ticket):
    client, me = browser(*WORKS)
    key = str(uuid4())

    for _ in range(2):
        answer = send(
            client, ticket, "time", act_key=key, minutes=5, kind="SUPPORT", what="Looked at it"
        )

    entry = TimeEntry.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, page_of(ticket))
    assert (entry.order, entry.ticket, entry.who) == (ticket.order, ticket, me)
    assert "5 min so far" in text_of(client.get(page_of(ticket)))
    assert "5 min Support : Looked at it" in text_of(client.get(page_of(ticket)))


def test_a_refusal_on_the_page_of_a_ticket_keeps_what_was_typed(ticket):
    client, _ = browser(*WORKS)

    answer = send(client, ticket, "time", minutes=90, kind="TAM", what="Long", began=NOW)

    assert answer.status_code == 422
    assert "This time is not over yet." in text_of(answer)
    assert 'value="Long"' in answer.content.decode()


def test_who_may_only_log_time_sees_no_other_form_of_a_ticket(ticket):
    client, _ = browser(*SEES, "add_timeentry")

    answer = client.get(page_of(ticket))

    assert list(answer.context["forms"]) == ["time"]
    assert "<textarea" not in answer.content.decode()


def found(query, client):
    return [entry.what for entry in client.get(LIST + query).context["cl"].result_list]


def test_the_list_is_searched_and_narrowed():
    client, me = browser(*SEES)
    order = make_premium()
    ticket = make_ticket(requester=make_client(order=order), severity="II")
    make_time(order=order, what="Call", who=me, ticket=ticket)
    make_time(order=order, what="Audit", kind="SUPPORT", started_at=later(hours=2))
    make_time(order=make_premium(), what="Chat", contact="CHAT", started_at=later(hours=1))

    assert found("", client) == ["Audit", "Chat", "Call"]
    assert found("?who=me", client) == ["Call"]
    assert found("?who=nonsense", client) == []
    assert found("?kind__exact=SUPPORT", client) == ["Audit"]
    assert found("?contact__exact=CHAT", client) == ["Chat"]
    assert found(f"?q={ticket.number}", client) == ["Call"]
    assert found(f"?q={order.number}", client) == ["Audit", "Call"]
    assert found("?q=audit", client) == ["Audit"]


def test_the_list_takes_as_many_queries_for_many_rows_as_for_one():
    client, me = browser(*SEES)
    order = make_premium()
    client.get(LIST)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        return len(queries)

    make_time(order=order, who=me)
    one = cost()
    for hour in range(5):
        make_time(order=order, who=me, started_at=later(hours=hour + 1))

    assert cost() == one
