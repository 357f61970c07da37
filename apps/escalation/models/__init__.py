"""Who hears of it, as rows: escalations, on-call and pages, Reasons for Outage."""

from apps.escalation.models.faults import FaultDetermination
from apps.escalation.models.incidents import Incident, IncidentTicket
from apps.escalation.models.notices import NoticeHours
from apps.escalation.models.reminders import ReportReminder
from apps.escalation.models.reports import OutageReport, ReportAction, ReportCopy, ReportMoment

__all__ = [
    "FaultDetermination",
    "Incident",
    "IncidentTicket",
    "NoticeHours",
    "OutageReport",
    "ReportAction",
    "ReportCopy",
    "ReportMoment",
    "ReportReminder",
]
