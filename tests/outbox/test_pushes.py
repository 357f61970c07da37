"""Pushes: several at once, each in a process of its own, and none in the way of mails."""

from datetime import timedelta
from time import monotonic

import pytest
from django.core import mail

from apps.outbox import pushes, pushing, services
from apps.outbox.enqueue import PAGES, PUSHES
from apps.outbox.push_process import without
from apps.outbox.pushing import Push
from apps.outbox.rendering import Withdrawn
from tests.outbox.making import NOON, make_message
from tests.outbox.pushed import hanging, taking

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def pushers():
    """The registry, as it was again after the test; a push goes where its payload says."""
    before = dict(pushing._pushers)

    @pushing.pushes("kettle.boiled")
    def kettle_boiled(payload: dict) -> Push:
        return Push(payload["address"], "The kettle boiled", "It took 4 minutes.")

    yield pushing._pushers
    pushing._pushers.clear()
    pushing._pushers.update(before)


def make_push(address: str = "json://127.0.0.1:1/", **changes):
    return make_message(
        channel="PUSH", recipient="Ada: hook", payload={"address": address}, **changes
    )


def test_a_push_goes_to_its_service_and_is_marked_sent():
    with taking() as (address, told):
        message = make_push(address)

        assert pushes.deliver_pushes(at=NOON) == 1

    message.refresh_from_db()
    assert told == [("The kettle boiled", "It took 4 minutes.")]
    assert (message.state, message.sent_at) == ("SENT", NOON)


def test_what_its_service_refuses_is_tried_again_within_minutes_and_keeps_the_secret():
    with taking(status=403) as (address, _):
        message = make_push(address)

        assert pushes.deliver_pushes(at=NOON) == 0

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("PENDING", 1)
    assert message.due_at <= NOON + services.PAGE_RETRY
    assert "t0ken" not in message.last_error
    assert message.last_error != ""


def test_an_address_of_no_service_is_a_dead_letter():
    message = make_push("nosuchservice://secret-token")

    pushes.deliver_pushes(at=NOON)

    message.refresh_from_db()
    assert (message.state, message.last_error) == (
        "DEAD",
        "The address is of no service that is known, or not complete.",
    )


def test_a_push_that_is_not_true_any_more_is_withdrawn(pushers):
    def gone(payload: dict) -> Push:
        raise Withdrawn("It was drunk.")

    pushers["kettle.boiled"] = gone
    message = make_push()

    assert pushes.deliver_pushes(at=NOON) == 0

    message.refresh_from_db()
    assert (message.state, message.last_error) == ("WITHDRAWN", "It was drunk.")


def test_a_push_that_nobody_makes_is_a_dead_letter_and_holds_up_no_other(pushers):
    lost = make_message(channel="PUSH", topic="kettle.broke", recipient="-", at=NOON - SECOND)
    with taking() as (address, told):
        make_push(address)
        assert pushes.deliver_pushes(at=NOON) == 1

    lost.refresh_from_db()
    assert (lost.state, len(told)) == ("DEAD", 1)


@pytest.mark.clause("S-2")
def test_a_service_that_hangs_is_cut_off_and_holds_up_no_other(monkeypatch):
    monkeypatch.setattr(pushes.send, "__kwdefaults__", {"most_seconds": 6})
    with hanging() as silent, taking() as (address, told):
        stuck = make_push(silent, at=NOON - SECOND)
        make_push(address)
        began = monotonic()

        assert pushes.deliver_pushes(at=NOON) == 1
        took = monotonic() - began

    stuck.refresh_from_db()
    assert (stuck.state, stuck.last_error) == (
        "PENDING",
        "The service did not answer within 6 seconds.",
    )
    assert len(told) == 1
    assert took < 20


def test_mails_and_pushes_and_pages_have_runs_of_their_own():
    plain, page, push = make_message(), make_message(channel="PAGE"), make_push()

    assert services.deliver_pending(at=NOON) == 1
    assert services.deliver_pending(at=NOON, channel="PAGE") == 1

    states = []
    for message in (plain, page, push):
        message.refresh_from_db()
        states.append(message.state)
    assert states == ["SENT", "SENT", "PENDING"]
    assert len(mail.outbox) == 2


def test_a_page_is_claimed_for_a_short_while_only():
    page, plain = make_message(channel="PAGE"), make_message()

    for message in (page, plain):
        services.claim(message=message, at=NOON)

    assert (page.due_at, plain.due_at) == (NOON + services.PAGE_LEASE, NOON + services.LEASE)
    assert services.PAGE_LEASE.total_seconds() > pushes.MOST_SECONDS


@pytest.mark.django_db(transaction=True)
def test_each_channel_is_nudged_on_the_queue_for_pages(celery_queue):
    celery_queue("pages")  # what others left there
    make_message(channel="PAGE")
    make_push()

    assert celery_queue("pages") == [PAGES, PUSHES]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Failed: error=500.\n", "Failed: error=500."),
        ("Failed to reach t0ken-of-the-hook.\n", ""),
        ("", ""),
    ],
)
def test_of_a_log_no_piece_of_the_address_is_kept(said, kept):
    assert without(said, "json://host.example.com/t0ken-of-the-hook?x=1") == kept


def test_an_address_that_would_have_a_file_of_ours_read_is_of_no_service():
    assert pushes.is_known_service("json://127.0.0.1:9/?rto=1")
    assert not pushes.is_known_service("json://127.0.0.1:9/?rto=1&Template=/etc/hostname")
