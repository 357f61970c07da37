"""What all drafts of this app have in common: held, seen, and refused in words."""

from typing import TypeVar

from django.db.models import Model

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
    """Return a row as it is now, held until the transaction ends."""
    rows = type(row)._default_manager.select_for_update(of=("self",))
    return rows.get(pk=row.pk)


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
