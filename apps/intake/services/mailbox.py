"""A mailbox that is polled: each mail in it is kept, and only then marked or moved.

Whatever is interrupted, nothing is lost: a mail that is not marked is fetched again, and the same
bytes are the same mail. So no position in the mailbox is remembered, and it does not matter when
the server counts anew (UIDVALIDITY), or two polls run at once.

The server is told by a keyword, not by \\Seen, which whoever looks at a mail there sets too. Only
\\Deleted is never set, and nothing is expunged: what people delete there is their own affair.
"""

import imaplib
import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import Error, InterfaceError, OperationalError
from imap_tools import (
    BaseMailBox,
    ImapToolsError,
    MailBox,
    MailboxMoveError,
    MailBoxStartTls,
    MailBoxUnencrypted,
)

from apps.intake.services.imap_words import Fetched, fetched, keeps_keywords
from apps.intake.services.mails import TooBig, note_too_big, receive_mail
from config.mailbox import Mailbox

logger = logging.getLogger(__name__)

BATCH = 200  # mails of one run; the next one takes the rest
OLDEST = timedelta(days=30)  # before then a mail did not arrive here, but was put here
HEAD = 64 * 1024  # bytes of a header that are read of a mail that is too big
KEPT = "$FaultlineKept"
TOO_BIG = r"\Flagged"  # which people see, too
TROUBLE = (ImapToolsError, imaplib.IMAP4.error, OSError)


class MailboxTrouble(Exception):
    """The mailbox could not be polled to the end. What was taken by then is kept."""


@dataclass(slots=True)
class Polled:
    """What one run did: mails kept, mails too big, and mails that could not be fetched."""

    kept: int = 0
    too_big: int = 0
    failed: int = 0


def poll_mailbox(*, at: datetime) -> Polled:
    """Take what lies in the mailbox, oldest first, and mark it there once it is kept.

    ``at`` is now: a mail counts from when the server received it, as far as that is between
    ``OLDEST`` ago and now. Safe to run late, twice, or in two places at once.

    Clause: V-8.1, V-8.1.4, S-8.

    :raises MailboxTrouble: the server, or the database, did not answer as it should.
    """
    polled = Polled()
    if settings.IMAP_MAILBOX is None:
        return polled
    try:
        with _opened(settings.IMAP_MAILBOX) as box:
            _poll(box, polled, at)
    except TROUBLE as trouble:
        # The words are the server's: one line, and never what we sent, which holds the password.
        said = " ".join(str(trouble).split())[:300] or type(trouble).__name__
        raise MailboxTrouble(f"The mailbox does not answer as it should: {said}") from trouble
    except (OperationalError, InterfaceError) as trouble:
        raise MailboxTrouble(f"The database is in trouble: {trouble}") from trouble
    return polled


@contextmanager
def _opened(mailbox: Mailbox) -> Iterator[BaseMailBox]:
    """Sign in, open the folder, and leave. A connection that is lost is not waited for."""
    where, patience = (mailbox.host, mailbox.port), settings.IMAP_TIMEOUT
    if mailbox.scheme == "imap":
        box: BaseMailBox = MailBoxUnencrypted(*where, timeout=patience)
    else:
        # imaplib by itself would take any certificate.
        kind = MailBox if mailbox.scheme == "imaps" else MailBoxStartTls
        box = kind(*where, timeout=patience, ssl_context=ssl.create_default_context())
    try:
        _sign_in(box, mailbox)
        yield box
        box.logout()
    finally:
        with suppress(OSError):  # it may be closed by now
            box.client.shutdown()


def _sign_in(box: BaseMailBox, mailbox: Mailbox) -> None:
    plain = (mailbox.user + mailbox.password).isascii()
    sign_in = box.login if plain else box.login_utf8
    sign_in(mailbox.user, mailbox.password, initial_folder=None)
    # What a server can do it says in full only to who has signed in.
    _, said = box.client.capability()
    box.client.capabilities = tuple(said[-1].decode("ascii", "replace").upper().split())
    box.folder.set(mailbox.folder)


