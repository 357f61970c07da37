"""Mails made to exhaust us cost bounded time and memory, are kept whole, and are reported."""

import base64
import time
import tracemalloc

import pytest

from apps.intake.models import InboundMail
from apps.outbox.models import Message as Told
from apps.outbox.rendering import render
from apps.tickets.models import Attachment, Ticket
from tests.factories import make_staff
from tests.intake.mails_in import make_mail, take, ticket_of

MIXED = "Content-Type: multipart/mixed; boundary=b"
PICTURE = "--b\r\nContent-Type: image/png\r\n\r\nx\r\n"
SECONDS = 10.0  # a slow machine under load; the usual is well under one
pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-8.1")]


@pytest.fixture
def manager(ada):
    return make_staff(is_duty_manager=True)


def take_in_time(raw: bytes) -> InboundMail:
    begun = time.perf_counter()
    mail = take(raw)
    assert time.perf_counter() - begun < SECONDS
    assert bytes(InboundMail.objects.get(pk=mail.pk).raw) == raw
    return mail


def reported() -> list[tuple[str, int]]:
    rows = Told.objects.filter(topic="mail.unreadable").order_by("pk")
    return [(row.recipient, row.payload["mail_id"]) for row in rows]


def nested(levels: int) -> str:
    return "".join(
        f"--b{level}\r\nContent-Type: multipart/mixed; boundary=b{level + 1}\r\n\r\n"
        for level in range(levels)
    )


def attached(name: str, content: bytes, *, times: int = 1) -> bytes:
    """Write a mail with a file so many times."""
    coded = base64.encodebytes(content).decode()
    part = (
        f"--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment; filename={name}\r\n\r\n{coded}\r\n"
    )
    return make_mail(fields=MIXED, text=f"--b\r\n\r\nSee this.\r\n{part * times}--b--")


def test_20_000_parts_are_a_ticket_with_the_first_and_somebody_hears(manager):
    mail = take_in_time(make_mail(fields=MIXED, text=PICTURE * 20_000 + "--b--"))

    assert (mail.state, mail.is_cut) == ("REGISTERED", True)
    assert mail.defects == ["The mail has more than 250 parts; only those were read."]
    assert Attachment.objects.count() == 250
    assert reported() == [(manager.email, mail.pk)]
    text = render(topic="mail.unreadable", payload={"mail_id": mail.pk}).text
    assert text.splitlines()[0] == (
        "A mail came in that needs a person: became a ticket, and something of it was left out."
    )
    assert "Odd:       The mail has more than 250 parts; only those were read." in text


def test_3_000_nestings_are_a_ticket_whose_inside_is_one_file(manager):
    fields = "Content-Type: multipart/mixed; boundary=b0"
    mail = take_in_time(make_mail(fields=fields, text=nested(3_000)))

    assert (mail.state, Attachment.objects.count()) == ("REGISTERED", 1)
    assert "The parts are nested more than 20 deep; the rest is attached." in mail.defects


def test_a_bomb_of_files_is_kept_only_as_the_mail(manager, settings):
    settings.ATTACHMENT_MAX_BYTES = 100_000
    settings.ATTACHMENTS_MAX_BYTES = 1_000_000
    raw = attached("bomb.bin", b"\0" * 90_000, times=100)

    mail = take_in_time(raw)

    (message,) = ticket_of(mail).messages.all()
    assert (message.text, message.attachments.count()) == ("See this.", 11)
    assert message.mark == (
        "Left out: bomb.bin (too large), bomb.bin (too large), bomb.bin (too large), 86 more."
        " Under Mails in, the mail as it came has all of it."
    )
    assert (mail.is_cut, len(mail.defects)) == (True, 21)
    assert reported() == [(manager.email, mail.pk)]


def test_the_memory_that_a_huge_file_takes_is_a_few_times_its_size(ada):
    raw = attached("huge.bin", b"\1" * 9_000_000)
    tracemalloc.start()
    try:
        take(raw)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 12 * len(raw)


def test_a_program_stays_in_the_mail_and_the_message_says_so(manager):
    mail = take_in_time(attached("invoice.pdf.exe", b"MZ"))

    (message,) = ticket_of(mail).messages.all()
    assert (message.text, message.attachments.count()) == ("See this.", 0)
    assert message.mark == (
        "Left out: invoice.pdf.exe (may be a program)."
        " Under Mails in, the mail as it came has all of it."
    )
    assert mail.defects == ["Left out, may be a program: invoice.pdf.exe"]
    assert reported() == [(manager.email, mail.pk)]


def test_the_message_shows_its_mark_on_the_ticket(admin_client, ada):
    mail = take(attached("<b>boot.exe", b"MZ"))
    url = f"/admin/tickets/ticket/{ticket_of(mail).pk}/change/"

    page = admin_client.get(url).content.decode()

    assert "Left out: _b_boot.exe (may be a program)." in page


def test_ten_thousand_machines_fields_and_names_are_read_in_time(manager):
    fields = "\n".join(["X-Loop: (((((a@b" + ")" * 50, "Auto-Submitted: no (" + "x" * 5_000] * 900)

    mail = take_in_time(make_mail(fields=fields))

    assert (mail.state, Ticket.objects.count()) == ("REGISTERED", 1)
