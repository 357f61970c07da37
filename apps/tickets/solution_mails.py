"""Mails on what follows a solution, and on suspensions. Each is made when it is sent.

Every mail is in the language of service and carries the number (V-3.7, V-8.1.4).
"""

from typing import Any

from apps.outbox.rendering import Email, Withdrawn, renders
from apps.tickets.mails import to_client
from apps.tickets.models import Deadline, Event, Message, Ticket
from apps.tickets.queries.suspended import why_suspended
from apps.tickets.rules.promise import DeadlineKind
from apps.tickets.wording import moment


@renders("ticket.solved")
def solved(payload: dict[str, Any]) -> Email:
    """Send the solution, and say until when the client may confirm or refuse it.

    Clause: V-3.4.4, V-8.3, S-5-step-down.
    """
    message = Message.objects.select_related(
        "author", "ticket__version", "ticket__requester", "ticket__severity", "ticket__closing"
    ).get(pk=payload["message_id"])
    ticket = message.ticket
    rows = ticket.deadlines.filter(state=Deadline.Verdict.OPEN)
    zone = ticket.version.time_zone
    due = {row.kind: moment(row.due_at, zone) for row in rows if row.due_at}
    return to_client(
        ticket,
        "mail/solved.txt",
        {
            "message": message,
            "confirm_by": due.get(DeadlineKind.CONFIRMATION, ""),
            "closes_at": due.get(DeadlineKind.AUTO_CLOSE, ""),
            "is_watched": DeadlineKind.STEP_DOWN in due,
        },
        in_reply_to=_latest_of_client(ticket, before=message.pk),
        automatic=False,
    )


@renders("ticket.closed")
def closed(payload: dict[str, Any]) -> Email:
    """Tell the client that the ticket closed by itself, and how to come back to it.

    :raises Withdrawn: it is open again.

    Clause: V-3.4.4, S-5-step-down.
    """
    ticket = Ticket.objects.select_related("version", "requester", "severity", "closing").get(
        pk=payload["ticket_id"]
    )
    if ticket.status != Ticket.State.CLOSED:
        raise Withdrawn("The ticket is open again.")
    context = {"silence": payload["silence"]}
    latest = _latest_of_client(ticket)
    return to_client(ticket, "mail/closed.txt", context, in_reply_to=latest)


@renders("ticket.suspended")
def suspended(payload: dict[str, Any]) -> Email:
    """Tell the client that work on the ticket stands still, why, and what ends it.

    :raises Withdrawn: it goes on again.

    Clause: S-12, R-13.
    """
    event = _event(payload)
    if event.ticket.status != Ticket.State.SUSPENDED:
        raise Withdrawn("The ticket is not suspended any more.")
    context = {
        "why": why_suspended(event, event.ticket),
        "clause": event.facts["clause"],
        "is_by_hand": event.by_id is not None,
    }
    latest = _latest_of_client(event.ticket)
    return to_client(event.ticket, "mail/suspended.txt", context, in_reply_to=latest)


@renders("ticket.resumed")
def resumed(payload: dict[str, Any]) -> Email:
    """Tell the client that work on the ticket goes on.

    :raises Withdrawn: it is suspended again.

    Clause: S-12, R-13.
    """
    event = _event(payload)
    if event.ticket.status == Ticket.State.SUSPENDED:
        raise Withdrawn("The ticket is suspended again.")
    context = {"why": event.facts["why"]}
    latest = _latest_of_client(event.ticket)
    return to_client(event.ticket, "mail/resumed.txt", context, in_reply_to=latest)


def _event(payload: dict[str, Any]) -> Event:
    related = ("version", "requester", "severity", "account__standing")
    rows = Event.objects.select_related(*(f"ticket__{name}" for name in related))
    return rows.get(pk=payload["event_id"])


def _latest_of_client(ticket: Ticket, *, before: int | None = None) -> str:
    said = ticket.messages.filter(direction=Message.Direction.IN)
    latest = (said.filter(pk__lt=before) if before else said).order_by("pk").last()
    return latest.mail_id if latest else ""
