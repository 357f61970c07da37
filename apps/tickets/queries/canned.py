"""Canned replies, filled in for the ticket at hand."""

from collections.abc import Mapping

from apps.contracts.models import User
from apps.tickets.models import CannedReply, Ticket
from apps.tickets.rules.placeholders import filled
from apps.tickets.wording import moment

NO_TIME = "no fixed time"


def reply_for(ticket: Ticket, reply: CannedReply, *, by: User) -> str:
    """Return what a canned reply says on that ticket, as plain text.

    Clause: V-8.2.3, V-3.7 (times are on the policy's clock).
    """
    return filled(reply.body, _values(ticket, by))


def _values(ticket: Ticket, by: User) -> Mapping[str, str]:
    zone = ticket.version.time_zone
    rows = ticket.deadlines.filter(kind__in=["RESPONSE", "RESOLUTION"]).order_by("serial")
    due = dict(rows.values_list("kind", "due_at"))
    said = {kind: moment(at, zone) if at else NO_TIME for kind, at in due.items()}
    name = ticket.requester.name
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "requester": name,
        "first_name": (name.split() or [name])[0],
        "account": str(ticket.account),
        "severity": ticket.severity.label,
        "response_due": said.get("RESPONSE", NO_TIME),
        "resolution_due": said.get("RESOLUTION", NO_TIME),
        "agent": str(by),
        "mailbox": ticket.version.support_address,
    }
