"""The Reason for Outage, as a mail to the client."""

from datetime import datetime

from django.db import transaction

from apps.contracts.models import User
from apps.tickets.models import Message, Ticket
from apps.tickets.rules.history import Kind
from apps.tickets.services.classify import issue_outage_report
from apps.tickets.services.converse import send
from apps.tickets.services.follow_ups import hold
from apps.tickets.services.record import done_before, record


@transaction.atomic
def send_outage_report(
    *, ticket: Ticket, text: str, preliminary: bool, by: User, at: datetime, act_key: str
) -> Message | None:
    """Send a Reason for Outage to the client and record that it went out: a response too.

    The same ``act_key`` again changes nothing.

    Clause: S-6, S-8.

    :raises Refused: there is nothing to send.
    """
    ticket = hold(ticket=ticket, at=at)
    if done_before(Kind.RFO_ISSUED, act_key):
        return None
    message = send(ticket=ticket, text=text, by=by, at=at)
    record(ticket=ticket, kind=Kind.RESPONDED, at=at, by=by, facts={"message": message.pk})
    issue_outage_report(
        ticket=ticket,
        message=message.pk,
        by=by,
        at=ticket.latest_at,
        act_key=act_key,
        preliminary=preliminary,
    )
    return message
