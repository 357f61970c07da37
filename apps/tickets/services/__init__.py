"""What can be done with a ticket. Each is one transaction and takes the instant of the act."""

from apps.tickets.services.assign import assign
from apps.tickets.services.cases import amend_case, give_workaround, hand_back, hand_out
from apps.tickets.services.classify import (
    accept_proposal,
    classify,
    decline_proposal,
    issue_outage_report,
    proposal_of,
)
from apps.tickets.services.close import reopen, solve
from apps.tickets.services.confirm import confirm, judge, refuse_closure
from apps.tickets.services.converse import (
    Upload,
    answer,
    ask_client,
    client_replied,
    log_call,
    note,
)
from apps.tickets.services.follow_ups import catch_up, hold, sweep_follow_ups
from apps.tickets.services.outage import send_outage_report
from apps.tickets.services.record import Refused, settle
from apps.tickets.services.register import register
from apps.tickets.services.routing import hand_to_centre
from apps.tickets.services.severity import change_severity
from apps.tickets.services.suspend import follow_standings, resume, suspend
from apps.tickets.services.sweep import sweep_deadlines
from apps.tickets.services.times import amend_time, log_time, remove_time

__all__ = [
    "Refused",
    "Upload",
    "accept_proposal",
    "amend_case",
    "amend_time",
    "answer",
    "ask_client",
    "assign",
    "catch_up",
    "change_severity",
    "classify",
    "client_replied",
    "confirm",
    "decline_proposal",
    "follow_standings",
    "give_workaround",
    "hand_back",
    "hand_out",
    "hand_to_centre",
    "hold",
    "issue_outage_report",
    "judge",
    "log_call",
    "log_time",
    "note",
    "proposal_of",
    "refuse_closure",
    "register",
    "remove_time",
    "reopen",
    "resume",
    "send_outage_report",
    "settle",
    "solve",
    "suspend",
    "sweep_deadlines",
    "sweep_follow_ups",
]
