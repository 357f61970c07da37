"""Between keeping a mail and having worked it off, anything may happen."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from apps.intake import tasks
from apps.intake.models import InboundMail
from apps.intake.services import process, process_pending
from apps.intake.tasks import STALE
from apps.outbox.models import Message as Told
from apps.tickets.models import Event, Message, Ticket
from tests.factories import MORNING, make_ticket
from tests.intake.mails_in import ADA, make_ada, make_mail, said, take, ticket_of, told

INSTANT = timedelta(microseconds=1)


def make_kept(*, raw: bytes = b"", at: datetime = MORNING) -> InboundMail:
    """Keep a mail whose worker died before it did anything."""
    raw = raw or make_mail()
    return InboundMail.objects.create(
        digest=hashlib.sha256(raw).hexdigest(), raw=raw, received_at=at
    )


def test_what_a_dead_worker_left_is_worked_off_as_of_its_receipt(ada):
    make_kept()

    assert process_pending(before=MORNING + timedelta(hours=3)) == 1

    mail = InboundMail.objects.get()
    assert (mail.state, ticket_of(mail).registered_at) == ("REGISTERED", MORNING)
    assert told() == [("ticket.acknowledged", ADA)]


def test_a_mail_that_may_still_be_in_work_is_left_alone(ada):
    make_kept()

    assert (process_pending(before=MORNING), Ticket.objects.count()) == (0, 0)
    assert (process_pending(before=MORNING + INSTANT), Ticket.objects.count()) == (1, 1)


def test_what_waited_is_worked_off_in_the_order_in_which_it_came(ada):
    ticket = make_ticket(requester=ada)
    for text in ("One.", "Two.", "Three."):
        make_kept(raw=make_mail(subject=ticket.number, message_id=f"<{text}@c>", text=text))

    assert process_pending(before=MORNING + INSTANT) == 3

    assert said(ticket) == ["Nothing works.", "One.", "Two.", "Three."]


def test_a_second_run_finds_nothing_to_do(ada):
    make_kept()

    assert [process_pending(before=MORNING + INSTANT) for _ in range(2)] == [1, 0]


def test_a_mail_that_is_delivered_again_after_a_crash_is_worked_off_at_once(ada):
    make_kept()

    mail = take(at=MORNING + timedelta(hours=1))

    assert (mail.state, ticket_of(mail).registered_at) == ("REGISTERED", MORNING)


@pytest.mark.parametrize("state", ["REGISTERED", "REFUSED", "AUTOMATIC", "UNREADABLE"])
def test_what_is_decided_is_decided(ada, state):
    mails = {
        "REGISTERED": make_mail(),
        "REFUSED": make_mail(sender="eve@example.net"),
        "AUTOMATIC": make_mail(fields="Precedence: bulk"),
        "UNREADABLE": make_mail(sender="nobody"),
    }
    decided = take(mails[state])
    before = (decided.state, decided.why, told())

    again = process(decided)

    assert (again.state, again.why, told()) == before
    assert before[0] == state


@contextmanager
def next_acknowledgement_taken() -> Iterator[None]:
    """A fault that comes last: the next tickets' acknowledgements are somebody else's already."""
    latest = max(Ticket.objects.values_list("pk", flat=True))
    for pk in range(latest + 1, latest + 3):
        Told.objects.create(
            topic="x", key=f"ticket:{pk}:acknowledged", recipient="x@example.net",
            payload={}, created_at=MORNING, due_at=MORNING,
        )  # fmt: skip
    yield
    Told.objects.filter(topic="x").delete()


def rows() -> list[int]:
    return [model.objects.count() for model in (Ticket, Event, Message, Told)]


def test_a_fault_of_ours_is_written_on_the_mail_and_leaves_nothing_half_done(ada, caplog):
    make_ticket(requester=ada)
    with next_acknowledgement_taken():
        before = rows()

        mail = take()

        assert rows() == before
    assert (mail.state, mail.ticket) == ("FAILED", None)
    assert mail.why.startswith("IntegrityError: ")
    assert mail.told.startswith("Something that it would have written is here already under")
    assert [record.exc_info is not None for record in caplog.records] == [True]


def test_a_mail_that_failed_is_kept_whole_and_can_be_worked_off_later(ada, caplog):
    make_ticket(requester=ada)
    with next_acknowledgement_taken():
        failed = take()

    mail = process(failed)

    assert (failed.state, mail.state) == ("FAILED", "REGISTERED")
    assert mail.why.startswith("The sender is an authorised user of order ")
    assert said(ticket_of(mail)) == ["No calls since nine."]


def test_a_mail_that_failed_waits_for_a_person(ada, caplog):
    make_ticket(requester=ada)
    with next_acknowledgement_taken():
        take()

    assert process_pending(before=MORNING + INSTANT) == 0


def test_a_failed_mail_whose_copy_was_taken_meanwhile_is_a_duplicate(ada, caplog):
    make_ticket(requester=ada)
    with next_acknowledgement_taken():
        failed = take()
    take(fields="Received: from another.example.net")

    assert (process(failed).state, Ticket.objects.count()) == ("DUPLICATE", 2)


def test_a_database_in_trouble_leaves_the_mail_as_it_was(ada, caplog):
    if connection.vendor != "sqlite":
        pytest.skip("a table that is not there is no operational error on PostgreSQL")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE outbox_message RENAME TO away")
        mail = take()
        pending = process_pending(before=MORNING + INSTANT)
        cursor.execute("ALTER TABLE away RENAME TO outbox_message")

    assert (mail.state, mail.why, pending, Ticket.objects.count()) == ("RECEIVED", "", 0, 0)
    # Foreseeable, so the log has words and no traceback.
    assert [record.exc_info for record in caplog.records] == [None, None]
    assert (process_pending(before=MORNING + INSTANT), told()) == (
        1,
        [("ticket.acknowledged", ADA)],
    )


def test_a_constraint_that_is_broken_by_no_copy_is_a_fault_of_ours(ada, caplog):
    if connection.vendor != "sqlite":
        pytest.skip("written in SQLite's words")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER no BEFORE INSERT ON outbox_message"
            " BEGIN SELECT RAISE(ABORT, 'not today'); END"
        )
        mail = take()
        cursor.execute("DROP TRIGGER no")

    assert (mail.state, mail.why) == ("FAILED", "IntegrityError: not today")
    assert (process(mail).state, Ticket.objects.count()) == ("REGISTERED", 1)


def test_the_task_takes_up_what_has_waited_longer_than_any_mail_takes(db):
    make_ada(starts_on=date(2020, 1, 1))
    now = timezone.now()
    stale = make_kept(at=now - STALE)
    fresh = make_kept(raw=make_mail(message_id="<b@c.example>"), at=now)

    tasks.process_pending()

    stale.refresh_from_db()
    fresh.refresh_from_db()
    assert (stale.state, fresh.state) == ("REGISTERED", "RECEIVED")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_lock_that_is_not_to_be_had_leaves_the_mail_as_it_was():
    ticket = make_ticket(requester=make_ada())

    def impatient() -> InboundMail:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        try:
            return take(subject=ticket.number)
        finally:
            connections.close_all()

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        Ticket.objects.select_for_update().get(pk=ticket.pk)
        mail = pool.submit(impatient).result(timeout=20)

    assert (mail.state, said(ticket)) == ("RECEIVED", ["Nothing works."])
    assert process_pending(before=MORNING + INSTANT) == 1
    assert said(ticket) == ["Nothing works.", "No calls since nine."]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_work_each_mail_off_once():
    ticket = make_ticket(requester=make_ada())
    for serial in range(6):
        make_kept(raw=make_mail(subject=ticket.number, message_id=f"<{serial}@c.example>"))

    def sweep(_: int) -> None:
        try:
            process_pending(before=MORNING + INSTANT)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(sweep, range(2)))

    assert set(InboundMail.objects.values_list("state", flat=True)) == {"ADDED"}
    assert said(ticket) == ["Nothing works."] + ["No calls since nine."] * 6
