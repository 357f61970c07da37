"""Changes of the platform as staff see them."""

from apps.changes.admin.gap import GapAnalysisAdmin
from apps.changes.admin.maintenance import MaintenanceAdmin
from apps.changes.admin.maintenance_calendars import MaintenanceCalendarAdmin
from apps.changes.admin.platform_changes import PlatformChangeAdmin
from apps.changes.admin.releases import ReleaseAdmin

__all__ = [
    "GapAnalysisAdmin",
    "MaintenanceAdmin",
    "MaintenanceCalendarAdmin",
    "PlatformChangeAdmin",
    "ReleaseAdmin",
]
