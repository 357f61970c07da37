"""Dead letters, sent again by somebody."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core import mail

from apps.outbox import services
from tests.outbox.making import NOON, make_message

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def staff():
    return get_user_model()(**{get_user_model().USERNAME_FIELD: "grace@example.com"})


def test_a_dead_letter_sent_again_has_all_its_attempts_before_it():
    message = make_message(state="DEAD", due_at=None, attempts=12, last_error="550 no such user")

    services.resend(message=message, at=LATER, by=staff())

    assert (message.state, message.attempts, message.due_at) == ("PENDING", 0, LATER)
    assert (message.last_error, message.resent_by) == ("550 no such user", "grace@example.com")
    assert services.deliver_pending(at=LATER) == 1
    message.refresh_from_db()
    assert (message.state, message.last_error, len(mail.outbox)) == ("SENT", "", 1)


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ({"state": "PENDING"}, "pending"),
        ({"state": "SENDING"}, "being sent"),
        ({"state": "SENT", "due_at": None, "sent_at": NOON}, "sent"),
        ({"state": "WITHDRAWN", "due_at": None}, "withdrawn"),
    ],
)
def test_only_a_dead_letter_is_sent_again(state, word):
    message = make_message(**state)

    with pytest.raises(services.NotDead) as refusal:
        services.resend(message=message, at=LATER, by=staff())

    assert str(refusal.value) == (
        f"Only a dead letter can be sent again; “kettle.boiled to ada@example.com” is {word}."
    )


def test_of_two_who_send_it_again_the_second_hears_that_it_is_done():
    message = make_message(state="DEAD", due_at=None)
    same_page = type(message).objects.get()
    services.resend(message=message, at=LATER, by=staff())

    with pytest.raises(services.NotDead, match="is pending"):
        services.resend(message=same_page, at=LATER, by=staff())


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_nudged(nudges):
    message = make_message(state="DEAD", due_at=None)
    nudges()

    services.resend(message=message, at=LATER, by=staff())

    assert nudges() == ["apps.outbox.tasks.deliver_pending"]
