"""What an IMAP server says, as far as the poll needs it (RFC 3501)."""

import imaplib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.intake.rules.fields import sent_at

_RECEIVED = re.compile(rb'INTERNALDATE "\s*([0-9]{1,2})-([A-Za-z]{3})-([0-9]{4} [^"]{1,20})"')
_SIZE = re.compile(rb"RFC822\.SIZE ([0-9]{1,15})")
_EMPTY = re.compile(rb'BODY\[[A-Z]*\](?:<0>)? (?:""|NIL)')


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail as a server gave it. ``received_at`` None: it does not say."""

    content: bytes
    size: int  # bytes of the whole mail, as the server says
    received_at: datetime | None


def fetched(data: Sequence[Any]) -> Fetched | None:
    """Return the mail of the answer to a FETCH of one; None: there is none, it is gone."""
    contents = [item[1] for item in data if isinstance(item, tuple)]
    said = b" ".join(item[0] if isinstance(item, tuple) else item for item in data if item)
    if not contents and not _EMPTY.search(said):
        return None
    content = contents[0] if contents else b""
    received, size = _RECEIVED.search(said), _SIZE.search(said)
    return Fetched(
        content=content,
        size=int(size[1]) if size else len(content),
        received_at=sent_at(b" ".join(received.groups()).decode("ascii", "replace"))
        if received
        else None,
    )


def keeps_keywords(client: imaplib.IMAP4) -> bool:
    """Tell whether the folder that is open keeps keywords of ours on its mails."""
    _, said = client.response("PERMANENTFLAGS")
    return any(rb"\*" in flags for flags in said or () if flags)
