"""The demo's raw mails, as they come out of a mail server."""

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime


def raw_mail(
    *, sender: str, to: str, subject: str, text: str, at: datetime, serial: int, answers: str = ""
) -> bytes:
    """Return a plain mail as bytes. ``answers`` is the number of the ticket that it goes to."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = f"Re: [{answers}] {subject}" if answers else subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<demo-{serial}@mail.example.com>"
    mail.set_content(text)
    return mail.as_bytes()


def out_of_office(*, sender: str, to: str, at: datetime) -> bytes:
    """Return what a mailbox sends by itself while its owner is away."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = "Out of office"
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = "<demo-away@mail.example.com>"
    mail["Auto-Submitted"] = "auto-replied"
    mail.set_content("I am away this week and read no mail.")
    return mail.as_bytes()


def garbled(*, to: str) -> bytes:
    """Return a mail whose sender cannot be made out."""
    return f"From: \x01\x02 <>\nTo: {to}\nSubject: invoice\n\nSee attached.\n".encode()
