"""What the tables hold together, whoever writes to them."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import JSONObject

from apps.outbox.bulk import insert_from
from apps.tickets.models import Deadline, Event, Message, Ticket
from tests.factories import make_staff, make_ticket
from tests.tickets.reading import deadline, later

pytestmark = pytest.mark.django_db


@pytest.mark.clause("V-8.1.4")
@pytest.mark.parametrize(
    "written", ["FL-{0:06d}", "fl-{0}", "FL{0}", "{0}", " FL-{0:018d} ", "{0:06d}"]
)
def test_a_ticket_is_found_by_its_number_however_it_is_written(written):
    ticket = make_ticket()

    assert [*Ticket.objects.numbered(written.format(ticket.pk))] == [ticket]


@pytest.mark.parametrize("written", ["", "FL-", "X-1", "FL-1x", "1 2", "0", "-1", "9" * 19, "FL-٣"])
def test_what_is_no_number_finds_nothing(written):
    make_ticket()

    assert [*Ticket.objects.numbered(written)] == []


def test_the_prefix_is_taken_as_it_is(settings):
    settings.TICKET_PREFIX = "F.L"
    ticket = make_ticket()

    assert [*Ticket.objects.numbered(f"F.L-{ticket.pk}")] == [ticket]
    assert [*Ticket.objects.numbered(f"FXL-{ticket.pk}")] == []


def test_unclosed_tickets_are_those_that_wait_for_somebody():
    ticket, closed, waiting = make_ticket(), make_ticket(), make_ticket()
    Ticket.objects.filter(pk=closed.pk).update(status="CLOSED")
    Ticket.objects.filter(pk=waiting.pk).update(status="WAITING")

    assert {*Ticket.objects.unclosed()} == {ticket, waiting}


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"settled_at": later(hours=1)}, "deadline_settled_exactly_when_closed"),
        ({"state": "MET"}, "deadline_settled_exactly_when_closed"),
        ({"state": "LOST"}, "deadline_settled_exactly_when_closed"),
        (
            {"state": "MISSED", "settled_at": later(hours=5), "next_at": None},
            "deadline_miss_dated_to_its_due_instant",
        ),
        ({"kind": "REPAIR"}, "deadline_kind_known"),
    ],
)
def test_a_deadline_cannot_be_half_settled(change, constraint):
    row = Deadline.objects.filter(pk=deadline(make_ticket(), "RESPONSE").pk)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.update(**change)


def test_a_ticket_has_one_deadline_of_a_kind():
    row = deadline(make_ticket(), "RESPONSE")
    row.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_a_message_is_from_the_client_or_from_staff():
    ticket, staff = make_ticket(), make_staff()
    for direction, facts in [
        ("IN", {"author": staff}),
        ("OUT", {"client": ticket.requester}),
        ("OUT", {}),
        ("NOTE", {"author": staff, "client": ticket.requester}),
    ]:
        message = Message(
            ticket=ticket, direction=direction, sent_at=later(hours=1), text="-", **facts
        )
        with pytest.raises(IntegrityError, match="message_is_from"), transaction.atomic():
            message.save()


def test_rows_are_told_apart_by_their_names():
    ticket = make_ticket(subject="Silence")

    assert [str(row) for row in ticket.deadlines.all()] == [
        f"Response of ticket {ticket.pk}",
        f"Resolution of ticket {ticket.pk}",
    ]
    assert str(ticket.events.first()) == "Registered, 2026-03-04 14:00 UTC"
    assert str(ticket.messages.get()) == "From the client, 2026-03-04 14:00 UTC"


def test_rows_made_from_rows_are_counted_and_what_is_there_already_is_left():
    ticket = make_ticket()
    rows = Ticket.objects.filter(pk=ticket.pk).values_list(
        "pk", Value("NOTED"), "latest_at", "registered_at", JSONObject(), "source_key"
    )
    columns = ["ticket", "kind", "at", "recorded_at", "facts", "source_key"]

    counts = [insert_from(Event, rows, columns, once="source_key") for _ in range(2)]

    assert counts == [1, 0]
    assert ticket.events.get(kind="NOTED").source_key == ticket.source_key
