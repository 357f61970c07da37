"""What a webhook is at the moment it is sent, and whom to tell what came of it.

The owner of the endpoints registers itself, so that the outbox knows no other app, and stores no
secret: as pushing.py does for pushes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from apps.outbox.rendering import NoRenderer, RendererFailed, Withdrawn
from apps.outbox.transport import Failed

OWNER = "webhook"


@dataclass(frozen=True, slots=True)
class Hook:
    """Where it goes, what is sent, and the secrets that sign it, which are never shown."""

    url: str
    body: bytes
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of an attempt. ``status`` is HTTP's; None: there was no answer.

    ``note`` is the beginning of the answer, or why there was none. ``url`` is where it went;
    ``wait`` how long the endpoint asks to be left alone.
    """

    status: int | None
    milliseconds: int
    note: str
    url: str
    wait: timedelta = timedelta()

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 (HTTP's)

    @property
    def is_gone(self) -> bool:
        """Tell whether the endpoint wants nothing any more (410)."""
        return self.status == 410  # noqa: PLR2004 (HTTP's)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose the endpoints are. ``make`` raises Withdrawn where one takes nothing any more, and
    Failed where it cannot be told now.

    ``hear`` is told what came of each attempt, in the transaction that writes it down.
    """

    make: Callable[[dict[str, Any], datetime], Hook]
    hear: Callable[[dict[str, Any], Posted, datetime], None]


_owners: dict[str, Owner] = {}


def own(owner: Owner) -> None:
    """Register the owner of the endpoints."""
    _owners[OWNER] = owner


def hook_of(*, topic: str, payload: dict[str, Any], at: datetime) -> Hook:
    """Return the webhook that a message is at an instant.

    :raises NoRenderer: nobody owns endpoints.
    :raises Withdrawn: its endpoint takes nothing any more.
    :raises Failed: it cannot be signed or sent now; the message says why.
    :raises RendererFailed: the owner raised anything else.
    """
    if OWNER not in _owners:
        raise NoRenderer(topic)
    try:
        return _owners[OWNER].make(payload, at)
    except (Withdrawn, Failed):
        raise
    except Exception as error:  # whatever it is, one message must not stop the others
        raise RendererFailed(topic, error) from error


def hear(payload: dict[str, Any], posted: Posted, at: datetime) -> None:
    """Tell the owner what came of an attempt."""
    if OWNER in _owners:
        _owners[OWNER].hear(payload, posted, at)
