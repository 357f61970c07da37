"""Attachments: what came along, under a name that does no harm.

Clause: V-8.1.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from apps.tickets.rules.file_names import safe_name as named_safely

NAMED, LONGEST_NAMED = 3, 30  # of those left out: how many are named, with how many letters

# Names for what mail programs send without one; mimetypes differs from machine to machine.
_NAMES = {
    "message/rfc822": "message.eml",
    "message/delivery-status": "delivery-status.txt",
    "text/rfc822-headers": "headers.txt",
    "text/calendar": "invitation.ics",
    "text/plain": "attachment.txt",
    "text/html": "attachment.html",
    "image/png": "image.png",
    "image/jpeg": "image.jpg",
    "image/gif": "image.gif",
    "application/pdf": "attachment.pdf",
    "application/pgp-signature": "signature.asc",
    "application/ms-tnef": "winmail.dat",
}


@dataclass(frozen=True, slots=True)
class Part:
    """An attachment: its safe name, its type in lower case, and its bytes as they were."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """What is kept with a message. ``refused``: endings such as "exe", and types such as "a/b"."""

    each: int  # bytes of one file
    in_all: int  # bytes of one mail's files together
    refused: frozenset[str]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is only in the mail as it came, and why."""

    name: str
    why: str


def sort_out(parts: Iterable[Part], limits: Limits) -> tuple[tuple[Part, ...], tuple[LeftOut, ...]]:
    """Return the files to keep, in order, and those to leave out.

    A file that does not fit any more does not keep a smaller one after it out.

    Clause: none (safety of files).
    """
    kept: list[Part] = []
    left_out: list[LeftOut] = []
    room = limits.in_all
    for part in parts:
        ending = PurePosixPath(part.name).suffix[1:].lower()
        if ending in limits.refused or part.content_type in limits.refused:
            left_out.append(LeftOut(part.name, "may be a program"))
        elif len(part.content) > min(limits.each, room):
            left_out.append(LeftOut(part.name, "too large"))
        else:
            kept.append(part)
            room -= len(part.content)
    return tuple(kept), tuple(left_out)


def in_words(left_out: Sequence[LeftOut]) -> str:
    """Return which files were left out, why, and where they are; "" if none was.

    Clause: none (safety of files).
    """
    if not left_out:
        return ""
    named = [f"{_short(file.name)} ({file.why})" for file in left_out[:NAMED]]
    more = len(left_out) - NAMED
    if more > 0:
        named.append(f"{more} more")
    return f"Left out: {', '.join(named)}. Under Mails in, the mail as it came has all of it."


def _short(name: str) -> str:
    if len(name) <= LONGEST_NAMED:
        return name
    half = LONGEST_NAMED // 2
    return f"{name[:half]}…{name[1 - half :]}"


def safe_name(name: str, *, content_type: str) -> str:
    """Return a file name that names one file in one folder; by its type where it has none.

    Clause: none (safety of files).
    """
    return named_safely(name, nameless=_NAMES.get(content_type, "attachment"))
