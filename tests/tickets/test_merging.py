"""A request that came twice goes on as the earlier ticket, and nothing of it is lost."""

import pytest

from apps.outbox.models import Message as Mail
from apps.outbox.rendering import render
from apps.tickets import services
from apps.tickets.models import SearchText, Ticket, TimeEntry, Watcher
from apps.tickets.rules.words import words_kept
from tests.factories import (
    MORNING,
    make_client,
    make_order,
    make_staff,
    make_ticket,
    reason_of,
    severity_of,
)
from tests.tickets.reading import everything, facts, later, log, mails, verdicts

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return make_order()


@pytest.fixture
def first(order):
    return make_ticket(requester=make_client(order=order, email="ada@client.example.com"))


@pytest.fixture
def second(order):
    upload = services.Upload("trace.txt", "text/plain", b"123")
    return make_ticket(
        requester=make_client(order=order, email="bob@client.example.com"),
        at=later(minutes=10),
        subject="Phones are dead",
        text="The phones say nothing.",
        uploads=[upload],
    )


def merge(duplicate, into, *, act_key="m", by=None, at=None):
    services.merge(
        duplicate=duplicate,
        into=into,
        by=by or make_staff(),
        at=at or later(minutes=30),
        act_key=act_key,
    )
    for ticket in (duplicate, into):
        ticket.refresh_from_db()


def log_time(ticket, **given):
    call = {
        "who": make_staff(),
        "kind": "SUPPORT",
        "started_at": later(minutes=11),
        "minutes": 5,
        "what": "Looked at the trace",
        "at": later(minutes=20),
        "source_key": "t1",
    }
    call |= given
    return services.log_time(order=ticket.order, ticket=ticket, by=call["who"], **call)


@pytest.mark.clause("V-8.1.4")
def test_the_duplicate_is_closed_and_both_say_what_became_of_them(first, second):
    merge(second, first)

    assert (second.status, second.merged_into) == ("CLOSED", first)
    assert log(second)[-1] == ("MERGED", later(minutes=30))
    assert facts(second, "MERGED") == [{"into": first.number, "pk": first.pk}]
    assert facts(first, "JOINED") == [
        {
            "from": second.number,
            "pk": second.pk,
            "registered_at": second.registered_at.isoformat(),
        }
    ]
    row = second.history.latest()
    assert (row.merged_into_id, row.history_change_reason) == (
        first.pk,
        f"Merged into {first.number}",
    )


def test_messages_go_with_their_files(first, second):
    merge(second, first)

    assert [*first.messages.values_list("text", flat=True)] == [
        "Nothing works.",
        "The phones say nothing.",
    ]
    moved = first.messages.last()
    assert [*moved.attachments.values_list("name", flat=True)] == ["trace.txt"]
    assert second.messages.count() == 0


@pytest.mark.clause("V-6.3")
def test_time_goes_as_a_correction_with_its_history(first, second):
    by = make_staff(name="mia")
    entry = log_time(second)

    merge(second, first, by=by)

    entry.refresh_from_db()
    row = entry.history.latest()
    assert (entry.ticket, entry.minutes, entry.revision) == (first, 5, 2)
    assert (row.ticket_id, row.history_user, row.history_date) == (
        first.pk,
        by,
        later(minutes=30),
    )
    assert row.history_change_reason == f"{second.number} was merged into {first.number}"
    assert TimeEntry.objects.count() == 1


def test_watchers_go_once_and_the_requester_of_the_duplicate_is_in_copy(first, second):
    both, one = make_staff(), make_staff()
    for ticket, user in [(first, both), (second, both), (second, one)]:
        Watcher.objects.create(ticket=ticket, user=user, since_at=MORNING)
    Watcher.objects.create(ticket=second, client=first.requester, since_at=MORNING)

    merge(second, first)

    watching = [*first.watchers.values_list("user", "client")]
    assert watching == [(both.pk, None), (one.pk, None), (None, second.requester.pk)]
    assert second.watchers.count() == 0


def test_two_tickets_of_one_person_bring_no_copy(order):
    client = make_client(order=order)
    first, second = make_ticket(requester=client), make_ticket(requester=client)

    merge(second, first)

    assert Watcher.objects.count() == 0


