"""Reads that others need too."""

from apps.changes.queries.audience import Reader, audience_of, people_of, readers
from apps.changes.queries.windows import (
    coming_to,
    rows_of,
    told_to,
    touches,
    windows_at,
    windows_of,
)

__all__ = [
    "Reader",
    "audience_of",
    "coming_to",
    "people_of",
    "readers",
    "rows_of",
    "told_to",
    "touches",
    "windows_at",
    "windows_of",
]
