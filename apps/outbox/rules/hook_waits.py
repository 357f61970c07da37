"""How long after a failed attempt a webhook is tried again: ten attempts in some three days.

Clause: none (how a webhook is delivered is no promise of a policy).
"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256

WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
SPREAD = 0.1  # of the wait, at most
# Who asks for more time than this is tried all the same, so that three days stay three days.
MOST_ASKED = timedelta(hours=1)


def hook_wait(attempt: int, *, key: str) -> timedelta | None:
    """Return the wait after that attempt, counted from 1; None: it was the last.

    Up to a tenth more, by the message's key and the attempt: what failed together comes back
    spread out. Whole milliseconds.

    Clause: none (how a webhook is delivered is no promise of a policy).
    """
    if attempt > len(WAITS):
        return None
    digest = sha256(f"{key}:{attempt}".encode()).digest()
    share = int.from_bytes(digest[:4], "big") / 2**32
    wait = WAITS[max(attempt, 1) - 1] * (1 + SPREAD * share)
    return timedelta(milliseconds=round(wait.total_seconds() * 1000))


def asked_wait(retry_after: str, *, at: datetime) -> timedelta:
    """Return how long an endpoint asks to be left alone by Retry-After: seconds, or a date.

    An hour at most; nothing for what is neither, or is over.

    Clause: none (how a webhook is delivered is no promise of a policy).
    """
    said = retry_after.strip()
    try:
        if said.isascii() and said.isdigit():
            wait = timedelta(seconds=min(int(said[:9]), MOST_ASKED.total_seconds()))
        else:
            until = parsedate_to_datetime(said)
            wait = until.replace(tzinfo=until.tzinfo or UTC) - at
    except (ValueError, TypeError, IndexError, OverflowError):
        return timedelta()
    return min(max(wait, timedelta()), MOST_ASKED)
