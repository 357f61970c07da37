"""Tables of changes."""

from apps.changes.models.gap import (
    ChangedItem,
    ChangeWithdrawal,
    GapAcknowledgement,
    GapAnalysis,
    GapFinding,
    GapTime,
    GapVersion,
    PlatformChange,
)
from apps.changes.models.maintenance import Maintenance, MaintenanceObject
from apps.changes.models.maintenance_notices import (
    MaintenanceCalendar,
    MaintenanceNotice,
    MaintenanceUpdate,
)
from apps.changes.models.releases import Release, ReleaseAmendment, ReleaseFix, ReleaseNotice

__all__ = [
    "ChangeWithdrawal",
    "ChangedItem",
    "GapAcknowledgement",
    "GapAnalysis",
    "GapFinding",
    "GapTime",
    "GapVersion",
    "Maintenance",
    "MaintenanceCalendar",
    "MaintenanceNotice",
    "MaintenanceObject",
    "MaintenanceUpdate",
    "PlatformChange",
    "Release",
    "ReleaseAmendment",
    "ReleaseFix",
    "ReleaseNotice",
]
