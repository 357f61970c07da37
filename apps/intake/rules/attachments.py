"""Attachments: what came along, under a name that does no harm.

Clause: V-8.1.
"""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

MAX_NAME = 120

_UNWELCOME = re.compile(r'[<>:"|?*]')  # what Windows refuses in a name, or reads as a stream
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)
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
    """Return a file name of 1 to ``MAX_NAME`` characters that names one file in one folder.

    No path, no control or invisible characters, none that turn the reading
    direction (they make ``gpj.exe`` of an ``exe.jpg``), no leading dot. The
    extension survives the cut.

    Clause: none (safety of files).
    """
    last = re.split(r"[/\\]", name)[-1]
    seen = "".join(
        letter
        for letter in unicodedata.normalize("NFC", last)
        if unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    )
    clean = " ".join(_UNWELCOME.sub("_", seen).split()).strip(". ")
    if not clean:
        return _NAMES.get(content_type, "attachment")
    path = PurePosixPath(clean)
    if _DEVICE.fullmatch(clean.partition(".")[0].strip()):
        path = PurePosixPath(f"_{clean}")
    if len(path.name) <= MAX_NAME:
        return path.name
    ending = path.suffix if len(path.suffix) < MAX_NAME // 2 else ""
    return f"{path.stem[: MAX_NAME - len(ending)].rstrip('. ')}{ending}"