def test_a_search_finds_the_words_on_the_ticket_where_they_are(first, second):
    merge(second, first)

    words = dict(SearchText.objects.values_list("ticket", "words"))
    moved = words_kept("The phones say nothing.").split()
    assert set(moved) <= set(words[first.pk].split())
    assert words[second.pk] == words_kept(
        second.number, second.subject, second.account.name, "Ada Client", "bob@client.example.com"
    )


@pytest.mark.clause("V-8.1.4", "V-3.7")
def test_the_requester_hears_under_which_number_it_goes_on(first, second):
    merge(second, first)

    assert mails("ticket.merged") == ["bob@client.example.com"]
    row = Mail.objects.get(topic="ticket.merged")
    mail = render(topic=row.topic, payload=row.payload)
    assert mail.subject == f"[{first.number}] Phones are dead"
    assert mail.text == (
        f"Your request {second.number} and {first.number} are about the same matter.\n"
        f"From now on both go on under one number: {first.number}.\n"
        "\n"
        "Your request:  Phones are dead\n"
        f"Goes on as:    {first.number} No dial tone\n"
        "\n"
        f"Nothing that you wrote is lost: it stands on {first.number} now. Keep that number\n"
        "in the subject of whatever you write about it.\n"
    )


def test_merged_twice_before_the_mail_goes_out_it_names_the_last_number(order, first, second):
    third = make_ticket(requester=make_client(order=order), at=later(minutes=12))
    merge(third, second)
    merge(second, first, act_key="m2")

    row = Mail.objects.filter(topic="ticket.merged").order_by("pk")[0]
    assert first.number in render(topic=row.topic, payload=row.payload).subject


@pytest.mark.clause("V-2-response", "R-17")
def test_a_miss_on_the_record_of_the_duplicate_stays(first, second):
    services.sweep_deadlines(at=later(hours=5))
    before = verdicts(second)["RESPONSE"]

    merge(second, first, at=later(hours=6))

    assert before[0] == "MISSED"
    assert verdicts(second)["RESPONSE"] == before


def test_the_same_act_again_changes_nothing(first, second):
    merge(second, first)
    before = everything()

    merge(second, first)

    assert everything() == before


def test_the_earlier_one_survives(first, second):
    with pytest.raises(services.Refused, match=f"open {second.number} and merge it into"):
        merge(first, second)


def test_the_worse_one_is_not_hidden_in_a_milder_one(order, second):
    mild = make_ticket(requester=make_client(order=order), severity="4", at=MORNING)

    with pytest.raises(services.Refused, match="Change the severity of one of them first"):
        merge(second, mild)


def test_what_does_not_fit_is_refused_and_leaves_nothing(order, first, second):
    elsewhere = make_ticket(at=MORNING)
    disputed = make_ticket(requester=make_client(order=order), at=later(minutes=15))
    services.raise_dispute(
        ticket=disputed,
        client=disputed.requester,
        wanted=severity_of(disputed.version, "1"),
        claim="Worse.",
        evidence="",
        by=None,
        at=later(minutes=16),
        act_key="d",
    )
    before = everything()

    for duplicate, into, why in [
        (second, second, "is this ticket itself"),
        (second, elsewhere, "Only tickets of one order are merged; link these two instead"),
        (disputed, first, "is in dispute. Decide that first"),
    ]:
        with pytest.raises(services.Refused, match=why):
            merge(duplicate, into, act_key=why)

    assert everything() == before


def test_a_closed_survivor_is_reopened_first(first, second):
    services.solve(
        ticket=first,
        reason=reason_of(first.version, "solved"),
        text="Done.",
        by=make_staff(),
        at=later(minutes=20),
        act_key="c",
    )

    with pytest.raises(services.Refused, match="Reopen it before you merge into it"):
        merge(second, first)


def test_what_was_merged_is_not_merged_again(order, first, second):
    third = make_ticket(requester=make_client(order=order), at=later(minutes=20))
    merge(second, first)

    for duplicate, into in [(second, first), (third, second)]:
        with pytest.raises(services.Refused, match=f"goes on as {first.number}"):
            merge(duplicate, into, act_key="other")

    assert Ticket.objects.exclude(merged_into=None).count() == 1
