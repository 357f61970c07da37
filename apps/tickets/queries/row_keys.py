"""Where a page of a list begins, as an address says it. What makes no sense there is no place."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MOST_DIGITS = 16  # microseconds until the year 2286; rows' keys have fewer


def written(key: Sequence[Any]) -> str:
    """Return a row's key as it stands in an address: numbers with dots between them."""
    return ".".join(str(_number(part)) for part in key)


def _number(part: Any) -> int:
    if isinstance(part, datetime):
        return (part - EPOCH) // MICROSECOND
    return part.toordinal() if isinstance(part, date) else int(part)


def read(text: str, kinds: Sequence[type]) -> tuple[Any, ...] | None:
    """Return the key that a text is, with parts of these kinds; None: it is no such key."""
    parts = text.split(".")
    if len(parts) != len(kinds):
        return None
    if not all(re.fullmatch(rf"[0-9]{{1,{MOST_DIGITS}}}", part) for part in parts):
        return None
    try:
        return tuple(_part(part, kind) for part, kind in zip(parts, kinds, strict=True))
    except (OverflowError, ValueError):
        return None  # no day that there is


def _part(digits: str, kind: type) -> Any:
    number = int(digits)
    if kind is datetime:
        return EPOCH + number * MICROSECOND
    return date.fromordinal(number) if kind is date else number
