"""How the mails on disputes and merged tickets read. Each is made of facts, when it is sent."""

from typing import Any

from django.template.loader import render_to_string

from apps.outbox.rendering import Email, Withdrawn, renders
from apps.tickets.mails import about
from apps.tickets.models import Dispute, Ticket
from apps.tickets.services.mail_ids import mail_id
from apps.tickets.wording import moment


@renders("dispute.raised")
def dispute_raised(payload: dict[str, Any]) -> Email:
    """Tell the client that their dispute of the severity is taken down.

    Clause: V-7.2.
    """
    return _of_dispute(payload, "mail/dispute_raised.txt")


@renders("dispute.to_decide", is_notice=True)
def dispute_to_decide(payload: dict[str, Any]) -> Email:
    """Tell one of ours that a client disputes a severity, and that somebody has to decide.

    Clause: V-7.2.

    :raises Withdrawn: it was decided meanwhile.
    """
    rows = Dispute.objects.select_related(
        *("ticket__version", "ticket__account", "ticket__severity", "ticket__assignee"),
        *("client", "disputed", "wanted", "taken_by"),
    )
    dispute = rows.get(pk=payload["dispute_id"])
    if dispute.decision != Dispute.Decision.OPEN:
        raise Withdrawn("The dispute was decided meanwhile.")
    raised = moment(dispute.raised_at, dispute.ticket.version.time_zone)
    context = {"dispute": dispute, "raised": raised}
    template = "mail/dispute_to_decide.txt"
    return about(dispute.ticket, "Severity disputed", template, context)


@renders("dispute.decided")
def dispute_decided(payload: dict[str, Any]) -> Email:
    """Tell the client how their dispute was decided, and why.

    Clause: V-7.2, V-7.3.
    """
    return _of_dispute(payload, "mail/dispute_decided.txt")


@renders("ticket.merged")
def merged(payload: dict[str, Any]) -> Email:
    """Tell the requester of a duplicate under which number it goes on.

    Clause: V-8.1.4.
    """
    rows = Ticket.objects.select_related("version", "requester", "merged_into")
    ticket = rows.get(pk=payload["ticket_id"])
    into = ticket.merged_into
    # Merged once more before this was sent: the number that counts by then.
    while into is not None and into.merged_into is not None:
        into = into.merged_into
    # The new number first: what answers this mail belongs there.
    return _mail(ticket, "mail/merged.txt", {"into": into}, number=into.number if into else "")


def _of_dispute(payload: dict[str, Any], template: str) -> Email:
    rows = Dispute.objects.select_related("ticket__version", "client", "disputed", "wanted")
    dispute = rows.get(pk=payload["dispute_id"])
    raised = moment(dispute.raised_at, dispute.ticket.version.time_zone)
    return _mail(dispute.ticket, template, {"dispute": dispute, "raised": raised})


def _mail(ticket: Ticket, template: str, context: dict[str, Any], *, number: str = "") -> Email:
    return Email(
        subject=f"[{number or ticket.number}] {ticket.subject}",
        text=render_to_string(template, {"ticket": ticket, **context}).rstrip() + "\n",
        reply_to=(ticket.version.support_address,),
        references=(mail_id(ticket.pk, "acknowledged"),),
        language=ticket.version.language,
    )
