"""What can be done with a ticket. Each is one transaction and takes the instant of the act."""

from apps.tickets.services.assign import assign
from apps.tickets.services.bounces import bounced
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
    reply_within,
    was_call,
)
from apps.tickets.services.disputes import decide_dispute, raise_dispute
from apps.tickets.services.follow_ups import catch_up, hold, sweep_follow_ups
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
from apps.tickets.services.register import register, register_within
from apps.tickets.services.routing import hand_to_centre
from apps.tickets.services.severity import change_severity
from apps.tickets.services.splitting import split
from apps.tickets.services.status_report import send_status_report
from apps.tickets.services.suspend import follow_standings, resume, suspend
from apps.tickets.services.sweep import sweep_deadlines
from apps.tickets.services.times import amend_time, log_time, remove_time
from apps.tickets.services.watching import unwatch, watch
from apps.tickets.services.words import index_words

__all__ = [
    "GoesOnElsewhere",
    "Overtaken",
    "Refused",
    "Upload",
    "accept_proposal",
    "acting_on",
    "amend_case",
    "amend_time",
    "answer",
    "ask_client",
    "assign",
    "bounced",
    "catch_up",
    "change_severity",
    "classify",
    "client_replied",
    "confirm",
    "decide_dispute",
    "decline_proposal",
    "follow_standings",
    "forget_viewers",
    "give_workaround",
    "hand_back",
    "hand_out",
    "hand_to_centre",
    "hold",
    "index_words",
    "issue_outage_report",
    "judge",
    "link",
    "log_call",
    "log_time",
    "merge",
    "note",
    "note_viewer",
    "others_at",
    "proposal_of",
    "raise_dispute",
    "refuse_closure",
    "register",
    "register_within",
    "remove_time",
    "reopen",
    "reply_within",
    "resume",
    "send_status_report",
    "settle",
    "solve",
    "split",
    "suspend",
    "sweep_deadlines",
    "sweep_follow_ups",
    "unlink",
    "unwatch",
    "was_call",
    "watch",
]
