"""Escalations, on-call and Reasons for Outage as staff see them."""

from apps.escalation.admin.escalations import EscalationAdmin
from apps.escalation.admin.faults import FaultDeterminationAdmin
from apps.escalation.admin.gaps import CoverageGapAdmin
from apps.escalation.admin.incidents import IncidentAdmin
from apps.escalation.admin.ladders import PageLadderAdmin
from apps.escalation.admin.notices import NoticeHoursAdmin
from apps.escalation.admin.pages import PageAdmin
from apps.escalation.admin.rotations import RotationAdmin

__all__ = [
    "CoverageGapAdmin",
    "EscalationAdmin",
    "FaultDeterminationAdmin",
    "IncidentAdmin",
    "NoticeHoursAdmin",
    "PageAdmin",
    "PageLadderAdmin",
    "RotationAdmin",
]
