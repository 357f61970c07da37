"""Single header fields: the ids of mails, and the time one was sent.

Clause: V-8.1.4.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

MAX_IDS = 100
MAX_ID = 250

_ANGLED = re.compile(r"<\s*+([^<>\s]+)\s*+>")
_YEARS = range(1990, 2100)
_FARTHEST = timedelta(hours=15)  # no zone lies farther from UTC


def message_ids(value: str) -> tuple[str, ...]:
    """Return the ids in a header without their brackets, each once, in order.

    Of very many the first few and the last are kept: the mail that began it
    all, and those that this one answers. An id too long to keep is left out.

    Clause: V-8.1.4.
    """
    found = _ANGLED.findall(value)
    if not found and "@" in value and " " not in value.strip():
        found = [value.strip(" <>")]
    ids = list(dict.fromkeys(name for name in found if len(name) <= MAX_ID))
    if len(ids) > MAX_IDS:
        ids = ids[:10] + ids[10 - MAX_IDS :]
    return tuple(ids)


def sent_at(value: str) -> datetime | None:
    """Return the instant of a Date header in UTC; None when it is missing or cannot be.

    A date without a zone is taken as UTC.

    Clause: none (the time of receipt is what counts).
    """
    try:
        parsed = parsedate_tz(value[:100])
        if parsed is None or parsed[0] not in _YEARS:
            return None
        offset = timedelta(seconds=parsed[9] or 0)
        local = datetime(*parsed[:6], tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None  # the library refuses some nonsense with errors of its own
    return local - offset if abs(offset) <= _FARTHEST else None
