"""What a mail says and what came along with it.

The text is what the sender wrote, once: of the alternatives the plain one, of
several texts all. Where something was written only in HTML there is no plain
text, so that nobody answers to half of a mail.

Clause: V-8.1.
"""

import html
import re
from binascii import a2b_qp
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from .attachments import Part, safe_name
from .charsets import base64_bytes, codec_named, decode, one_line, storable
from .structure import Entity, content_type, parameter, read_entity, split

MAX_PARTS = 250
MAX_DEPTH = 20
MAX_TEXT = 500_000  # characters of one text; the raw mail holds the rest

_PLAIN = ("text", "plain")
_HTML = ("text", "html")
# The same message once more, for programs that we are not.
_RENDITIONS = {("text", "x-amp-html"), ("text", "watch-html"), ("text", "enriched")}
_AS_IS = {"", "7bit", "8bit", "binary"}
_STRAY = re.compile(rb"[^A-Za-z0-9+/=\r\n]")
_STRAY_SHARE = 20  # one stray byte in so many is damage, more is no base64


class Body(NamedTuple):
    """One message as plain text and as HTML; either is "" where it was not written so."""

    plain: str = ""
    html: str = ""


@dataclass(slots=True)
class Contents:
    """Collects attachments and defects while the parts of one raw mail are read."""

    raw: bytes
    attachments: list[Part] = field(default_factory=list)
    defects: dict[str, None] = field(default_factory=dict)  # in order, each once
    parts: int = 0
    is_cut: bool = False

    def note(self, defect: str) -> None:
        """Remember what was odd, in words for staff."""
        self.defects[defect] = None

    def leave_out(self, defect: str) -> None:
        """Remember that something of the mail is not among what was read."""
        self.is_cut = True
        self.note(defect)


def read_body(contents: Contents, entity: Entity) -> Body:
    """Return what the mail says; the attachments are collected on the way.

    Clause: V-8.1.
    """
    return _read(contents, entity, depth=0, otherwise=_PLAIN)


def _read(contents: Contents, entity: Entity, *, depth: int, otherwise: tuple[str, str]) -> Body:
    header = entity.text("content-type")
    kind = content_type(header) if header else otherwise
    if kind[0] == "multipart" and depth < MAX_DEPTH:
        boundary = parameter(header, "boundary")[:200].encode("utf-8", "replace")
        spans = list(_spans(contents, entity, boundary)) if boundary else []
        if spans:
            return _multipart(contents, spans, kind=kind[1], depth=depth)
        contents.note("A part that should hold others has no boundary lines; it is read as text.")
        kind = _PLAIN
    elif kind[0] == "multipart":
        contents.note(f"The parts are nested more than {MAX_DEPTH} deep; the rest is attached.")
    return _leaf(contents, entity, kind=kind, top=depth == 0)


def _spans(contents: Contents, entity: Entity, boundary: bytes) -> Iterator[tuple[int, int]]:
    for start, end, closed in split(contents.raw, entity, boundary):
        contents.parts += 1
        if contents.parts > MAX_PARTS:
            contents.leave_out(f"The mail has more than {MAX_PARTS} parts; only those were read.")
            return
        if not closed:
            contents.note("The mail ends without its last boundary line; it may have been cut off.")
        yield start, end


def _multipart(contents: Contents, spans: list[tuple[int, int]], *, kind: str, depth: int) -> Body:
    otherwise = ("message", "rfc822") if kind == "digest" else _PLAIN
    bodies = []
    for start, end in spans:
        child = read_entity(contents.raw, start, end)
        if kind == "alternative" and content_type(child.text("content-type")) in _RENDITIONS:
            continue
        bodies.append(_read(contents, child, depth=depth + 1, otherwise=otherwise))
    if kind == "alternative":
        # The first plain one; of the richer ones the last, which the sender likes best.
        plains = [body.plain for body in bodies if body.plain]
        pages = [body.html for body in bodies if body.html]
        return Body(plains[0] if plains else "", pages[-1] if pages else "")
    return _joined(bodies)


def _joined(bodies: list[Body]) -> Body:
    """Return the texts of neighbours as one; HTML takes in what was written plainly."""
    written = [body for body in bodies if body.plain or body.html]
    whole = all(body.plain for body in written)
    plain = "\n\n".join(body.plain for body in written) if whole else ""
    if not any(body.html for body in written):
        return Body(plain)
    pages = [body.html or f"<pre>{html.escape(body.plain)}</pre>" for body in written]
    return Body(plain, "\n".join(pages))


def _leaf(contents: Contents, entity: Entity, *, kind: tuple[str, str], top: bool) -> Body:
    header, disposition = entity.text("content-type"), entity.text("content-disposition")
    name = parameter(f";{disposition}", "filename") or parameter(header, "name")
    attached = disposition.lower().startswith("attachment") or bool(name and not top)
    text_like = kind in {_PLAIN, _HTML} or (kind == ("", "") and not attached)
    content = _decoded(contents, entity, text=text_like)
    if text_like and not attached:
        text = _text(contents, content, charset=parameter(header, "charset"))
        return Body(html=text) if kind == _HTML else Body(plain=text)
    known = "/".join(kind) if header and all(kind) else ""
    if kind[0] == "message" and not header:
        known = "/".join(kind)  # a digest's mails need not say what they are
    if content or name:
        kept = known or "application/octet-stream"
        contents.attachments.append(Part(safe_name(name, content_type=known), kept, content))
    return Body()


def _decoded(contents: Contents, entity: Entity, *, text: bool) -> bytes:
    """Return the bytes of a part, its transfer encoding undone as far as it is true."""
    content = contents.raw[entity.start : entity.end]
    encoding = entity.text("content-transfer-encoding").lower().strip(" ;")
    if encoding == "quoted-printable":
        return a2b_qp(content)
    if encoding == "base64":
        if text and len(_STRAY.findall(content)) * _STRAY_SHARE > len(content):
            contents.note("A text says it is base64 but is not; it is shown as it came.")
            return content
        decoded, whole = base64_bytes(content)
        if not whole:
            contents.note("A part's base64 is damaged; what could be read was kept.")
        return decoded
    if encoding not in _AS_IS:
        contents.note(
            f"The transfer encoding “{encoding[:40]}” is not known; a part is as it came."
        )
    return content


def _text(contents: Contents, content: bytes, *, charset: str) -> str:
    # One character takes at most four bytes, or a little more where a charset switches.
    text, honest = decode(content[: MAX_TEXT * 8], charset)
    text = storable(text).strip("\n").rstrip()
    known = codec_named(charset)
    if charset and not (honest and known):
        why = "but is not" if known else "which is not known"
        contents.note(f"A text says it is “{one_line(charset)[:40]}”, {why}; letters may be wrong.")
    if len(text) > MAX_TEXT:
        contents.leave_out(
            f"A text is longer than {MAX_TEXT} characters; the rest is in the raw mail."
        )
        text = text[:MAX_TEXT]
    return text
