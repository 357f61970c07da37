"""What can be done with a ticket. Each is one transaction and takes the instant of the act."""

from apps.tickets.services.assign import assign
from apps.tickets.services.close import close, reopen
from apps.tickets.services.converse import (
    Upload,
    answer,
    ask_client,
    client_replied,
    log_call,
    note,
)
from apps.tickets.services.record import Refused, settle
from apps.tickets.services.register import register
from apps.tickets.services.routing import hand_to_centre
from apps.tickets.services.severity import change_severity
from apps.tickets.services.sweep import sweep_deadlines
from apps.tickets.services.times import amend_time, log_time, remove_time
from apps.tickets.services.words import index_words

__all__ = [
    "Refused",
    "Upload",
    "amend_time",
    "answer",
    "ask_client",
    "assign",
    "change_severity",
    "client_replied",
    "close",
    "hand_to_centre",
    "index_words",
    "log_call",
    "log_time",
    "note",
    "register",
    "remove_time",
    "reopen",
    "settle",
    "sweep_deadlines",
]
