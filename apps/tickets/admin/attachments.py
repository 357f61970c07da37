"""Files that clients sent: downloads only, never shown by our own site."""

import re
import unicodedata

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from apps.tickets.models import Attachment

LONGEST_NAME = 100
FORBIDDEN = re.compile(r'[\\/:*?"<>|]')


def download(attachment: Attachment) -> HttpResponse:
    """Return the file so that no browser shows or runs it in our name."""
    disposition = content_disposition_header(True, safe_name(attachment.name))
    return HttpResponse(
        bytes(attachment.content),
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": disposition or "attachment",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        },
    )


def safe_name(name: str) -> str:
    """Return a name that no file system takes for a path, and that shows its true ending.

    Characters that turn the reading direction around hide an ending: they are left out.

    >>> safe_name("../../etc/passwd")
    'etc_passwd'
    """
    plain = "".join(char for char in name if unicodedata.category(char)[0] != "C")
    plain = FORBIDDEN.sub("_", plain).strip(". _")
    stem, dot, ending = plain.rpartition(".")
    kept = f"{stem[:LONGEST_NAME]}{dot}{ending[:20]}" if stem else plain[:LONGEST_NAME]
    return kept or "attachment"
