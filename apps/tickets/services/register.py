"""Registering a request as a ticket."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.contracts import queries as contracts
from apps.contracts.models import AuthorisedUser, Reason, Service, Severity, User
from apps.outbox.enqueue import enqueue
from apps.tickets.models import Event, Ticket
from apps.tickets.rules.history import Kind
from apps.tickets.services.converse import Upload, say
from apps.tickets.services.mail_ids import mail_id
from apps.tickets.services.record import Refused, amend, record, settle
from apps.tickets.services.routing import follow, route


@transaction.atomic
def register(
    *,
    requester: AuthorisedUser,
    channel: str,
    subject: str,
    text: str,
    at: datetime,
    source_key: str,
    html: str = "",
    uploads: Sequence[Upload] = (),
    source_mail_id: str = "",
    mark: str = "",
    severity: Severity | None = None,
    category: Reason | None = None,
    service: Service | None = None,
    entitled: Mapping[str, Any] | None = None,
    to_tam: bool = False,
    by: User | None = None,
) -> Ticket:
    """Register an entitled request, start its clocks and acknowledge it with its number.

    Whether the request is entitled is asked before, by intake; ``entitled`` is the answer as plain
    JSON, which the ticket keeps. The ticket pins the plan, and the
    targets that the order agreed: an amendment or an upgrade touches new tickets only. Without a
    severity it gets the policy's default until somebody has looked. The same ``source_key`` again
    returns the ticket that is there. ``to_tam``: the client asked the TAM, whose desk it goes to
    while hours are left; else the support centre's queue takes it, and the record says why.
    ``by`` is who wrote it down for the client, where one of us did.

    Clause: V-8.1.4, V-2-response, V-2-order, V-6.3, S-8.

    :raises Refused: the severity or the category is another policy's.
    """
    known = Ticket.objects.filter(source_key=source_key).first()
    if known is not None:
        return known
    order = requester.order
    severity = severity or Severity.objects.get(version_id=order.version_id, is_default=True)
    if severity.version_id != order.version_id:
        raise Refused(f"{severity} is not a severity of {order.version}, which {order} is under.")
    if category is not None and category.version_id != order.version_id:
        raise Refused(f"{category} is not a category of {order.version}, which {order} is under.")
    way = route(order=order, to_tam=to_tam, at=at)
    ticket = Ticket(
        account_id=order.account_id,
        order=order,
        version_id=order.version_id,
        plan_id=order.plan_id,
        agreed=contracts.agreed_in(order),
        requester=requester,
        channel=channel,
        severity=severity,
        category=category,
        service=service,
        entitled=dict(entitled or {}),
        desk=way.desk,
        assignee=way.assignee,
        subject=" ".join(subject.split())[:250] or "(no subject)",
        registered_at=at,
        latest_at=at,
        work_at=at,
        source_key=source_key,
    )
    amend(ticket=ticket, reason="Registered", at=at, by=by)
    ticket.save()
    inside = contracts.standard_hours(order.version_id).is_open(at)
    facts = {
        "severity": severity.key,
        "channel": channel,
        "arrival": "INSIDE" if inside else "OUTSIDE",
        **way.facts,
    }
    record(ticket=ticket, kind=Kind.REGISTERED, at=at, by=by, facts=facts)
    say(
        ticket=ticket,
        client=requester,
        text=text,
        html=html,
        uploads=uploads,
        at=at,
        source_mail_id=source_mail_id,
        mark=mark,
        about=[ticket.number, ticket.subject, order.account.name],
    )
    acknowledge(ticket=ticket, at=at)
    follow(ticket=ticket, route=way, at=at)
    settle(ticket=ticket)
    return ticket


def acknowledge(*, ticket: Ticket, at: datetime) -> Event:
    """Send the requester the number. An acknowledgement is not a response.

    Clause: V-8.1.4, V-2-response.
    """
    enqueue(
        topic="ticket.acknowledged",
        key=f"ticket:{ticket.pk}:acknowledged",
        recipient=ticket.requester.email,
        payload={"ticket_id": ticket.pk},
        at=at,
        message_id=mail_id(ticket.pk, "acknowledged"),
    )
    return record(ticket=ticket, kind=Kind.ACKNOWLEDGED, at=at)
