"""Delivery to a real SMTP server, in good times and bad."""

from datetime import timedelta

import pytest

from apps.outbox import services
from apps.outbox.models import Message
from apps.outbox.rendering import Attachment, Email
from apps.outbox.rules.backoff import wait_after
from tests.outbox.making import NOON, TOPIC, make_message

pytestmark = pytest.mark.django_db


def states() -> dict[str, str]:
    return dict(Message.objects.values_list("recipient", "state"))


def test_a_run_uses_one_connection_for_all_its_mails(sink):
    for _ in range(5):
        make_message()

    assert services.deliver_pending(at=NOON) == 5
    assert (len(sink.mails), sink.connections) == (5, 1)


def test_the_mail_says_that_no_person_wrote_it(sink):
    message = make_message()

    services.deliver_pending(at=NOON)

    (mail,) = sink.mails
    assert mail["Message-ID"] == message.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "en"
    assert (mail["To"], mail["Reply-To"], mail["References"]) == ("ada@example.com", None, None)


def test_everything_that_a_renderer_says_arrives(sink, renderers):
    renderers[TOPIC] = lambda payload: Email(
        subject="Grüße",
        text="Der Tee ist fertig.",
        html="<p>Der Tee ist fertig.</p>",
        reply_to=("tea@example.com",),
        in_reply_to="<b@example.com>",
        references=("<a@example.com>", "<b@example.com>"),
        language="de",
        from_address="Tea <tea@example.com>",
        attachments=(Attachment("leaf.txt", b"green", "text/plain"),),
    )
    make_message()

    services.deliver_pending(at=NOON)

    (mail,) = sink.mails
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["In-Reply-To"] == "<b@example.com>"
    assert mail["References"] == "<a@example.com> <b@example.com>"
    assert (mail["From"], mail["Reply-To"]) == ("Tea <tea@example.com>", "tea@example.com")
    types = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    assert types == ["text/plain", "text/html", "text/plain"]
    assert mail.get_payload()[1].get_filename() == "leaf.txt"


def test_a_mail_that_a_person_wrote_says_nothing_of_the_kind(sink, renderers):
    renderers[TOPIC] = lambda payload: Email(subject="Tea", text="Yours, Ada", automatic=False)
    make_message()

    services.deliver_pending(at=NOON)

    assert sink.mails[0]["Auto-Submitted"] is None


def test_a_recipient_refused_for_good_is_a_dead_letter_and_the_others_get_theirs(sink):
    sink.rcpt_replies["gone@example.com"] = ["550 No such user"]
    message = make_message(recipient="gone@example.com", at=NOON - timedelta(seconds=1))
    make_message()

    assert services.deliver_pending(at=NOON) == 1

    assert states() == {"gone@example.com": "DEAD", "ada@example.com": "SENT"}
    message.refresh_from_db()
    assert message.last_error == "The mail server answered: 550 No such user"


@pytest.mark.parametrize("reply", ["500 No such command", "552 Too much mail data"])
def test_a_mail_refused_for_good_is_a_dead_letter(sink, reply):
    sink.data_replies = [reply]
    message = make_message()

    services.deliver_pending(at=NOON)

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("DEAD", 1)


def test_not_now_is_asked_again_after_the_back_off(sink):
    sink.rcpt_replies["ada@example.com"] = ["450 Try again later"]
    message = make_message()
    next_at = NOON + wait_after(1, key=message.key)

    assert services.deliver_pending(at=NOON) == 0
    message.refresh_from_db()
    assert (message.state, message.due_at) == ("PENDING", next_at)
    assert message.last_error == "The mail server answered: 450 Try again later"
    assert services.deliver_pending(at=next_at) == 1


def test_a_connection_that_breaks_costs_only_the_mail_it_broke_at(sink):
    sink.rcpt_replies["bob@example.com"] = ["hang up"]
    for second, name in enumerate(["ada", "bob", "eve"]):
        recipient = f"{name}@example.com"
        make_message(recipient=recipient, at=NOON + timedelta(seconds=second))

    assert services.deliver_pending(at=NOON + timedelta(minutes=1)) == 2

    expected = {"ada@example.com": "SENT", "bob@example.com": "PENDING", "eve@example.com": "SENT"}
    assert states() == expected
    assert Message.objects.get(state="PENDING").attempts == 1


def test_a_server_that_breaks_at_the_first_mail_is_left_alone_till_the_next_run(sink):
    sink.rcpt_replies["ada@example.com"] = ["hang up"]
    make_message(at=NOON - timedelta(seconds=1))
    make_message(recipient="bob@example.com")

    assert services.deliver_pending(at=NOON) == 0
    assert list(Message.objects.order_by("pk").values_list("attempts", flat=True)) == [1, 0]
    assert services.deliver_pending(at=NOON) == 1


@pytest.mark.usefixtures("no_mail_server")
def test_a_server_that_cannot_be_reached_ends_the_run_and_costs_nobody_an_attempt():
    make_message(at=NOON - timedelta(seconds=1))
    make_message()

    assert services.deliver_pending(at=NOON) == 0

    tried, untouched = Message.objects.order_by("pk")
    assert (tried.state, tried.attempts) == ("PENDING", 0)
    assert tried.due_at == NOON + services.WAIT_FOR_SERVER
    assert "cannot be reached" in tried.last_error
    assert (untouched.due_at, untouched.last_error) == (NOON, "")
