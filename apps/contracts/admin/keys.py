"""Row keys in addresses: whatever somebody types there, it is a key or it is none."""

import re

LARGEST = 2**63 - 1
DIGITS = re.compile(r"[0-9]{1,19}")


def key_in(text: str) -> int:
    """Return the row key that a text is, or 0, which no row has."""
    key = int(text) if DIGITS.fullmatch(text) else 0
    return key if key <= LARGEST else 0


def keys_in(text: str | None) -> list[int]:
    """Return the row keys in a comma-separated parameter; what is none is left out."""
    keys = (key_in(part) for part in (text or "").split(","))
    return [key for key in keys if key]
