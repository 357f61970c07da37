"""The way to the mail server: Django's e-mail backend, one connection for a run."""

from contextlib import suppress
from datetime import timedelta
from email.mime.text import MIMEText
from smtplib import SMTPDataError, SMTPRecipientsRefused
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from apps.outbox.html import html_of
from apps.outbox.models import Message
from apps.outbox.rendering import Attachment, Email, InvalidEmail, describe

PERMANENT = 500  # reply codes from here on: the server will not take it later either


class Unreachable(Exception):
    """No connection to the mail server; this says nothing about the message."""


class Refused(Exception):
    """The server will never take this message."""


class Failed(Exception):
    """This attempt failed; a later one may not. ``wait``: it comes no sooner."""

    def __init__(self, reason: str, *, wait: timedelta = timedelta()) -> None:
        super().__init__(reason)
        self.wait = wait


def compose(message: Message, email: Email) -> EmailMultiAlternatives:
    """Return the mail with its headers and both its parts, ready for the backend.

    :raises InvalidEmail: an address or a header cannot be written.
    """
    headers = {"Message-ID": message.message_id, "Content-Language": email.language}
    if email.automatic:
        headers["Auto-Submitted"] = "auto-replied" if email.in_reply_to else "auto-generated"
    if email.in_reply_to:
        headers["In-Reply-To"] = email.in_reply_to
    if email.references:
        headers["References"] = " ".join(email.references)
    mail = EmailMultiAlternatives(
        subject=email.subject,
        body=email.text,
        from_email=email.from_address or settings.DEFAULT_FROM_EMAIL,
        to=[message.recipient],
        reply_to=email.reply_to,
        headers=headers,
    )
    mail.attach_alternative(html_of(email), "text/html")
    for part in email.attachments:
        mail.attach(*_attached(part))
    try:
        mail.message()  # every header is checked here, before the server hears anything
    except (ValueError, IndexError) as error:
        raise InvalidEmail(str(error)) from error
    return mail


def _attached(part: Attachment) -> tuple[Any, ...]:
    """Return what the mail attaches: text in base64, so that nothing on its way rewrites it."""
    kind, _, subtype = part.mimetype.partition("/")
    if kind != "text":
        return part.filename, part.content, part.mimetype
    text = MIMEText(part.content.decode(), subtype, "utf-8")
    text.add_header("Content-Disposition", "attachment", filename=part.filename)
    return (text,)


class Transport:
    """A connection that opens with the first mail, and anew after each failure.

    It stops being ``usable`` when it cannot be opened, or breaks before it has
    carried anything: the next mail would wait for the same timeouts.
    """

    def __init__(self) -> None:
        self.usable = True
        self._backend = get_connection()
        self._open = False
        self._carried = 0  # mails since it was opened

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close()

    def send(self, mail: EmailMultiAlternatives) -> None:
        """Hand one mail to the server.

        :raises Unreachable: there is no connection to be had.
        :raises Refused: the server refuses this mail for good.
        :raises Failed: anything else; the connection is given up.
        """
        self._connect()
        try:
            self._backend.send_messages([mail])
        except Exception as error:
            self._close()
            code, reason = _reply(error)
            if code >= PERMANENT:
                raise Refused(reason) from error
            self.usable = bool(code or self._carried)
            raise Failed(reason) from error
        self._carried += 1

    def _connect(self) -> None:
        if self._open:
            return
        try:
            self._backend.open()
        except Exception as error:  # also wrong credentials, a bad certificate, a foreign backend
            self.usable = False
            raise Unreachable(f"The mail server cannot be reached: {describe(error)}") from error
        self._open = True
        self._carried = 0

    def _close(self) -> None:
        self._open = False
        with suppress(OSError):  # SMTP errors too: it is gone either way
            self._backend.close()


def _reply(error: Exception) -> tuple[int, str]:
    """Return the server's reply code to this mail, or 0 without one, and the reason in words.

    A refused sender counts as no reply: the address is ours, and so is the mistake.
    """
    text: str | bytes
    if isinstance(error, SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
    elif isinstance(error, SMTPDataError):
        code, text = error.smtp_code, error.smtp_error
    else:
        return 0, describe(error)
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    return code, f"The mail server answered: {code} {words}"
