"""The HTML part of a mail, made from its text: one frame for every topic.

What is written once, in a topic's text template, is not written again as markup. Nothing in the
page is fetched, and what others wrote is text in it, never markup.
"""

import re
from collections.abc import Callable, Iterator

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from apps.outbox.rendering import Email
from apps.outbox.rules.blocks import blocks_of

FRAME = "mail/page.html"
# Only a whole address becomes a link, and it reads as where it goes. Marks that turn the reading
# direction around would hide that.
_URL = re.compile(r"https?://[^\s<>\"'“”\u200b-\u200f\u202a-\u202e\u2066-\u2069]+", re.IGNORECASE)
_LINK = '<a href="{}" rel="noopener noreferrer" style="color:inherit">{}</a>'
_BREAK = "<br>\n"


def html_of(email: Email) -> str:
    """Return the HTML part of a mail: its own, or its text in the frame.

    In what a person of ours wrote, every web address is a link. An automatic mail repeats what
    others wrote, such as a subject, so there only the addresses of this site are.
    """
    if email.html:
        return email.html
    may_link = _is_ours if email.automatic else _is_any
    blocks = [
        (block.kind, [(label, _lines(lines, may_link)) for label, lines in block.rows])
        for block in blocks_of(email.text, as_typed=not email.automatic)
    ]
    context = {"subject": email.subject, "language": email.language, "blocks": blocks}
    return render_to_string(FRAME, context)


def _lines(lines: tuple[str, ...], may_link: Callable[[str], bool]) -> SafeString:
    return mark_safe(_BREAK.join(_line(line, may_link) for line in lines))  # noqa: S308 (escaped)


def _line(line: str, may_link: Callable[[str], bool]) -> str:
    """Return a line with its indent, which HTML would swallow."""
    rest = line.lstrip(" ")
    indent = "\u00a0" * (len(line) - len(rest))
    return indent + "".join(_pieces(rest, may_link))


def _pieces(line: str, may_link: Callable[[str], bool]) -> Iterator[str]:
    done = 0
    for found in _URL.finditer(line):
        url = _without_the_sentence(found[0])
        if not may_link(url):
            continue
        yield escape(line[done : found.start()])
        yield format_html(_LINK, url, url)
        done = found.start() + len(url)
    yield escape(line[done:])


def _without_the_sentence(url: str) -> str:
    """Leave out the full stop or the bracket that belongs to the sentence around an address."""
    url = url.rstrip(".,;:!?")
    return url.rstrip(").,;:!?") if "(" not in url else url


def _is_ours(url: str) -> bool:
    return url == settings.BASE_URL or url.startswith(f"{settings.BASE_URL}/")


def _is_any(url: str) -> bool:
    return True
