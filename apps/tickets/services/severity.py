"""Changing how bad it is."""

from datetime import datetime

from django.db import transaction

from apps.contracts.models import Reason, Severity, User
from apps.tickets.models import Ticket
from apps.tickets.rules.history import Kind, Status
from apps.tickets.services.follow_ups import hold
from apps.tickets.services.marks import mark_work
from apps.tickets.services.record import Refused, amend, record, settle


@transaction.atomic
def change_severity(
    *, ticket: Ticket, to: Severity, reason: Reason, explanation: str, by: User | None, at: datetime
) -> None:
    """Give the ticket another severity, for one of the policy's reasons. ``by`` None: by itself.

    The new target counts from registration; a miss or a response on record keeps its verdict.

    Clause: V-7.2, V-7.3, R-14.

    :raises Refused: the change does not fit the ticket or its policy; the message says why.
    """
    ticket = hold(ticket=ticket, at=at)
    before = ticket.severity
    _check(ticket, before, to, reason, explanation)
    ticket.severity = to
    amend(ticket=ticket, reason=f"{reason.label}: {explanation.strip()}", by=by, at=at)
    ticket.save(update_fields=["severity"])
    mark_work(ticket.order_id, ticket, at=at)
    record(
        ticket=ticket,
        kind=Kind.SEVERITY_CHANGED,
        at=at,
        by=by,
        facts={
            "from": before.key,
            "to": to.key,
            "reason": reason.key,
            "label": reason.label,
            "explanation": explanation.strip(),
            **({"misclassified": True} if reason.terms.get("misclassified") else {}),
        },
    )
    settle(ticket=ticket)


def _check(
    ticket: Ticket, before: Severity, to: Severity, reason: Reason, explanation: str
) -> None:
    if ticket.status == Status.CLOSED:
        raise Refused(
            f"{ticket.number} is closed. Reopen it before you change its severity.", clause="V-7.3"
        )
    if to.version_id != ticket.version_id:
        raise Refused(
            f"{to} is not a severity of {ticket.version}, which this ticket is under.",
            clause="V-7.3",
        )
    if to == before:
        raise Refused(f"{ticket.number} has {before} already. Choose another one.", clause="V-7.3")
    if reason.version_id != ticket.version_id or reason.kind != Reason.Kind.SEVERITY_CHANGE:
        raise Refused(
            f"“{reason}” is not a reason of {ticket.version} to change a severity.", clause="V-7.3"
        )
    if reason.terms.get("lowers_only") and to.rank < before.rank:
        raise Refused(
            f"“{reason}” only lowers a severity; {to} is higher than {before}.", clause="V-7.3"
        )
    if not explanation.strip():
        raise Refused("Say in a sentence what changed: the client may ask.")
