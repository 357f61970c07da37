"""What the database refuses of a message, and what the poll reads."""

import pytest
from django.db import IntegrityError, connection, transaction

from apps.outbox.models import Message
from tests.outbox.making import NOON, make_message

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "PENDING", "due_at": None},
        {"state": "PENDING", "sent_at": NOON},
        {"state": "SENDING", "due_at": None},
        {"state": "SENT", "due_at": None, "sent_at": None},
        {"state": "SENT", "due_at": NOON, "sent_at": NOON},
        {"state": "DEAD", "due_at": NOON},
        {"state": "DEAD", "due_at": None, "sent_at": NOON},
        {"state": "WITHDRAWN", "due_at": NOON},
        {"state": "LOST", "due_at": None},
        {"state": "LOST"},
    ],
    ids=str,
)
def test_a_message_whose_instants_contradict_its_state_is_refused(wrong):
    with pytest.raises(IntegrityError, match="due_or_sent_as_its_state_says"), transaction.atomic():
        make_message(**wrong)


def test_a_second_message_under_one_key_is_refused():
    message = make_message()
    message.pk = None

    with pytest.raises(IntegrityError, match="key"), transaction.atomic():
        message.save(force_insert=True)


def test_a_row_inserted_by_sql_needs_only_the_facts():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbox_message"
            " (topic, key, recipient, payload, message_id, created_at, due_at)"
            " VALUES ('kettle.boiled', 'k', 'ada@example.com', '{}', '<k@example.com>', %s, %s)",
            [NOON, NOON],
        )

    message = Message.objects.get()
    assert (message.state, message.attempts, message.last_error) == ("PENDING", 0, "")


@pytest.mark.postgresql
@pytest.mark.usefixtures("requires_postgresql")
def test_the_poll_reads_only_what_is_still_to_be_sent():
    sent = [
        Message(
            topic="t", key=f"k{number}", recipient="a@example.com", payload={}, created_at=NOON,
            state="SENT", sent_at=NOON,
        )
        for number in range(3000)
    ]  # fmt: skip
    Message.objects.bulk_create(sent)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE outbox_message")

    plan = Message.objects.due(at=NOON).order_by("due_at")[:1].explain()

    assert "Index Scan using outbox_message_due" in plan
    assert "Sort" not in plan
