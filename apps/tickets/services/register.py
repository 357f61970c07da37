"""Registering a request as a ticket."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from apps.contracts import queries as contracts
from apps.contracts.models import AuthorisedUser, Order, Reason, Service, Severity, User
from apps.outbox.bulk import Checked, Statement, copying, insert_once, insertion, run_together
from apps.outbox.enqueue import nudge, prepared
from apps.outbox.models import Message as Told
from apps.tickets.models import Event, Ticket
from apps.tickets.rules.history import Happening, Kind
from apps.tickets.services.converse import Upload
from apps.tickets.services.counting import count, place, rows_of, write
from apps.tickets.services.hooked import tell_registered
from apps.tickets.services.mail_ids import mail_id
from apps.tickets.services.record import Refused, event_of, record, settle
from apps.tickets.services.routing import follow, route
from apps.tickets.services.saying import say_first

# Asked for once: each time it is, a class is made for its manager.
AMENDED = Ticket.history.model


def register_within(
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
    order_now: contracts.OrderNow | None = None,
    by: User | None = None,
    last: Callable[[Ticket], Checked] | None = None,
) -> Ticket:
    """Register an entitled request, start its clocks and acknowledge it with its number.

    In the transaction of the caller, who lets nothing of it stand if this fails.

    Whether the request is entitled is asked before, by intake; ``entitled`` is the answer as plain
    JSON, which the ticket keeps. The ticket pins the plan, and the
    targets that the order agreed: an amendment or an upgrade touches new tickets only. Without a
    severity it gets the policy's default until somebody has looked. The same ``source_key`` again
    returns the ticket that is there. ``to_tam``: the client asked the TAM, whose desk it goes to
    while hours are left; else the support centre's queue takes it, and the record says why.
    ``by`` is who wrote it down for the client, where one of us did. ``order_now`` is what was just
    read of the order, where somebody asked. ``last`` makes what is written with it of the ticket,
    the caller's own.

    Clause: V-8.1.4, V-2-response, V-2-order, V-6.3, S-8.

    :raises Refused: the severity or the category is another policy's.
    """
    order = requester.order
    known = order_now or contracts.order_now(order)
    severity_id, severity_key = _severity(order, severity)
    if category is not None and category.version_id != order.version_id:
        raise Refused(f"{category} is not a category of {order.version}, which {order} is under.")
    way = route(order=order, to_tam=to_tam, at=at)
    ticket = Ticket(
        account_id=order.account_id,
        order=order,
        version_id=order.version_id,
        plan_id=order.plan_id,
        agreed=known.agreed,
        requester=requester,
        channel=channel,
        severity_id=severity_id,
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
    facts = {
        "severity": severity_key,
        "channel": channel,
        "arrival": "INSIDE" if _is_inside(order, known, at) else "OUTSIDE",
        **way.facts,
    }
    happened = [Happening(Kind.REGISTERED, at, facts), Happening(Kind.ACKNOWLEDGED, at, {})]
    counted = count(ticket, happened, known.counts)
    place(ticket, counted)
    ticket.__dict__["is_hooked"] = order.account.has_webhooks
    if not insert_once(ticket):
        there = Ticket.objects.get(source_key=source_key)
        run_together([], last(there) if last else None)
        return there
    _, beside = say_first(
        ticket=ticket,
        client=requester,
        text=text,
        html=html,
        uploads=uploads,
        at=at,
        source_mail_id=source_mail_id,
        mark=mark,
        about=[ticket.number, ticket.subject],
        # On all of the account's tickets it would find a client all of them.
        about_ours=[order.account.name],
    )
    events = [
        event_of(ticket=ticket, kind=each.kind, at=at, facts={**each.facts}) for each in happened
    ]
    events[0].by = by
    told = insertion([acknowledgement(ticket=ticket, at=at)])
    log = [_history_row(ticket, at=at, by=by), insertion(events)]
    pending = [*log, *beside, told]
    rows = rows_of(ticket, counted, [])
    write(ticket, rows, pending=pending, last=last(ticket) if last else None, at=at)
    nudge()
    tell_registered(ticket, at=at)
    if way.assignee is not None or way.is_redirected:
        follow(ticket=ticket, route=way, at=at)
        settle(ticket=ticket)
    return ticket


register = transaction.atomic(register_within)


def _severity(order: Order, severity: Severity | None) -> tuple[int, str]:
    """Return key of row and key of policy of the severity: the one given, else the default."""
    if severity is None:
        term = contracts.terms(version_id=order.version_id, plan_id=order.plan_id).default_severity
        return term.pk, term.key
    if severity.version_id != order.version_id:
        raise Refused(f"{severity} is not a severity of {order.version}, which {order} is under.")
    return severity.pk, severity.key


def _is_inside(order: Order, known: contracts.OrderNow, at: datetime) -> bool:
    """Tell whether it arrives inside of the policy's standard hours (S-2)."""
    terms = contracts.terms(version_id=order.version_id, plan_id=order.plan_id)
    return known.counts[terms.calendars[terms.standard_calendar].pk].hours.is_open(at)


def _history_row(ticket: Ticket, *, at: datetime, by: User | None) -> Statement:
    """Return what ``save`` would have written of a new ticket for who amends it later."""
    signed = {
        "history_date": connection.ops.adapt_datetimefield_value(at),
        "history_type": "+",
        "history_user_id": by.pk if by else None,
        "history_change_reason": "Registered",
    }
    return copying(ticket, AMENDED, AMENDED.tracked_fields, signed)


def acknowledge(*, ticket: Ticket, at: datetime) -> Event:
    """Send the requester the number of a ticket that was split off.

    Clause: V-8.1.4, V-2-response.
    """
    acknowledgement(ticket=ticket, at=at).save(force_insert=True)
    tell_registered(ticket, at=at)
    nudge()
    return record(ticket=ticket, kind=Kind.ACKNOWLEDGED, at=at)


def acknowledgement(*, ticket: Ticket, at: datetime) -> Told:
    """Return the mail with the number for the requester. It is not a response.

    Clause: V-8.1.4, V-2-response.
    """
    return prepared(
        topic="ticket.acknowledged",
        key=f"ticket:{ticket.pk}:acknowledged",
        recipient=ticket.requester.email,
        payload={"ticket_id": ticket.pk},
        at=at,
        message_id=mail_id(ticket.pk, "acknowledged"),
    )
