"""Attachments: what came along, under a name that does no harm.

Clause: V-8.1.
"""

from dataclasses import dataclass

from apps.tickets.rules.file_names import safe_name as named_safely

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


def safe_name(name: str, *, content_type: str) -> str:
    """Return a file name that names one file in one folder; by its type where it has none.

    Clause: none (safety of files).
    """
    return named_safely(name, nameless=_NAMES.get(content_type, "attachment"))
