"""Tables of changes."""

from apps.changes.models.maintenance import Maintenance, MaintenanceObject
from apps.changes.models.maintenance_notices import (
    MaintenanceCalendar,
    MaintenanceNotice,
    MaintenanceUpdate,
)

__all__ = [
    "Maintenance",
    "MaintenanceCalendar",
    "MaintenanceNotice",
    "MaintenanceObject",
    "MaintenanceUpdate",
]
