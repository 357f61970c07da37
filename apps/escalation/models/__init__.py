"""Who hears of it, as rows: escalations, on-call and pages, Reasons for Outage."""

from apps.escalation.models.contacts import CalendarAddress, StaffContact
from apps.escalation.models.escalations import Escalation, EscalationNotice
from apps.escalation.models.faults import FaultDetermination
from apps.escalation.models.incidents import Incident, IncidentTicket
from apps.escalation.models.notices import NoticeHours
from apps.escalation.models.pages import Page, PageQuerySet, PageStep
from apps.escalation.models.reminders import ReportReminder
from apps.escalation.models.reports import OutageReport, ReportAction, ReportCopy, ReportMoment
from apps.escalation.models.rotations import (
    CoverageGap,
    LadderRung,
    OverrideQuerySet,
    PageLadder,
    Rotation,
    RotationMember,
    RotationOverride,
)

__all__ = [
    "CalendarAddress",
    "CoverageGap",
    "Escalation",
    "EscalationNotice",
    "FaultDetermination",
    "Incident",
    "IncidentTicket",
    "LadderRung",
    "NoticeHours",
    "OutageReport",
    "OverrideQuerySet",
    "Page",
    "PageLadder",
    "PageQuerySet",
    "PageStep",
    "ReportAction",
    "ReportCopy",
    "ReportMoment",
    "ReportReminder",
    "Rotation",
    "RotationMember",
    "RotationOverride",
    "StaffContact",
]
