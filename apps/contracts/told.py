"""What an account was told, for rooms that may not know of those that told it.

Notices are kept by many rooms, and the portal alone lists them all: it gives its list here, and
whoever must not know the portal reads it here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Told:
    """A notice. ``sent_at``: when its first mail went out; None: none has. ``page``: its address.

    ``kind`` and ``name`` are for programs, ``label`` and ``heading`` for people.
    """

    name: str
    kind: str
    label: str
    heading: str
    told_at: datetime
    sent_at: datetime | None
    page: str


@dataclass(frozen=True, slots=True)
class ToldPage:
    """A page of notices, the newest first. ``after`` "": no page follows."""

    notices: Sequence[Told]
    after: str


# (person, after=, most=) -> what the person may read of what the account was told (V-3.5).
NOTICES: list[Callable[..., ToldPage]] = []
