"""Tables of changes."""

from apps.changes.models.gap import (
    ChangedItem,
    GapAcknowledgement,
    GapAnalysis,
    GapFinding,
    GapTime,
    GapVersion,
    PlatformChange,
)
from apps.changes.models.releases import Release, ReleaseFix, ReleaseNotice

__all__ = [
    "ChangedItem",
    "GapAcknowledgement",
    "GapAnalysis",
    "GapFinding",
    "GapTime",
    "GapVersion",
    "PlatformChange",
    "Release",
    "ReleaseFix",
    "ReleaseNotice",
]
