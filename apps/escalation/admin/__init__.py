"""Escalations, on-call and Reasons for Outage as staff see them."""

from apps.escalation.admin.faults import FaultDeterminationAdmin
from apps.escalation.admin.incidents import IncidentAdmin
from apps.escalation.admin.notices import NoticeHoursAdmin

__all__ = ["FaultDeterminationAdmin", "IncidentAdmin", "NoticeHoursAdmin"]
