"""Raw mails made for a test, and what became of them: plain keyword-only functions."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.contracts.models import AuthorisedUser
from apps.intake.models import InboundMail
from apps.intake.services import receive_mail
from apps.outbox.models import Message as Told
from apps.tickets.models import Ticket
from tests.factories import MORNING, make_client, make_order

ADA = "ada@client.example.com"
MAILBOX = "help@harbour.example.com"


def make_ada(*, email: str = ADA, number: str = "ORD-ADA", **order: object) -> AuthorisedUser:
    """Create an authorised user whose order has a number that a test can name."""
    found = make_order(**order)  # type: ignore[arg-type]
    found.number = number
    found.save()
    return make_client(order=found, email=email)


def make_mail(
    *,
    sender: str = f"Ada Client <{ADA}>",
    to: str = MAILBOX,
    subject: str = "No calls",
    message_id: str = "<no-calls@client.example.com>",
    text: str = "No calls since nine.",
    fields: str = "",
) -> bytes:
    """Write a plain mail; ``fields`` are further header lines."""
    lines = [f"From: {sender}", f"To: {to}", f"Subject: {subject}"]
    lines += [f"Message-ID: {message_id}"] if message_id else []
    lines += ["Date: Wed, 4 Mar 2026 09:00:00 -0500", *fields.splitlines()]
    return "\r\n".join([*lines, "", text, ""]).encode()


def make_big_mail(*, attached: int) -> bytes:
    """Write a mail with an attachment of so many bytes."""
    head = make_mail(fields='Content-Type: multipart/mixed; boundary="b"', text="").rstrip()
    return b"\r\n".join(
        [
            *(head, b"", b"--b", b"", b"See the trace.", b"--b"),
            b"Content-Type: application/octet-stream",
            b"Content-Disposition: attachment; filename=trace.pcap",
            *(b"", b"x" * attached, b"--b--", b""),
        ]
    )


def take(raw: bytes = b"", *, at: datetime = MORNING, **mail: str) -> InboundMail:
    """Receive a mail, given raw or by what it says."""
    return receive_mail(raw or make_mail(**mail), at=at)


def ticket_of(mail: InboundMail) -> Ticket:
    """Return the ticket that a mail became or was added to."""
    assert mail.ticket is not None
    return mail.ticket


def told() -> list[tuple[str, str]]:
    """Return (topic, recipient) of all that the outbox owes or sent, in order."""
    return list(Told.objects.order_by("pk").values_list("topic", "recipient"))


def happened(ticket: Ticket) -> list[str]:
    """Return the kinds of a ticket's events, in order."""
    return list(ticket.events.order_by("pk").values_list("kind", flat=True))


def said(ticket: Ticket) -> list[str]:
    """Return what was said on a ticket, in order."""
    return list(ticket.messages.order_by("pk").values_list("text", flat=True))


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the statements sent to the database, without the marks of savepoints."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    found += [
        query["sql"]
        for query in captured.captured_queries
        if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
    ]