def _poll(box: BaseMailBox, polled: Polled, at: datetime) -> None:
    done = settings.IMAP_DONE_FOLDER if "MOVE" in box.client.capabilities else ""
    if not done and not keeps_keywords(box.client):
        raise MailboxTrouble(
            "The server can neither keep keywords on mails nor move them, so that each poll would"
            " fetch all of them again."
        )
    if done and not box.folder.exists(done):
        box.folder.create(done)
    limit = settings.MAIL_MAX_BYTES
    for uid in box.uids(f"UNKEYWORD {KEPT} SMALLER {limit + 1}", charset=None):
        if polled.kept == BATCH:
            return
        _take(box, uid, done, polled, at)
    big = box.uids(f"LARGER {limit} UNFLAGGED UNKEYWORD {KEPT}", charset=None)
    for uid in big[:BATCH]:
        _leave(box, uid, polled, at)


def _take(box: BaseMailBox, uid: str, done: str, polled: Polled, at: datetime) -> None:
    """Fetch one mail, keep it, and mark it: in this order, so that nothing is ever lost.

    A mail that cannot be fetched or kept does not hold up those after it.
    """
    limit = settings.MAIL_MAX_BYTES
    mail = _fetch(box, uid, f"BODY.PEEK[]<0.{limit + 1}>", polled)
    if mail is None:
        return
    try:
        receive_mail(mail.content, at=_received_at(mail, at))
    except TooBig:  # the server gave a wrong size
        _leave(box, uid, polled, at)
        return
    except (OperationalError, InterfaceError):
        raise
    except Error:
        polled.failed += 1
        logger.exception("Mail %s of the mailbox cannot be kept", uid)
        return
    _mark(box, uid, done)
    polled.kept += 1


def _mark(box: BaseMailBox, uid: str, done: str) -> None:
    """Mark a mail that is kept: from here on the worst is that it is fetched once more.

    A folder that takes no more mails must not hold up those that follow.
    """
    if done:
        _store(box, uid, r"\Seen")
        with suppress(MailboxMoveError):
            box.move(uid, done)
            return
    _store(box, uid, rf"\Seen {KEPT}")


def _leave(box: BaseMailBox, uid: str, polled: Polled, at: datetime) -> None:
    """List a mail that is too big for staff, and leave it where it is, flagged."""
    mail = _fetch(box, uid, f"BODY.PEEK[HEADER]<0.{HEAD}>", polled)
    if mail is not None:
        note_too_big(mail.content, size=mail.size, at=_received_at(mail, at))
        _store(box, uid, TOO_BIG)
        polled.too_big += 1


def _fetch(box: BaseMailBox, uid: str, what: str, polled: Polled) -> Fetched | None:
    """Return a mail, or None: it is gone, or the server cannot give it."""
    try:
        status, data = box.client.uid("FETCH", uid, f"(INTERNALDATE RFC822.SIZE {what})")
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as refusal:
        status, data = "BAD", [str(refusal).encode()]
    mail = fetched(data) if status == "OK" else None
    if mail is None and status != "OK":
        polled.failed += 1
        logger.warning("Mail %s of the mailbox cannot be fetched: %.300s", uid, data)
    return mail


def _received_at(mail: Fetched, at: datetime) -> datetime:
    """Return when the server received it: not in the future, and not long before we were here."""
    if mail.received_at is None:
        return at
    return max(min(mail.received_at, at), at - OLDEST)


def _store(box: BaseMailBox, uid: str, flags: str) -> None:
    # Not imap-tools' flag(): it expunges afterwards, and so deletes what others marked.
    status, data = box.client.uid("STORE", uid, "+FLAGS.SILENT", f"({flags})")
    if status != "OK":
        raise MailboxTrouble(f"The server does not mark mails: {data!r:.200}")
