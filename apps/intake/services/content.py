"""What a mail brings to a ticket: its words, its files as far as they are kept, and a mark."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from apps.intake.html import sanitised, text_of
from apps.intake.rules.attachments import LeftOut, Limits, in_words, sort_out
from apps.intake.rules.mail import ParsedMail
from apps.tickets import services as tickets

LONGEST_TYPE = 120  # characters of an attachment's type that are kept
LONGEST_MARK = 250


@dataclass(frozen=True, slots=True)
class Content:
    """What a mail says on its ticket. ``left_out``: the files that are only in the mail."""

    text: str
    html: str
    uploads: Sequence[tickets.Upload]
    mark: str
    left_out: Sequence[LeftOut]

    def said(self) -> dict[str, Any]:
        """Return it as the services of a ticket take it."""
        facts = ("text", "html", "uploads", "mark")
        return {name: getattr(self, name) for name in facts}


def content_of(parsed: ParsedMail, *, marks: Sequence[str] = ()) -> Content:
    """Return what a mail says, its files within what is configured; ``marks`` are for staff."""
    limits = Limits(
        each=settings.ATTACHMENT_MAX_BYTES,
        in_all=settings.ATTACHMENTS_MAX_BYTES,
        refused=settings.ATTACHMENTS_REFUSED,
    )
    kept, left_out = sort_out(parsed.attachments, limits)
    words = [f"{mark}." for mark in marks if mark] + [in_words(left_out)]
    return Content(
        text=text_of_mail(parsed),
        html=sanitised(parsed.html),
        uploads=[
            tickets.Upload(part.name, part.content_type[:LONGEST_TYPE], part.content)
            for part in kept
        ],
        mark=" ".join(filter(None, words))[:LONGEST_MARK],
        left_out=left_out,
    )


def text_of_mail(parsed: ParsedMail) -> str:
    """Return the words of a mail, read from its HTML where it has no others."""
    return parsed.text or text_of(parsed.html)
