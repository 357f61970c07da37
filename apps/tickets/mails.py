"""How the mails of this app read. Each is made of facts, at the moment it is sent.

Every mail is in the language of service and carries the number (V-3.7, V-8.1.4).
"""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from apps.contracts.models import Severity
from apps.outbox.rendering import Attachment, Email, Withdrawn, renders
from apps.tickets.models import Deadline, Event, Message, Ticket
from apps.tickets.services.mail_ids import mail_id
from apps.tickets.wording import moment, sentence, span


@renders("ticket.acknowledged")
def acknowledged(payload: dict[str, Any]) -> Email:
    """Tell the requester the number, the severity and when the response is due.

    Clause: V-8.1.4.
    """
    ticket = Ticket.objects.select_related("version", "requester", "severity").get(
        pk=payload["ticket_id"]
    )
    response = ticket.deadlines.filter(kind="RESPONSE").first()
    zone = ticket.version.time_zone
    first = ticket.messages.first()
    return to_client(
        ticket,
        "mail/acknowledged.txt",
        {
            "registered": moment(ticket.registered_at, zone),
            "due": moment(response.due_at, zone) if response and response.due_at else "",
        },
        in_reply_to=first.mail_id if first else "",
        begins_thread=True,
    )


@renders("ticket.replied")
def replied(payload: dict[str, Any]) -> Email:
    """Send what a person of ours wrote, with its files; to the requester, or to one in copy."""
    message = Message.objects.select_related(
        "author", "ticket__version", "ticket__requester", "ticket__severity"
    ).get(pk=payload["message_id"])
    earlier = message.ticket.messages.filter(pk__lt=message.pk, direction=Message.Direction.IN)
    latest = earlier.order_by("pk").last()
    return to_client(
        message.ticket,
        "mail/replied.txt",
        {"message": message, "is_copy": "client_id" in payload},
        in_reply_to=latest.mail_id if latest else "",
        automatic=False,
        attachments=tuple(
            Attachment(file.name, bytes(file.content), file.content_type)
            for file in message.attachments.all()
        ),
    )


@renders("ticket.watched", is_notice=True)
def watched(payload: dict[str, Any]) -> Email:
    """Tell one of ours who watches a ticket what happened to it, in a few lines.

    Clause: V-8.2.3.
    """
    event = Event.objects.select_related(
        "by", "ticket__version", "ticket__account", "ticket__severity", "ticket__assignee"
    ).get(pk=payload["event_id"])
    ticket, facts, what = event.ticket, event.facts, event.get_kind_display()
    context = {
        "what": what,
        "when": moment(event.at, ticket.version.time_zone),
        "who": event.by or _client_of(facts),
        "before": _severity_before(ticket, facts),
        "why": ": ".join(filter(None, [facts.get("label"), facts.get("explanation")])),
    }
    return about(ticket, what, "mail/watched.txt", context)


@renders("deadline.missed", is_notice=True)
def deadline_missed(payload: dict[str, Any]) -> Email:
    """Tell one of ours that a promise was missed, and why it was due when it was."""
    return _to_staff(payload, "mail/deadline_missed.txt", "missed")


@renders("deadline.warned", is_notice=True)
def deadline_warned(payload: dict[str, Any]) -> Email:
    """Tell one of ours that a promise is near its end.

    :raises Withdrawn: it no longer is: kept or missed meanwhile, or put off.
    """
    near = Deadline.objects.open().filter(warned_at__isnull=False)
    if not near.filter(pk=payload["deadline_id"]).exists():
        raise Withdrawn("The deadline is not near any more.")
    return _to_staff(payload, "mail/deadline_warned.txt", "near")


def to_client(
    ticket: Ticket,
    template: str,
    context: dict[str, Any],
    *,
    in_reply_to: str,
    automatic: bool = True,
    begins_thread: bool = False,
    attachments: tuple[Attachment, ...] = (),
) -> Email:
    thread = mail_id(ticket.pk, "acknowledged")
    # Who reads along in copy may have no seat in the portal, or not see this ticket there.
    has_seat = ticket.requester.user_id is not None and not context.get("is_copy")
    page = f"{settings.BASE_URL}{reverse('portal:ticket', args=[ticket.pk])}" if has_seat else ""
    known = [f"<{in_reply_to}>"] if in_reply_to else []
    return Email(
        subject=f"[{ticket.number}] {ticket.subject}",
        text=_text(template, {"ticket": ticket, "page": page, **context}),
        reply_to=(ticket.version.support_address,),
        in_reply_to=known[0] if known else "",
        references=tuple(known if begins_thread else [thread, *known]),
        automatic=automatic,
        language=ticket.version.language,
        attachments=attachments,
    )


def _to_staff(payload: dict[str, Any], template: str, what: str) -> Email:
    deadline = Deadline.objects.select_related(
        "ticket__version", "ticket__account", "ticket__severity", "ticket__assignee"
    ).get(pk=payload["deadline_id"])
    ticket = deadline.ticket
    zone = ticket.version.time_zone
    context = {
        "deadline": deadline,
        "due": moment(deadline.due_at, zone) if deadline.due_at else "",
        "target": span(deadline.target),
        "steps": [(step["clause"], sentence(step, zone)) for step in deadline.steps],
    }
    return about(ticket, f"{deadline.get_kind_display()} {what}", template, context)


def about(ticket: Ticket, what: str, template: str, context: dict[str, Any]) -> Email:
    """Return a mail to one of ours. All of a ticket's are one thread in their mail program."""
    page = reverse("admin:tickets_ticket_change", args=[ticket.pk])
    return Email(
        subject=f"[{ticket.number}] {what}: {ticket.subject}",
        text=_text(template, {"ticket": ticket, "url": f"{settings.BASE_URL}{page}", **context}),
        reply_to=(ticket.version.support_address,),
        references=(mail_id(ticket.pk, "acknowledged"),),
        language=ticket.version.language,
    )


def _client_of(facts: dict[str, Any]) -> str:
    """Return who of the client wrote, where an event is their message."""
    rows = Message.objects.filter(pk=facts.get("message", 0), client__isnull=False)
    return rows.values_list("client__name", flat=True).first() or ""


def _severity_before(ticket: Ticket, facts: dict[str, Any]) -> str:
    """Return the label of the severity that a change started from."""
    rows = Severity.objects.filter(version=ticket.version_id, key=facts.get("from", ""))
    return rows.values_list("label", flat=True).first() or ""


def _text(template: str, context: dict[str, Any]) -> str:
    return render_to_string(template, context).rstrip() + "\n"
