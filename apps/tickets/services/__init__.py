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
from apps.tickets.services.disputes import decide_dispute, raise_dispute
from apps.tickets.services.linking import link, unlink
from apps.tickets.services.merging import merge
from apps.tickets.services.presence import (
    GoesOnElsewhere,
    Overtaken,
    acting_on,
    forget_viewers,
    note_viewer,
    others_at,
)
from apps.tickets.services.record import Refused, settle
from apps.tickets.services.register import register
from apps.tickets.services.routing import hand_to_centre
from apps.tickets.services.severity import change_severity
from apps.tickets.services.splitting import split
from apps.tickets.services.sweep import sweep_deadlines
from apps.tickets.services.times import amend_time, log_time, remove_time

__all__ = [
    "GoesOnElsewhere",
    "Overtaken",
    "Refused",
    "Upload",
    "acting_on",
    "amend_time",
    "answer",
    "ask_client",
    "assign",
    "change_severity",
    "client_replied",
    "close",
    "decide_dispute",
    "forget_viewers",
    "hand_to_centre",
    "link",
    "log_call",
    "log_time",
    "merge",
    "note",
    "note_viewer",
    "others_at",
    "raise_dispute",
    "register",
    "remove_time",
    "reopen",
    "settle",
    "split",
    "sweep_deadlines",
    "unlink",
]
