"""Raw mails of our own invention, byte for byte, and how they read.

``READ_ALIKE`` is what most of them share; a test names only what differs.
"""

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

from apps.intake.rules.mail import ParsedMail, parse

FOLDER = Path(__file__).parent
NAMES = sorted(path.stem for path in FOLDER.glob("*.eml"))
NINE = datetime(2024, 3, 4, 9, tzinfo=UTC)

READ_ALIKE = ParsedMail(
    message_id="",
    in_reply_to=(),
    references=(),
    sender="ada@example.com",
    sender_name="Ada Reseller",
    reply_to="",
    to=("support@example.org",),
    subject="No calls",
    sent_at=NINE,
    text="",
    html="",
    attachments=(),
    headers=(),
    defects=(),
)


def raw(name: str) -> bytes:
    """Return the bytes of one mail of this folder."""
    return (FOLDER / f"{name}.eml").read_bytes()


def read(name: str) -> ParsedMail:
    """Return a mail of this folder as parsed, without the list of all its header fields."""
    return dataclasses.replace(parse(raw(name)), headers=())


def reads_as(name: str, **differs: object) -> ParsedMail:
    """Return what a mail should read as: the usual, its own id, and what differs."""
    usual = {"message_id": f"{name.replace('_', '-')}@mail.example.com"}
    return dataclasses.replace(READ_ALIKE, **{**usual, **differs})  # type: ignore[arg-type]
