"""What becomes of a message, by way of Django's mail backend in memory."""

from datetime import timedelta

import pytest
from django.core import mail

from apps.outbox import services
from apps.outbox.models import Message
from apps.outbox.rendering import Email, Withdrawn
from apps.outbox.rules.backoff import wait_after
from tests.outbox.making import NOON, TOPIC, make_message

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def broken(payload: dict) -> Email:
    raise KeyError("minutes")


def test_a_delivered_message_is_marked_with_the_moment_it_went_out():
    message = make_message()

    assert services.deliver_pending(at=NOON) == 1

    message.refresh_from_db()
    assert (message.state, message.sent_at, message.due_at) == ("SENT", NOON, None)
    assert message.attempts == 1
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["ada@example.com"], "The kettle boiled")
    assert sent.body == "It took 4 minutes."


def test_a_message_goes_out_at_the_very_moment_it_is_due_and_not_before():
    make_message(at=NOON)

    assert services.deliver_pending(at=NOON - SECOND) == 0
    assert services.deliver_pending(at=NOON) == 1


def test_a_second_run_sends_nothing_again():
    make_message()

    assert [services.deliver_pending(at=NOON) for _ in range(2)] == [1, 0]
    assert len(mail.outbox) == 1


def test_the_longest_waiting_goes_first():
    make_message(recipient="late@example.com", at=NOON)
    make_message(recipient="early@example.com", at=NOON - SECOND)

    services.deliver_pending(at=NOON)

    assert [sent.to for sent in mail.outbox] == [["early@example.com"], ["late@example.com"]]


def test_a_failure_is_tried_again_after_the_back_off_and_holds_up_nobody(renderers):
    renderers["kettle.broke"] = broken
    message = make_message(topic="kettle.broke", at=NOON - SECOND)
    make_message()

    assert services.deliver_pending(at=NOON) == 1

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("PENDING", 1)
    assert message.due_at == NOON + wait_after(1, key=message.key)
    assert message.last_error == (
        "The mail on “kettle.broke” cannot be rendered: KeyError: 'minutes'"
    )


def test_what_fails_twelve_times_is_a_dead_letter(renderers):
    renderers[TOPIC] = broken
    message = make_message()

    waits = []
    while message.state == "PENDING":
        due_at = message.due_at
        services.deliver_pending(at=due_at)
        message.refresh_from_db()
        if message.due_at:
            waits.append(message.due_at - due_at)

    assert waits == [wait_after(attempt, key=message.key) for attempt in range(1, 12)]
    assert (message.state, message.attempts, message.due_at) == ("DEAD", 12, None)
    assert message.last_error.endswith("KeyError: 'minutes'")


def test_a_topic_that_nobody_renders_is_a_dead_letter_at_once():
    message = make_message(topic="kettle.sang")

    services.deliver_pending(at=NOON)

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("DEAD", 1)
    assert message.last_error == "Nothing renders the topic “kettle.sang”."


def test_what_is_no_longer_true_when_it_would_be_sent_is_withdrawn_with_the_reason(renderers):
    def cold_by_now(payload: dict) -> Email:
        raise Withdrawn("The water is cold again.")

    renderers[TOPIC] = cold_by_now
    message = make_message()

    assert services.deliver_pending(at=NOON) == 0

    message.refresh_from_db()
    assert (message.state, message.last_error) == ("WITHDRAWN", "The water is cold again.")
    assert mail.outbox == []


def test_a_line_break_in_a_header_is_a_dead_letter_and_nothing_goes_out(renderers):
    renderers[TOPIC] = lambda payload: Email(subject="Tea\nBcc: eve@example.com", text="")
    message = make_message()

    services.deliver_pending(at=NOON)

    message.refresh_from_db()
    assert (message.state, mail.outbox) == ("DEAD", [])
    assert message.last_error == "subject must be one line, not 'Tea\\nBcc: eve@example.com'."


def test_an_address_that_came_in_past_our_checks_is_a_dead_letter_and_nothing_goes_out():
    message = make_message(recipient="eve@example.com")
    Message.objects.update(recipient="eve@example.com\nBcc: bob@example.com")

    services.deliver_pending(at=NOON)

    message.refresh_from_db()
    assert (message.state, mail.outbox) == ("DEAD", [])


def test_a_message_whose_worker_died_is_sent_once_the_lease_is_over():
    message = make_message()
    services.claim(message=message, at=NOON)
    over = NOON + services.LEASE

    assert services.deliver_pending(at=over - SECOND) == 0
    assert services.deliver_pending(at=over) == 1
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("SENT", 2)


def test_a_second_copy_after_a_crash_has_the_message_id_of_the_first():
    message = make_message()
    services.deliver_pending(at=NOON)
    # As the row is when the worker dies between the server's yes and our note of it.
    Message.objects.update(state="SENDING", sent_at=None, due_at=NOON)

    services.deliver_pending(at=NOON)

    ids = [sent.message()["Message-ID"] for sent in mail.outbox]
    assert ids == [message.message_id, message.message_id]


def test_a_mail_that_kills_its_worker_every_time_comes_to_an_end():
    message = make_message()
    for attempt in range(services.MOST_ATTEMPTS):
        services.claim(message=message, at=NOON + attempt * services.LEASE)

    services.deliver_pending(at=NOON + services.MOST_ATTEMPTS * services.LEASE)

    message.refresh_from_db()
    assert (message.state, mail.outbox) == ("DEAD", [])
    assert message.last_error == "The last attempt did not come to an end."


def test_a_worker_that_comes_back_after_its_lease_does_not_undo_what_another_wrote(renderers):
    message = make_message()

    def slow(payload: dict) -> Email:
        Message.objects.update(state="SENT", sent_at=NOON, due_at=None)  # another was quicker
        raise KeyError("minutes")

    renderers[TOPIC] = slow
    services.deliver_pending(at=NOON)

    message.refresh_from_db()
    assert (message.state, message.last_error) == ("SENT", "")


def test_a_message_that_another_worker_took_in_the_meantime_is_left_to_it(renderers):
    def while_another_works(payload: dict) -> Email:
        (waiting,) = Message.objects.filter(state="PENDING")
        services.claim(message=waiting, at=NOON)
        return Email(subject="Tea", text="")

    renderers[TOPIC] = while_another_works
    make_message(at=NOON - SECOND)
    make_message()

    assert services.deliver_pending(at=NOON) == 1
    assert list(Message.objects.order_by("pk").values_list("state", "attempts")) == [
        ("SENT", 1),
        ("SENDING", 1),
    ]


def test_a_run_ends_before_the_worker_would_be_stopped_and_the_next_goes_on():
    minutes = iter(range(100))
    for _ in range(10):
        make_message()

    first = services.deliver_pending(at=NOON, clock=lambda: NOON + timedelta(minutes=next(minutes)))
    second = services.deliver_pending(at=NOON + timedelta(minutes=10))

    assert 0 < first < 10
    assert first + second == 10
