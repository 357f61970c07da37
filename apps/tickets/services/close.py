"""Ending a ticket, and taking the end back."""

from datetime import datetime

from django.db import transaction

from apps.contracts.models import Reason, User
from apps.tickets.models import Event, Ticket
from apps.tickets.rules.history import Kind, Status
from apps.tickets.services.converse import send
from apps.tickets.services.record import Refused, lock, record, settle


@transaction.atomic
def close(
    *, ticket: Ticket, reason: Reason, text: str, by: User, at: datetime, act_key: str
) -> None:
    """Close the ticket with one of the policy's closing reasons, and tell the client.

    What the client is told is a response too. The resolution clock ends here.

    Clause: V-8.3, V-2-resolution, R-15.

    :raises Refused: there is nothing to tell, the reason is not the policy's, or it is closed.
    """
    ticket = lock(ticket)
    if Event.objects.filter(source_key=f"{Kind.CLOSED}:{act_key}").exists():
        return
    if ticket.status == Status.CLOSED:
        raise Refused(f"{ticket.number} is closed already.")
    if reason.version_id != ticket.version_id or reason.kind != Reason.Kind.CLOSING:
        raise Refused(f"“{reason}” is not a closing reason of {ticket.version}.")
    message = send(ticket=ticket, text=text, by=by, at=at)
    record(ticket=ticket, kind=Kind.RESPONDED, at=at, by=by, facts={"message": message.pk})
    record(
        ticket=ticket,
        kind=Kind.CLOSED,
        at=at,
        by=by,
        facts={"reason": reason.key, "label": reason.label, "message": message.pk},
        source_key=f"{Kind.CLOSED}:{act_key}",
    )
    settle(ticket=ticket)


@transaction.atomic
def reopen(*, ticket: Ticket, explanation: str, by: User, at: datetime) -> None:
    """Take a closure back: the resolution clock runs on; the time between does not count.

    Clause: R-15.

    :raises Refused: the ticket is not closed, or nobody says why.
    """
    ticket = lock(ticket)
    if ticket.status != Status.CLOSED:
        raise Refused(f"{ticket.number} is not closed.")
    if not explanation.strip():
        raise Refused("Say in a sentence why it is opened again.")
    record(
        ticket=ticket,
        kind=Kind.REOPENED,
        at=at,
        by=by,
        facts={"explanation": explanation.strip()},
    )
    settle(ticket=ticket)
