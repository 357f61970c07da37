"""Notices to one of ours: those that are due together are one mail, and wait for their hours."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.core import mail

from apps.outbox import rendering, services, together
from apps.outbox.models import Message
from apps.outbox.rendering import Email, Withdrawn
from tests.outbox.making import NOON, make_message

pytestmark = pytest.mark.django_db
NOTICE, OTHER = "kettle.watched", "kettle.lost"
HOUR = timedelta(hours=1)


def watched(payload: dict) -> Email:
    if payload["minutes"] < 0:
        raise Withdrawn("It never boiled.")
    return Email(subject=f"Kettle {payload['minutes']}", text=f"Seen at {payload['minutes']}.")


def lost(payload: dict) -> Email:
    return Email(subject="A kettle is lost", text="Gone.", in_reply_to="<lost@example.com>")


@pytest.fixture(autouse=True)
def registered(renderers) -> Iterator[None]:
    before = set(rendering._notices)
    rendering.renders(NOTICE, is_notice=True)(watched)
    rendering.renders(OTHER, is_notice=True)(lost)
    yield
    rendering._notices.clear()
    rendering._notices.update(before)


@pytest.fixture
def quiet() -> Iterator[dict[str, datetime]]:
    """Hours until which people want no notices, by address."""
    found: dict[str, datetime] = {}

    def hold(message: Message, at: datetime) -> datetime | None:
        return found.get(message.recipient)

    together.holds(hold)
    yield found
    together._holds.remove(hold)


def notice(minutes: int, **changes) -> Message:
    return make_message(topic=NOTICE, payload={"minutes": minutes}, **changes)


def states() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def test_twenty_notices_to_one_person_are_one_mail_and_twenty_rows():
    first, *others = [notice(minutes) for minutes in range(20)]

    assert services.deliver_pending(at=NOON) == 1

    [sent] = mail.outbox
    assert sent.subject == "20 notices, the first: Kettle 0"
    assert [line for line in sent.body.splitlines() if line.startswith("Seen")] == [
        f"Seen at {minutes}." for minutes in range(20)
    ]
    assert sent.extra_headers["Message-ID"] == first.message_id
    rows = Message.objects.order_by("pk").values_list("state", "sent_at", "sent_with", "attempts")
    assert list(rows) == [
        ("SENT", NOON, None, 1),
        *[("SENT", NOON, first.pk, 1) for _ in others],
    ]


def test_one_notice_alone_reads_as_it_always_did():
    notice(4)

    services.deliver_pending(at=NOON)

    [sent] = mail.outbox
    assert (sent.subject, sent.body) == ("Kettle 4", "Seen at 4.")


def test_each_person_has_a_mail_of_their_own_and_other_mail_stays_alone():
    notice(1), notice(2), notice(3, recipient="bob@example.com")
    make_message(), make_message()

    assert services.deliver_pending(at=NOON) == 4

    assert sorted((sent.to[0], sent.subject) for sent in mail.outbox) == [
        ("ada@example.com", "2 notices, the first: Kettle 1"),
        ("ada@example.com", "The kettle boiled"),
        ("ada@example.com", "The kettle boiled"),
        ("bob@example.com", "Kettle 3"),
    ]


def test_what_is_not_due_yet_goes_another_time_and_topics_go_together():
    notice(1)
    make_message(topic=OTHER)
    notice(9, at=NOON + HOUR)

    services.deliver_pending(at=NOON)

    [sent] = mail.outbox
    assert sent.subject == "2 notices, the first: Kettle 1"
    assert "In-Reply-To" not in sent.extra_headers
    assert states() == ["SENT", "SENT", "PENDING"]


def test_what_is_no_longer_true_is_left_out_of_the_mail():
    notice(1), notice(-1), notice(2)

    services.deliver_pending(at=NOON)

    assert [sent.subject for sent in mail.outbox] == ["2 notices, the first: Kettle 1"]
    assert states() == ["SENT", "WITHDRAWN", "SENT"]


def test_if_the_first_is_no_longer_true_the_others_go_all_the_same():
    notice(-1), notice(1), notice(2)

    assert services.deliver_pending(at=NOON) == 1

    assert [sent.subject for sent in mail.outbox] == ["2 notices, the first: Kettle 1"]
    assert states() == ["WITHDRAWN", "SENT", "SENT"]


def test_more_than_fifty_are_two_mails():
    for minutes in range(51):
        notice(minutes)

    assert services.deliver_pending(at=NOON) == 2

    assert [sent.subject for sent in mail.outbox] == [
        "50 notices, the first: Kettle 0",
        "Kettle 50",
    ]


def test_a_server_that_cannot_be_reached_costs_none_of_them_an_attempt(no_mail_server):
    notice(1), notice(2)

    assert services.deliver_pending(at=NOON) == 0

    rows = Message.objects.order_by("pk").values_list("state", "attempts", "due_at")
    assert list(rows) == [("PENDING", 0, NOON + services.WAIT_FOR_SERVER)] * 2


def test_a_notice_waits_for_its_persons_hours_without_losing_an_attempt(quiet):
    quiet["ada@example.com"] = NOON + HOUR
    notice(1), notice(2), notice(3, recipient="bob@example.com")

    assert services.deliver_pending(at=NOON) == 1

    rows = Message.objects.order_by("pk").values_list("state", "attempts", "due_at", "last_error")
    waiting = ("PENDING", 0, NOON + HOUR, services.HELD)
    assert list(rows) == [waiting, waiting, ("SENT", 1, None, "")]
    assert services.deliver_pending(at=NOON + HOUR - timedelta(seconds=1)) == 0
    assert services.deliver_pending(at=NOON + HOUR) == 1
    assert mail.outbox[-1].subject == "2 notices, the first: Kettle 1"


def test_other_mail_waits_for_nobodys_hours(quiet):
    quiet["ada@example.com"] = NOON + HOUR
    make_message()

    assert services.deliver_pending(at=NOON) == 1
