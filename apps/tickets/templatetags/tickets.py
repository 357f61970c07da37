"""How a ticket's page shows times and mails."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from apps.tickets import wording

register = template.Library()

# Nothing is fetched and nothing runs, whatever the mail says; the frame's sandbox says so too.
POLICY = (
    '<meta http-equiv="Content-Security-Policy"'
    " content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
)

REFERENCE = re.compile(r"\b(?:[A-Z]{1,6}-[\d.]+\d|\d{4}-\d\d-\d\d)\b")


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of lines that are either quoted from an earlier mail or not."""

    is_quote: bool
    text: str


@register.filter
def passages(text: str) -> list[Passage]:
    """Split a message into what was written and what was quoted with “>”."""
    return list(_passages(text))


def _passages(text: str) -> Iterator[Passage]:
    for is_quote, lines in groupby(text.splitlines(), lambda line: line.lstrip().startswith(">")):
        passage = "\n".join(lines).strip("\n")
        if passage.strip():
            yield Passage(is_quote, passage)


@register.filter
def sandboxed(html: str) -> str:
    """Return a mail's HTML as the document of a frame; the template escapes it for srcdoc."""
    return POLICY + html


@register.filter
def breakable(address: str) -> SafeString:
    """Let an address break before its “@” and its dots, rather than within a word."""
    text = conditional_escape(address)
    return mark_safe(text.replace("@", "<wbr>@").replace(".", "<wbr>."))  # noqa: S308 (escaped)


@register.filter
def unbroken(words: str) -> SafeString:
    """Keep numbers of tickets and documents, and days, on one line wherever the words break."""
    text = conditional_escape(words)
    kept = REFERENCE.sub(r'<span class="fl-nowrap">\g<0></span>', text)
    return mark_safe(kept)  # noqa: S308 (escaped)


@register.filter
def span(length: timedelta) -> str:
    """Return a length of time in words."""
    return wording.span(length)


@register.simple_tag
def moment(at: datetime | None, zone: str, beside: str = "") -> SafeString | str:
    """Show an instant in a zone and, where its clock differs, in another one beside."""
    if at is None:
        return ""
    words = wording.moment(at, zone)
    shown = format_html('<time datetime="{}">{}</time>', at.isoformat(), words)
    if not beside or _offset(at, zone) == _offset(at, beside):
        return shown
    other = wording.moment(at, beside)
    return format_html('{} <span class="fl-quiet">({})</span>', shown, other)


@register.simple_tag
def short(at: datetime, zone: str) -> SafeString:
    """Show an instant shortly; the whole of it appears on hover."""
    local = at.astimezone(ZoneInfo(zone))
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        wording.moment(at, zone),
        f"{local.day} {local:%b %Y, %H:%M}",
    )


@register.simple_tag
def files_allowed() -> str:
    """Say how large the files of an answer may be."""
    each = wording.size(settings.SENT_FILE_MAX_BYTES)
    in_all = wording.size(settings.SENT_FILES_MAX_BYTES)
    return f"Up to {each} each, {in_all} together. No programs or scripts."


def _offset(at: datetime, zone: str) -> timedelta | None:
    return at.astimezone(ZoneInfo(zone)).utcoffset()
