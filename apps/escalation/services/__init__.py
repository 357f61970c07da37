"""What can be done. Each is one transaction and takes the instant of the act."""

from apps.escalation.services.faults import determine_fault
from apps.escalation.services.incidents import (
    amend_incident,
    join_incident,
    leave_incident,
    open_incident,
)
from apps.escalation.services.issue import issue_report
from apps.escalation.services.reminders import remind_owed
from apps.escalation.services.reports import (
    Planned,
    ReportChanged,
    Written,
    draft_report,
    return_report,
    submit_report,
    take_back_report,
    write_report,
)
from apps.tickets.services import Refused

__all__ = [
    "Planned",
    "Refused",
    "ReportChanged",
    "Written",
    "amend_incident",
    "determine_fault",
    "draft_report",
    "issue_report",
    "join_incident",
    "leave_incident",
    "open_incident",
    "remind_owed",
    "return_report",
    "submit_report",
    "take_back_report",
    "write_report",
]
