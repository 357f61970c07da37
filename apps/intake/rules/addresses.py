"""Who a header names: addresses, and the names beside them.

What a person reads and what a machine believes must not differ, so an address
counts only where the syntax has its place: never inside a name or a comment.

Clause: V-8.1.
"""

import re
from dataclasses import dataclass

from .charsets import decode_words

MAX_ADDRESSES = 100

# An encoded word is one lexeme: what it decodes to is a name, never syntax.
_TOKEN = re.compile(
    r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?\s]{0,2000}\?="
    r'|"(?:[^"\\]|\\.)*+"?|<++[^<>]*+>*+|(?:[^"<(),:;\\=]|=(?!\?))++|.',
    re.DOTALL,
)
_IN_COMMENT = re.compile(r"\\.|[()]|[^()\\]++|.", re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_ADDRESS = re.compile(
    r'("(?:[^"\\]|\\.){1,64}"|[^\s"(),:;<>@\[\]\\]{1,64})\s*@\s*'
    r"([^\s\"(),:;<>@\[\]\\]{1,253}|\[[0-9A-Za-z.:]{1,60}\])"
)
# Bounces of some old mail servers are signed by name alone.
_MACHINES = {"mailer-daemon", "postmaster"}


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One entry of an address list. ``address`` is "" when it cannot be read."""

    address: str  # lower case
    name: str


def mailboxes(value: str) -> tuple[Mailbox, ...]:
    """Return the entries of an address header, at most ``MAX_ADDRESSES``.

    A piece without any address is taken as the front of the next one's name:
    "Doe, John <john@example.com>" is one person.

    Clause: V-8.1.
    """
    found: list[Mailbox] = []
    front = ""
    for text, angles, comment in _pieces(value):
        shown = f"{front}, {text}" if front and text else front or text
        if not angles and "@" not in text and text.strip().lower() not in _MACHINES:
            front = shown
            continue
        found.append(_mailbox(shown if angles else text, angles, comment))
        front = ""
        if len(found) == MAX_ADDRESSES:
            break
    if front:
        found.append(Mailbox("", _plain(front)))
    return tuple(found)


def _pieces(value: str) -> list[tuple[str, list[str], str]]:
    """Split at the commas: (text outside angles, what the angles hold, comment)."""
    pieces: list[tuple[str, list[str], str]] = []
    text, comment, depth, position = "", "", 0, 0
    angles: list[str] = []
    while position < len(value) and len(pieces) <= MAX_ADDRESSES:
        lexeme = (_IN_COMMENT if depth else _TOKEN).match(value, position)[0]  # type: ignore[index]
        position += len(lexeme)
        if lexeme in "()":
            depth = max(depth + (1 if lexeme == "(" else -1), 0)
        elif depth:
            comment += lexeme
        elif lexeme in ",;":
            pieces.append((text.strip(), angles, comment))
            text, angles, comment = "", [], ""
        elif lexeme == ":":
            text = ""  # the name of a group, which is no one's address
        elif lexeme[0] == "<":
            angles.append(lexeme.strip("<>"))
        else:
            text += lexeme
    pieces.append((text.strip(), angles, comment))
    return [piece for piece in pieces if any(piece)]


def _mailbox(text: str, angles: list[str], comment: str) -> Mailbox:
    if len(angles) > 1:
        return Mailbox("", _plain(text))  # two claims: believe neither
    if angles:
        return Mailbox(_address(angles[0]), _plain(text) or _plain(comment))
    return Mailbox(_address(text), _plain(comment))


def _address(text: str) -> str:
    """Return the address alone, without the route that old mails put before it."""
    text = text.strip()
    if text.lower() in _MACHINES:
        return text.lower()
    if text.startswith("@"):
        text = text.rpartition(":")[2].strip()
    whole = _ADDRESS.fullmatch(text)
    if whole is None or ".." in whole[2] or whole[2].startswith("."):
        return ""
    return f"{whole[1]}@{whole[2].rstrip('.')}".lower()


def _plain(text: str) -> str:
    """Return a display name as people read it: words decoded, quotes taken off."""
    text = text.strip()
    if text.startswith('"'):
        text = _QUOTED_PAIR.sub(r"\1", text).strip('"')
    return decode_words(text)[:200].strip()
