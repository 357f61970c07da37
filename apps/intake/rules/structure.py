"""The parts a raw mail is made of, found without copying and without recursion limits.

An entity is a block of header fields and the span of its content in the raw
bytes. Every step looks at each byte a bounded number of times, so that a mail
made to exhaust a reader costs no more than its size.

Clause: V-8.1.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from .charsets import decode, decode_words, header_text, one_line

MAX_FIELDS = 2_000  # of one entity; real mails have under a hundred
MAX_VALUE = 100_000  # bytes of one header field that are read
MAX_DELIMITERS = 2_000  # boundary lines looked at in one multipart

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*+:([^\n]*+(?:\n[ \t][^\n]*+)*+)(?:\n|\Z)")
_EMPTY_LINE = re.compile(rb"\r*+(?:\n|\Z)")
_DELIMITER_END = re.compile(rb"(--)?[ \t\r]*+(?:\n|\Z)")
_TYPE = re.compile(r"\s*([\w!#$&^.+-]{1,100})/([\w!#$&^.+-]{1,100})\s*(?:;|\Z)", re.ASCII)
_PARAMETER = re.compile(r';\s*+([^\s=;"]{1,60})\s*+=\s*+("(?:[^"\\]|\\.)*+"?|[^;]*+)', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')  # a lone backslash is a Windows path, not an escape


@dataclass(frozen=True, slots=True)
class Entity:
    """A mail or one part of it: its fields, and where its content lies in the raw bytes."""

    fields: tuple[tuple[str, bytes], ...]  # (lower-case name, raw value), in order
    start: int
    end: int
    broken: bool  # the header ended without an empty line

    def values(self, name: str) -> list[bytes]:
        """Return every raw value of a field, in the order of the mail."""
        return [value for field, value in self.fields if field == name]

    def text(self, name: str) -> str:
        """Return the first value of a field as one line, "" without one."""
        for field, value in self.fields:
            if field == name:
                return header_text(value)
        return ""


def read_entity(raw: bytes, start: int, end: int) -> Entity:
    """Read the header at ``start``; the content is all that follows up to ``end``.

    Clause: none (how a mail is read).
    """
    fields: list[tuple[str, bytes]] = []
    position = start
    while len(fields) <= MAX_FIELDS and (field := _FIELD.match(raw, position, end)):
        fields.append((field[1].decode("ascii").lower(), field[2][:MAX_VALUE]))
        position = field.end()
    blank = _EMPTY_LINE.match(raw, position, end)
    return Entity(tuple(fields), blank.end() if blank else position, end, broken=blank is None)


def split(raw: bytes, entity: Entity, boundary: bytes) -> Iterator[tuple[int, int, bool]]:
    """Yield (start, end, closed) of each part between the boundary lines.

    A part without a boundary line after it runs to the end, and is not closed.

    Clause: none (how a mail is read).
    """
    needle = b"\n--" + boundary
    # The newline before the first boundary line may be the one that ended the header.
    position = max(entity.start - 1, 0)
    opened = None
    for _ in range(MAX_DELIMITERS):
        found = raw.find(needle, position, entity.end)
        if found < 0:
            break
        position = found + 1
        line = _DELIMITER_END.match(raw, found + len(needle), entity.end)
        if line is None:
            continue  # another boundary that begins alike
        if opened is not None:
            yield opened, max(opened, found - (raw[found - 1 : found] == b"\r")), True
        if line[1]:
            return
        opened = line.end()
        position = opened - 1
    if opened is not None:
        yield min(opened, entity.end), entity.end, False


def content_type(value: str) -> tuple[str, str]:
    """Return the lower-case main type and subtype, ("", "") for nonsense.

    Clause: none (how a mail is read).
    """
    named = _TYPE.match(value)
    return (named[1].lower(), named[2].lower()) if named else ("", "")


def parameter(value: str, name: str) -> str:
    """Return a parameter of a header, in whichever way its charset and length were written.

    RFC 2231 (``name*0*=``) goes before the plain form, which may hold encoded words.

    Clause: none (how a mail is read).
    """
    plain = ""
    sections: dict[int, tuple[bool, str]] = {}
    for key, written in _PARAMETER.findall(value)[:200]:
        base, star, section = key.lower().partition("*")
        if base != name:
            continue
        text = _unquoted(written)
        if star:
            number = section.rstrip("*")
            encoded = not section or section.endswith("*")
            sections[int(number) if number.isdecimal() else 0] = (encoded, text)
        elif not plain:
            plain = text
    return _extended(sections) if sections else decode_words(plain)


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        return text.strip()
    return _ESCAPED.sub(r"\1", text[1:].removesuffix('"'))


def _extended(sections: dict[int, tuple[bool, str]]) -> str:
    """Join the sections of an RFC 2231 value: charset'language'text in percent signs."""
    charset, content = "utf-8", b""
    for position, number in enumerate(sorted(sections)):
        encoded, text = sections[number]
        claim = text.split("'", 2)
        if encoded and position == 0 and len(claim) == 3:  # noqa: PLR2004 (charset, language, text)
            charset, text = claim[0], claim[2]
        content += unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace")
    return one_line(decode(content, charset or "utf-8")[0])
