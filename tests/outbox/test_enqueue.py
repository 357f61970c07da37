"""Writing a message, and the nudge that follows the commit."""

import threading

import pytest
from django.db import connection, transaction

from apps.outbox.enqueue import InvalidRecipient, KeyReused, enqueue, nudge
from apps.outbox.models import Message
from tests.outbox.making import NOON, TOPIC, make_message

TASK = "apps.outbox.tasks.deliver_pending"


def write_and_fail() -> None:
    with transaction.atomic():
        make_message()
        raise ZeroDivisionError


@pytest.mark.django_db
def test_a_message_is_due_the_moment_it_is_written():
    message = make_message(key="kettle:1:boiled", at=NOON)

    written = Message.objects.get()
    assert written == message
    assert (written.state, written.created_at, written.due_at) == ("PENDING", NOON, NOON)
    assert (written.attempts, written.sent_at, written.last_error) == (0, None, "")


@pytest.mark.django_db
def test_a_fact_is_told_once_however_often_it_is_written():
    first = make_message(key="kettle:1:boiled")
    again = make_message(key="kettle:1:boiled", payload={"minutes": 5})

    assert again == first
    assert Message.objects.get().payload == {"minutes": 4}


@pytest.mark.django_db
@pytest.mark.parametrize("other", [{"recipient": "bob@example.com"}, {"topic": "kettle.broke"}])
def test_a_key_that_names_something_else_already_is_refused_and_not_swallowed(other):
    make_message(key="kettle:1:boiled")

    with pytest.raises(KeyReused, match=r"kettle:1:boiled.*kettle\.boiled to ada@example\.com"):
        make_message(key="kettle:1:boiled", **other)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "recipient",
    [
        "ada@example.com\nBcc: eve@example.com",
        "ada@example.com\r\n",
        "ada@example.com, eve@example.com",
        "Ada <ada@example.com>",
        "ada@",
        "@example.com",
        "ada",
        "",
        "a" * 243 + "@example.com",
    ],
)
def test_a_recipient_that_is_not_one_plain_address_is_refused(recipient):
    with pytest.raises(InvalidRecipient, match="is not one plain mail address"):
        make_message(recipient=recipient)

    assert Message.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_fails_leaves_no_message_and_no_nudge(nudges):
    with pytest.raises(ZeroDivisionError):
        write_and_fail()

    assert Message.objects.count() == 0
    assert nudges() == []


@pytest.mark.django_db(transaction=True)
def test_a_transaction_nudges_once_and_not_before_it_commits(nudges):
    with transaction.atomic():
        make_message()
        make_message()
        nudge()
        assert nudges() == []

    assert nudges() == [TASK]


@pytest.mark.django_db(transaction=True)
def test_each_transaction_has_its_own_nudge(nudges):
    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    make_message()
    make_message()

    assert nudges() == [TASK, TASK]


@pytest.mark.django_db(transaction=True)
def test_a_nudge_that_was_rolled_back_with_its_savepoint_is_asked_for_anew(nudges):
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError):
            write_and_fail()
        make_message()

    assert nudges() == [TASK]


@pytest.mark.django_db(transaction=True)
def test_a_savepoint_rolled_back_does_not_take_an_earlier_nudge_with_it(nudges):
    with transaction.atomic():
        with transaction.atomic():
            make_message()
        with pytest.raises(ZeroDivisionError):
            write_and_fail()

    assert nudges() == [TASK]


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
@pytest.mark.usefixtures("requires_postgresql")
def test_of_two_who_write_the_same_fact_at_once_both_go_on_with_the_same_message():
    written = threading.Event()
    seen = []

    def write_after_the_other() -> None:
        with transaction.atomic():
            written.set()
            # Waits for the other's commit, loses, and must still be able to read and write.
            seen.append(make_message(key="kettle:1:boiled").pk)
            seen.append(Message.objects.count())
        connection.close()

    with transaction.atomic():
        first = make_message(key="kettle:1:boiled")
        other = threading.Thread(target=write_after_the_other)
        other.start()
        written.wait(5)
        _wait_until_somebody_waits_for_us()
    other.join(5)

    assert seen == [first.pk, 1]


def _wait_until_somebody_waits_for_us() -> None:
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("nobody came to wait for the key")


@pytest.mark.django_db
def test_what_the_payload_cannot_hold_is_refused():
    with pytest.raises(TypeError, match="not JSON serializable"):
        enqueue(
            topic=TOPIC, key="k", recipient="ada@example.com", payload={"at": object()}, at=NOON
        )
