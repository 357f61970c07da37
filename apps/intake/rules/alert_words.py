"""What is written of alerts: the subject of their ticket, its first message, and its notes.

Clause: V-2-monitoring.
"""

from collections.abc import Sequence

MOST_TITLES = 20  # that are listed
MOST_NOTES = 20  # on a ticket; later alerts are only counted
LAST_NOTE = "This is the last note on alerts: further ones stand under Alerts, with this ticket."


def subject_of(titles: Sequence[str], *, service: str) -> str:
    """Return the subject of a ticket that these alerts open.

    Clause: V-2-monitoring.
    """
    about = f"{service}: " if service else ""
    if len(titles) == 1:
        return f"{about}{titles[0]}"[:250]
    return f"{about}{len(titles):,} alerts, the first: {titles[0]}"[:250]


def first_message(titles: Sequence[str], *, source: str, since: str) -> str:
    """Return the first message of such a ticket, as the client reads it too.

    Clause: V-2-monitoring.
    """
    return (
        f"Our monitoring noticed this, since {since}:\n\n{_listed(titles)}\n\n"
        f"It was opened for you by {source}; nobody had to write to us."
    )


def note_of(titles: Sequence[str], *, is_last: bool) -> str:
    """Return the note on alerts that came to a ticket which is there.

    Clause: V-2-monitoring.
    """
    said = f"{_many(len(titles))} came to this ticket:\n\n{_listed(titles)}"
    return _ended(said, is_last=is_last)


def resolved_note(titles: Sequence[str], *, firing: int, is_last: bool) -> str:
    """Return the note on alerts that are over. ``firing``: how many of the ticket go on.

    Clause: V-2-monitoring.
    """
    rest = (
        f"{firing:,} of this ticket still fire{'s' * (firing == 1)}."
        if firing
        else "No alert of this ticket fires any more. It stays open until somebody has looked."
    )
    resolved = "was" if len(titles) == 1 else "were"
    said = f"{_many(len(titles))} {resolved} resolved:\n\n{_listed(titles)}\n\n{rest}"
    return _ended(said, is_last=is_last)


def _ended(said: str, *, is_last: bool) -> str:
    return f"{said}\n\n{LAST_NOTE}" if is_last else said


def _many(count: int) -> str:
    return "An alert" if count == 1 else f"{count:,} alerts"


def _listed(titles: Sequence[str]) -> str:
    lines = [f"- {title}" for title in titles[:MOST_TITLES]]
    more = len(titles) - MOST_TITLES
    return "\n".join([*lines, *([f"- and {more:,} more"] if more > 0 else [])])
