"""What all drafts of this app have in common: held, seen, discarded, and refused in words."""

from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Model

from apps.contracts.models import User
from apps.contracts.services.orders import sign

Row = TypeVar("Row", bound=Model)
LONGEST_TEXT = 20_000  # characters
LONGEST_LINE = 250


class ChangeRefused(Exception):
    """It cannot be done as asked; the message says why, and what to do instead."""


class ChangedSince(ChangeRefused):
    """Somebody else changed it since it was read."""


def as_seen(row: Row, *, seen: int) -> Row:
    """Return a row as it is now, held; its ``edition`` is the one that was read.

    :raises ChangedSince: somebody was faster.
    """
    held = held_row(row)
    if held.edition != seen:  # type: ignore[attr-defined]
        last = held.history.select_related("history_user").latest()  # type: ignore[attr-defined]
        who = last.history_user or "somebody"
        raise ChangedSince(
            f"Meanwhile {who} changed it: “{last.history_change_reason}”. Look at it as it is now."
        )
    return held


def held_row(row: Row) -> Row:
    """Return a row as it is now, held until the transaction ends.

    :raises ChangeRefused: it was discarded meanwhile.
    """
    rows = type(row)._default_manager.select_for_update(of=("self",))
    held = rows.filter(pk=row.pk).first()
    if held is None:
        raise ChangeRefused(f"Somebody discarded {row} meanwhile.")
    return held


@transaction.atomic
def discard_draft(row: Model, *, seen: int, by: User, at: datetime) -> None:
    """Remove a draft that nobody was told of; its history says who did. ``seen``: its edition.

    Clause: V-2-gap, S-10.

    :raises ChangedSince: somebody changed it since it was read.
    :raises ChangeRefused: it is no draft any more, or somebody discarded it first.
    """
    held = as_seen(row, seen=seen)
    if held.state != "DRAFT":  # type: ignore[attr-defined]
        raise ChangeRefused(f"{held} was told already. Withdraw it instead.")
    sign(held, reason="Discarded", by=by, at=at)
    held.delete()


def words(text: str, *, missing: str = "", most: int = LONGEST_TEXT) -> str:
    """Return a text as it is kept.

    :raises ChangeRefused: it is empty where it must not be, too long, or cannot be kept.
    """
    said = text.replace("\r\n", "\n").strip()
    if missing and not said:
        raise ChangeRefused(missing)
    if len(said) > most:
        raise ChangeRefused(f"“{said[:30]}…” is longer than {most:,} characters.")
    if "\0" in said:
        raise ChangeRefused("The text holds a character that cannot be kept. Type it anew.")
    return said


def line(text: str, *, missing: str = "", most: int = LONGEST_LINE) -> str:
    """Return a text that is one line, as it is kept.

    :raises ChangeRefused: as with ``words``.
    """
    return " ".join(words(text, missing=missing, most=most).split())
