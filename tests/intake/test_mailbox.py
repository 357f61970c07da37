"""A mailbox on a real IMAP server is polled: what is kept, what is marked, and what is lost: none.

Without Dovecot these tests are skipped, and ``make test`` says so.
"""

import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections

from apps.intake.models import InboundMail
from apps.intake.services import MailboxTrouble, Polled, mailbox, poll_mailbox
from apps.intake.tasks import poll_mailbox as task
from apps.outbox.models import Message as Told
from apps.tickets.models import Ticket
from config.mailbox import mailbox_at
from tests.factories import MORNING, make_staff, make_ticket
from tests.intake.mailboxes import at_port, line_cut_at
from tests.intake.mails_in import ADA, make_ada, make_big_mail, make_mail, said, told

KEPT = r"$FaultlineKept \Seen"
pytestmark = pytest.mark.clause("V-8.1")


def mails(number: int) -> list[bytes]:
    return [make_mail(message_id=f"<{n}@client.example.com>") for n in range(number)]


def poll() -> Polled:
    return poll_mailbox(at=MORNING)


def test_a_mail_in_the_mailbox_becomes_a_ticket_and_is_marked(ada, box):
    box.put(make_mail(), at=MORNING - timedelta(minutes=5))

    assert poll() == Polled(kept=1)
    ticket = Ticket.objects.get()
    assert (ticket.requester, ticket.channel) == (ada, "EMAIL")
    assert ticket.registered_at == MORNING - timedelta(minutes=5)
    assert (told(), box.marks()) == ([("ticket.acknowledged", ADA)], [KEPT])


def test_the_bytes_are_kept_as_they_lie_there(ada, box):
    raw = make_mail(text='caf\u00e9 ) \\ "').replace(b"\xc3\xa9", b"\xe9\xff\x80")
    box.put(raw)

    poll()

    assert bytes(InboundMail.objects.get().raw) == raw


def test_a_second_poll_fetches_nothing(ada, box):
    box.put(make_mail())

    assert [poll(), poll()] == [Polled(kept=1), Polled()]


def test_a_mail_that_somebody_has_read_there_is_taken_all_the_same(ada, box):
    box.put(make_mail(), flags=r"\Seen")

    assert poll() == Polled(kept=1)


def test_a_mail_moves_to_the_folder_for_those_that_are_done(ada, box, settings):
    settings.IMAP_DONE_FOLDER = "Processed"
    box.put(*mails(2))

    assert (poll(), box.marks(), box.marks("Processed")) == (
        Polled(kept=2),
        [],
        [r"\Seen", r"\Seen"],
    )


def test_a_folder_that_takes_no_mail_does_not_hold_up_those_that_follow(ada, box, settings):
    settings.IMAP_DONE_FOLDER = "Processed"
    with box.client() as client:
        client.create("Processed")
    (box.server.folder / "mail" / box.user / ".Processed" / "cur").rmdir()
    (box.server.folder / "mail" / box.user / ".Processed" / "tmp").rmdir()
    (box.server.folder / "mail" / box.user / ".Processed" / "tmp").write_text("no folder")
    box.put(*mails(2))

    assert (poll(), box.marks()) == (Polled(kept=2), [KEPT, KEPT])


def test_what_others_marked_as_deleted_is_not_expunged(ada, box):
    box.put(make_mail(), flags=r"\Deleted")

    poll()

    assert box.marks() == [r"$FaultlineKept \Deleted \Seen"]


@pytest.mark.parametrize(
    ("received", "counts"),
    [
        (timedelta(0), timedelta(0)),
        (timedelta(hours=1), timedelta(0)),  # a clock that is ahead of ours
        (timedelta(days=-3), timedelta(days=-3)),  # we were away for a weekend
        (timedelta(days=-30), timedelta(days=-30)),
        (timedelta(days=-31), timedelta(days=-30)),  # put there from an old mailbox
        (timedelta(days=-9000), timedelta(days=-30)),
    ],
)
@pytest.mark.django_db
def test_a_mail_counts_from_when_the_server_received_it_within_bounds(box, received, counts):
    box.put(b"From: eve@example.net\r\n\r\nHi\r\n", at=MORNING + received)

    poll()

    assert InboundMail.objects.get().received_at == MORNING + counts


@pytest.mark.clause("V-8.1.4")
def test_an_answer_lands_on_its_ticket(ada, box):
    ticket = make_ticket(requester=ada)
    box.put(make_mail(subject=f"Re: [{ticket.number}]"))

    poll()

    assert said(ticket) == ["Nothing works.", "No calls since nine."]


@pytest.mark.django_db
def test_a_bad_mail_does_not_hold_up_the_others(box):
    make_ada()
    box.put(b"no mail at all\r\n", make_mail(), b"From: \xff\xfe\r\n\r\n")

    assert poll() == Polled(kept=3)
    states = InboundMail.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["UNREADABLE", "REGISTERED", "UNREADABLE"]
    assert box.marks() == [KEPT] * 3


def test_a_run_takes_so_many_and_the_next_one_the_rest(ada, box, monkeypatch):
    monkeypatch.setattr(mailbox, "BATCH", 2)
    box.put(*mails(3))

    assert [poll(), poll(), poll()] == [Polled(kept=2), Polled(kept=1), Polled()]
    assert Ticket.objects.count() == 3


