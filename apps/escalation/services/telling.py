"""Whom an escalation is told to: rows for the outbox, each fact once to each person."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import cast

from apps.contracts.models import OptOut
from apps.contracts.queries.people import wants
from apps.escalation.models import Escalation, EscalationNotice
from apps.outbox.enqueue import enqueue, nudge, prepared
from apps.outbox.models import Message
from apps.outbox.rules.address import is_plain_address
from apps.tickets.models import Event, Ticket
from apps.tickets.rules.history import Kind
from apps.tickets.services.mail_ids import mail_id

REFUSED = "escalation.refused"
# A robot that answers refusals gets no more than this.
MOST_REFUSALS, REFUSALS_WITHIN = 5, timedelta(days=1)


def tell_next(rows: Sequence[Escalation], *, why: str, at: datetime) -> None:
    """Tell the next rung of each: who they are, a mail, and a line on the ticket's log.

    Clause: V-9.2, S-7.
    """
    notices = [_notice(row, row.rung + 1, at) for row in rows]
    EscalationNotice.objects.bulk_create(notices, ignore_conflicts=True)
    _write(_asking(notice, at) for notice in notices)
    climbed = [notice for notice in notices if notice.rung > 1]
    _log(
        (notice.escalation, notice.key, {"rung": notice.rung, "to": notice.title, "why": why}, at)
        for notice in climbed
    )


def tell_managers(rows: Sequence[Escalation], *, managers: Sequence[str], at: datetime) -> None:
    """Tell the duty managers that nobody on the path of each acknowledged it.

    Clause: V-9.2, S-7.
    """
    _write(
        _mail(row, "unanswered", f"unanswered:{_digest(address)}", address, at)
        for row in rows
        for address in filter(is_plain_address, managers)
    )
    _log((row, f"escalation:{row.pk}:unanswered", {}, at) for row in rows)


def tell_client(escalation: Escalation, ticket: Ticket, what: str, *, at: datetime) -> None:
    """Write to who asked, and to the ticket's requester, if that is somebody else who wants it.

    Clause: V-9.2, V-3.7.
    """
    people = dict.fromkeys([escalation.sender, ticket.requester.email])
    if len(people) > 1 and not wants(ticket.requester, OptOut.Kind.COLLEAGUES):
        del people[ticket.requester.email]
    _write(
        _mail(escalation, what, f"{what}:{_digest(address)}", address, at)
        for address in filter(is_plain_address, people)
    )


def tell_refused(escalation: Escalation, *, at: datetime) -> None:
    """Tell who asked why it goes to nobody; who is told too often is not told again that day.

    Clause: V-9.2.
    """
    sender, since = escalation.sender, at - REFUSALS_WITHIN
    told = Message.objects.filter(topic=REFUSED, recipient=sender, created_at__gt=since)
    if not is_plain_address(sender) or told.count() >= MOST_REFUSALS:
        return
    enqueue(
        topic=REFUSED,
        key=f"escalation:{escalation.pk}:refused",
        recipient=sender,
        payload={"escalation_id": escalation.pk},
        at=at,
    )


def _notice(row: Escalation, rung: int, at: datetime) -> EscalationNotice:
    person = row.path[rung - 1]
    return EscalationNotice(
        escalation=row,
        rung=rung,
        title=person["title"],
        email=person["email"],
        phone=person["phone"],
        told_at=at,
        key=f"escalation:{row.pk}:rung-{rung}",
    )


def _asking(notice: EscalationNotice, at: datetime) -> Message:
    row = notice.escalation
    return prepared(
        topic="escalation.reached",
        key=notice.key,
        recipient=notice.email,
        payload={"escalation_id": row.pk, "rung": notice.rung},
        at=at,
        message_id=mail_id(_ticket_id(row), f"escalation-{row.pk}-rung-{notice.rung}"),
    )


def _mail(row: Escalation, what: str, name: str, address: str, at: datetime) -> Message:
    return prepared(
        topic=f"escalation.{what}",
        key=f"escalation:{row.pk}:{name}",
        recipient=address,
        payload={"escalation_id": row.pk},
        at=at,
        message_id=mail_id(_ticket_id(row), f"escalation-{row.pk}-{name.replace(':', '-')}"),
    )


def _write(messages: Iterable[Message]) -> None:
    """Insert messages, unless they are there: a fact is told once to each person."""
    Message.objects.bulk_create(list(messages), ignore_conflicts=True)
    nudge()


def _log(lines: Iterable[tuple[Escalation, str, dict, datetime]]) -> None:
    """Append to the logs of tickets that nobody has to hold for it: no clock cares for this."""
    Event.objects.bulk_create(
        [
            Event(
                ticket_id=_ticket_id(row),
                kind=Kind.ESCALATION_CLIMBED,
                at=at,
                recorded_at=at,
                facts={"escalation": row.pk, **facts},
                source_key=f"{Kind.ESCALATION_CLIMBED}:{name}",
            )
            for row, name, facts, at in lines
        ],
        ignore_conflicts=True,
    )


def _ticket_id(row: Escalation) -> int:
    """Return the key of its ticket: what was admitted has one, a constraint says so."""
    return cast(int, row.ticket_id)


def _digest(address: str) -> str:
    # The address itself may be longer than a key.
    return hashlib.sha256(address.encode()).hexdigest()[:32]
