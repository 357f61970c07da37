"""What may be done to changes: each function is one use case and one transaction."""

from apps.changes.services.maintenance import (
    Work,
    act_on_maintenance,
    amend_maintenance,
    plan_maintenance,
)
from apps.changes.services.maintenance_calendars import make_calendar, revoke_calendar
from apps.changes.services.maintenance_held import (
    MaintenanceChanged,
    MaintenanceRefused,
    NoticeTooShort,
)
from apps.changes.services.maintenance_telling import Words

__all__ = [
    "MaintenanceChanged",
    "MaintenanceRefused",
    "NoticeTooShort",
    "Words",
    "Work",
    "act_on_maintenance",
    "amend_maintenance",
    "make_calendar",
    "plan_maintenance",
    "revoke_calendar",
]