def test_a_mail_that_is_too_big_is_listed_and_stays_flagged(ada, box, settings):
    manager = make_staff(is_duty_manager=True)
    settings.MAIL_MAX_BYTES = 5_000
    raw = make_big_mail(attached=9_000)
    box.put(raw, make_mail(message_id="<small@client.example.com>"))

    assert [poll(), poll()] == [Polled(kept=1, too_big=1), Polled()]
    big = InboundMail.objects.get(state="TOO_BIG")
    assert (big.sender, big.subject, big.ticket) == (ADA, "No calls", None)
    assert (len(bytes(big.raw)) < 400, big.why) == (
        True,
        f"It has {len(raw):,} bytes, and MAIL_MAX_BYTES is 5,000. It lies in the mailbox, flagged;"
        " only its header is kept here. Raise the limit to take it.",
    )
    assert box.marks() == [r"\Flagged", KEPT]
    reported = Told.objects.filter(topic="mail.unreadable")
    assert [(each.recipient, each.payload) for each in reported] == [
        (manager.email, {"mail_id": big.pk})
    ]


def test_once_the_limit_is_raised_it_is_taken(ada, box, settings):
    settings.MAIL_MAX_BYTES = 5_000
    box.put(make_big_mail(attached=9_000))
    poll()
    settings.MAIL_MAX_BYTES = 50_000

    assert poll() == Polled(kept=1)
    assert Ticket.objects.get().messages.get().attachments.get().size == 9_000


def test_numbers_that_mean_something_else_now_lose_nothing_and_repeat_nothing(ada, box):
    first, second = mails(2)
    box.put(first)
    poll()
    box.create_anew()
    box.put(first, second)

    assert poll() == Polled(kept=2)
    assert (InboundMail.objects.count(), Ticket.objects.count()) == (2, 2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_two_polls_at_once_take_each_mail_once(box):
    make_ada()
    box.put(*mails(8))

    def run(_: int) -> Polled:
        try:
            return poll()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))

    assert (InboundMail.objects.count(), Ticket.objects.count()) == (8, 8)
    assert (box.marks(), poll()) == ([KEPT] * 8, Polled())


# Killed before the mail came, after it came, before it is marked, after it was.
@pytest.mark.parametrize("said", [b"BODY.PEEK", b"INTERNALDATE", b"STORE", b"Store completed"])
@pytest.mark.parametrize("done", ["", "Processed"])
def test_a_line_that_breaks_anywhere_loses_nothing_and_repeats_nothing(
    ada, box, settings, said, done
):
    settings.IMAP_DONE_FOLDER = done
    whole = settings.IMAP_MAILBOX
    box.put(*mails(2))
    with line_cut_at(box.server.port, needle=said) as port:
        settings.IMAP_MAILBOX = at_port(whole, port)
        with pytest.raises(MailboxTrouble, match="The mailbox does not answer as it should: "):
            poll()

    settings.IMAP_MAILBOX = whole
    poll()

    assert (InboundMail.objects.count(), Ticket.objects.count()) == (2, 2)
    assert (len(told()), poll()) == (2, Polled())


@pytest.mark.django_db
def test_a_server_that_hangs_is_not_waited_for(settings, box, caplog):
    settings.IMAP_TIMEOUT = 0.2
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.IMAP_MAILBOX = at_port(settings.IMAP_MAILBOX, silent.getsockname()[1])
        task()

    assert [record.getMessage() for record in caplog.records] == [
        "The mailbox does not answer as it should: timed out"
    ]


@pytest.mark.django_db
def test_a_wrong_password_is_said_without_the_password(settings, box):
    whole = settings.IMAP_MAILBOX
    settings.IMAP_MAILBOX = type(whole)(
        *(whole.scheme, whole.host, whole.port, whole.user, "wrong-word", whole.folder)
    )

    with pytest.raises(CommandError) as refusal:
        call_command("poll_mailbox")

    words = str(refusal.value)
    assert ("AUTHENTICATIONFAILED" in words, "wrong-word" in words) == (True, False)


@pytest.mark.django_db
def test_a_folder_that_is_not_there_is_named(settings, imap, box):
    whole = settings.IMAP_MAILBOX
    settings.IMAP_MAILBOX = type(whole)(
        *(whole.scheme, whole.host, whole.port, whole.user, whole.password, "Nowhere")
    )

    with pytest.raises(MailboxTrouble, match="Nowhere"):
        poll()


# imaplib leaves the socket of a connection that came to nothing to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.django_db
def test_a_server_without_tls_is_not_signed_in_to_where_tls_was_asked_for(settings, imap):
    for scheme in ("imaps", "imap+tls"):
        settings.IMAP_MAILBOX = mailbox_at(imap.url("kim", scheme=scheme))
        with pytest.raises(MailboxTrouble):
            poll()


def test_the_command_says_what_it_found(ada, box, capsys):
    box.put(make_mail())

    call_command("poll_mailbox")

    assert capsys.readouterr().out == (
        "1 taken, 0 too big and left there, 0 that could not be fetched.\n"
    )


@pytest.mark.django_db
def test_without_a_mailbox_nothing_is_polled(settings):
    settings.IMAP_MAILBOX = None

    task()

    assert poll() == Polled()
    with pytest.raises(CommandError, match="set IMAP_URL"):
        call_command("poll_mailbox")
