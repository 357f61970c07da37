"""What can be done. Each is one transaction and takes the instant of the act."""

from apps.escalation.services.answering import acknowledge, answer, close
from apps.escalation.services.climbing import Climbed, climb_due, climb_now
from apps.escalation.services.faults import determine_fault
from apps.escalation.services.incidents import (
    amend_incident,
    join_incident,
    leave_incident,
    open_incident,
)
from apps.escalation.services.issue import issue_report
from apps.escalation.services.raising import raise_escalation
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
    "Climbed",
    "Planned",
    "Refused",
    "ReportChanged",
    "Written",
    "acknowledge",
    "amend_incident",
    "answer",
    "climb_due",
    "climb_now",
    "close",
    "determine_fault",
    "draft_report",
    "issue_report",
    "join_incident",
    "leave_incident",
    "open_incident",
    "raise_escalation",
    "remind_owed",
    "return_report",
    "submit_report",
    "take_back_report",
    "write_report",
]
