"""A raw mail becomes what it says: who, to whom, about what, with which parts.

Never trusts: every text is safe to store, every list bounded, and the cost of
a hostile mail is that of its size. What cannot be read as a mail from one
sender is refused with the reason; the caller keeps the raw bytes either way.

Clause: V-8.1.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .addresses import Mailbox, mailboxes
from .attachments import Part
from .bodies import Contents, read_body
from .charsets import decode_words, header_text
from .fields import message_ids, sent_at
from .structure import MAX_FIELDS, Entity, read_entity

__all__ = ["NotAMail", "ParsedMail", "Part", "parse"]

MAX_SUBJECT = 250
_RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to")


class NotAMail(ValueError):
    """Nothing that can be treated as a mail from one sender; the message says what was found."""


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A mail as read. Every text can be stored as UTF-8; addresses are in lower case."""

    message_id: str  # without brackets; "" when there is none
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sender: str
    sender_name: str
    reply_to: str
    to: tuple[str, ...]  # with copies, and what the receiving host says it was delivered to
    subject: str
    sent_at: datetime | None  # UTC; None when missing or nonsense
    text: str  # "" when any of it was written in HTML only
    html: str  # as sent, not to be shown unsanitised
    attachments: tuple[Part, ...]
    headers: tuple[tuple[str, str], ...]  # (lower-case name, value), encoded words not read
    defects: tuple[str, ...]  # what was odd, in words for staff
    is_cut: bool = False  # something of it was left out, for there was too much


def parse(raw: bytes) -> ParsedMail:
    """Read a raw mail as it came from a pipe or a mailbox.

    :raises NotAMail: it has no header, too many fields, or not exactly one readable sender.

    Clause: V-8.1.
    """
    raw = _trimmed(raw)
    entity = read_entity(raw, 0, len(raw))
    if not entity.fields:
        raise NotAMail("No header was found." if raw else "The input is empty.")
    if len(entity.fields) > MAX_FIELDS:
        raise NotAMail(f"The header has more than {MAX_FIELDS} fields.")
    sender = _sender(entity)
    contents = Contents(raw)
    _note_oddities(contents, entity)
    body = read_body(contents, entity)
    return ParsedMail(
        message_id=_first(message_ids(entity.text("message-id"))),
        in_reply_to=message_ids(entity.text("in-reply-to")),
        references=message_ids(entity.text("references")),
        sender=sender.address,
        sender_name=sender.name,
        reply_to=_first(_addresses(entity, "reply-to")),
        to=_addresses(entity, *_RECIPIENTS),
        subject=_cut(decode_words(entity.text("subject"))),
        sent_at=sent_at(entity.text("date")),
        text=body.plain,
        html=body.html,
        attachments=tuple(contents.attachments),
        headers=tuple((name, header_text(value)) for name, value in entity.fields),
        defects=tuple(contents.defects),
        is_cut=contents.is_cut,
    )


def _trimmed(raw: bytes) -> bytes:
    """Take off what pipes and mailboxes put before a mail, and give it line ends."""
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if raw.startswith((b"From ", b">From ")):
        raw = raw.partition(b"\n")[2]
    return raw


def _sender(entity: Entity) -> Mailbox:
    """Return who the mail is from; one field naming one address, or it is no one's."""
    values = entity.values("from")
    if not values:
        raise NotAMail("There is no From line.")
    if len(values) > 1:
        raise NotAMail(f"There are {len(values)} From lines; a mail has one.")
    found = mailboxes(header_text(values[0]))
    if len(found) > 1:
        raise NotAMail(f"The From line names {len(found)} senders; a request has one.")
    if not found or not found[0].address:
        raise NotAMail("The From line holds no readable address.")
    return found[0]


def _note_oddities(contents: Contents, entity: Entity) -> None:
    if entity.broken:
        contents.note("The header ends without an empty line.")
    if not _first(message_ids(entity.text("message-id"))):
        contents.note("There is no usable Message-ID.")
    if not sent_at(entity.text("date")):
        contents.note("There is no usable Date.")
    for name in ("subject", "message-id", "date", "reply-to"):
        if len(entity.values(name)) > 1:
            contents.note(f"There are several {name.title()} lines; the first counts.")


def _addresses(entity: Entity, *names: str) -> tuple[str, ...]:
    values: Iterable[str] = (header_text(value) for name in names for value in entity.values(name))
    found = (box.address for value in values for box in mailboxes(value) if box.address)
    return tuple(dict.fromkeys(found))[:100]


def _first(found: tuple[str, ...]) -> str:
    return found[0] if found else ""


def _cut(subject: str) -> str:
    return subject if len(subject) <= MAX_SUBJECT else subject[: MAX_SUBJECT - 1].rstrip() + "…"
