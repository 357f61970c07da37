"""Back-off: how long a message waits after an attempt that failed.

Clause: none (how a mail is delivered is no promise of a policy).
"""

from datetime import timedelta
from hashlib import sha256

FIRST = timedelta(minutes=1)
LONGEST = timedelta(hours=6)
# Up to a tenth is taken off, so that what failed together does not come back together.
SPREAD = 0.1


def wait_after(attempt: int, *, key: str) -> timedelta:
    """Return how long to wait after the given attempt; the first attempt is 1.

    The wait doubles from a minute to six hours, less a share of up to a tenth
    that depends on the message's key alone: the same message always gets the
    same waits. Whole seconds.

    Clause: none (how a mail is delivered is no promise of a policy).
    """
    doublings = min(attempt - 1, 16)  # far past the cap, and far from overflow
    wait = min(FIRST * 2**doublings, LONGEST)
    share = int.from_bytes(sha256(key.encode()).digest()[:4], "big") / 2**32
    return timedelta(seconds=round((wait * (1 - SPREAD * share)).total_seconds()))
