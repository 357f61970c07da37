"""What kept a mail from being worked off, in words for staff.

Clause: V-8.1 (no request is lost).
"""

# How the two databases say that a name is taken.
_TAKEN = ("UNIQUE constraint failed", "duplicate key value")


def fault_in_words(why: str) -> str:
    """Return what staff read of a fault of ours; ``why`` is what is on record: its kind and text.

    Clause: V-8.1.
    """
    first = why.splitlines()[0] if why else "nothing is known of it"
    cause = "There was a fault of ours"
    if any(words in why for words in _TAKEN):
        cause = "Something that it would have written is here already under the same name"
    return (
        f"{cause}, so nothing of it was done. Work it off again; if that fails too, show this to"
        f" whoever runs the system: {first}"
    )
