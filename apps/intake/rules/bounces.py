"""What a mail that came back says: whom ours did not reach, why, and which of ours it was.

Read from a delivery report (RFC 3464) as far as there is one, and else from what mail servers
without one write. Anybody can forge all of it, so it may only ever lead to a line to read.

Clause: V-8.1.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .addresses import mailboxes
from .attachments import Part
from .charsets import header_text, one_line
from .fields import message_ids
from .mail import ParsedMail
from .structure import read_entity

MAX_GROUPS = 20  # recipients of one report that are looked at
LONGEST = 300  # characters of an explanation that are kept

_STATUS_PARTS = {"message/delivery-status", "message/global-delivery-status"}
_RETURNED_PARTS = {
    *("message/rfc822", "text/rfc822-headers"),
    *("message/global", "message/global-headers"),
}
_SYSTEMS = {"mailer-daemon", "postmaster", "double-bounce"}
_STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
# Servers without reports quote the mail at the end of a text of their own.
_QUOTED_ID = re.compile(r"^message-id:[ \t]{0,20}(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail that did not arrive. What is not known is ""; ``mail_ids``: best evidence first."""

    recipient: str
    status: str  # such as 5.1.1
    diagnostic: str
    mail_ids: tuple[str, ...]


def bounce_of(mail: ParsedMail) -> Bounce | None:
    """Return what came back, or None: no mail of ours failed for good, as far as this one says.

    A report of a delay, of a success or of having been read is none, and neither is a robot's
    answer, though it may come with an empty Return-Path as reports do.

    Clause: V-8.1.
    """
    reports = [part for part in mail.attachments if part.content_type in _STATUS_PARTS]
    failed = next(filter(None, map(_failed, reports)), None)
    if failed is None and (reports or not _is_a_systems(mail)):
        return None
    recipient, status, diagnostic = failed or ("", "", "")
    return Bounce(
        recipient=recipient or _failed_recipient(mail),
        status=status,
        diagnostic=diagnostic,
        mail_ids=tuple(dict.fromkeys(_ids(mail))),
    )


def _failed(report: Part) -> tuple[str, str, str] | None:
    """Return (recipient, status, explanation) of the first recipient whom nothing will reach."""
    position, end = 0, len(report.content)
    for _ in range(MAX_GROUPS):
        group = read_entity(report.content, position, end)
        recipient = group.text("final-recipient") or group.text("original-recipient")
        status = _STATUS.search(group.text("status")[:100])
        action = group.text("action").lower().partition(" ")[0]
        if action == "failed" or (not action and status and status[0][0] == "5"):
            explanation = group.text("diagnostic-code")
            return (
                _typed(recipient)[:320].lower(),
                status[0] if status else "",
                _typed(explanation)[:LONGEST],
            )
        if group.start <= position or group.start >= end:
            break
        position = group.start
    return None


def _typed(value: str) -> str:
    """Return what stands after the type: "rfc822; ada@example.com" is the address."""
    kind, semicolon, rest = value.partition(";")
    return one_line(rest if semicolon else kind)


def _is_a_systems(mail: ParsedMail) -> bool:
    """Whether a mail system reports in words of its own that a mail did not arrive.

    Exim names whom it did not reach, and nobody where it only warns of a delay; both say that
    they are automatic. What says neither is qmail's, which has no warnings.
    """
    names = {name for name, _ in mail.headers}
    if "x-failed-recipients" in names:
        return True
    return mail.sender.partition("@")[0] in _SYSTEMS and "auto-submitted" not in names


def _failed_recipient(mail: ParsedMail) -> str:
    values = [value for name, value in mail.headers if name == "x-failed-recipients"]
    return next((box.address for value in values for box in mailboxes(value)), "")[:320]


def _ids(mail: ParsedMail) -> Iterator[str]:
    """Yield the ids of the mails that came back: as returned, as answered, as quoted."""
    for part in mail.attachments:
        if part.content_type in _RETURNED_PARTS:
            returned = read_entity(part.content, 0, len(part.content))
            for name, value in returned.fields:
                if name == "message-id":
                    yield from message_ids(header_text(value))
    yield from mail.in_reply_to
    yield from reversed(mail.references)
    for quoted in _QUOTED_ID.findall(mail.text):
        yield from message_ids(quoted)
