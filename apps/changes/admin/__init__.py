"""Changes of the platform as staff see them."""

from apps.changes.admin.maintenance import MaintenanceAdmin
from apps.changes.admin.maintenance_calendars import MaintenanceCalendarAdmin

__all__ = ["MaintenanceAdmin", "MaintenanceCalendarAdmin"]
