"""What becomes of an escalation: somebody has it in hand, answers it, and closes it."""

from datetime import datetime

from django.db import transaction

from apps.contracts.models import User
from apps.escalation.models import Escalation
from apps.escalation.services.holding import Refused, hold_with_ticket
from apps.escalation.services.telling import tell_client
from apps.tickets.models import Ticket
from apps.tickets.rules.history import Kind
from apps.tickets.services import settle
from apps.tickets.services.record import record

State = Escalation.State


@transaction.atomic
def acknowledge(*, escalation: Escalation, who: str, by: User | None, at: datetime) -> Escalation:
    """Say that somebody has it in hand: nobody else is asked from here on, and the client is told.

    ``who`` is in words; ``by`` is who of ours said so in the admin, None: by the link of their
    mail. Once it is acknowledged this changes nothing: the first one has it.

    Clause: V-9.2, S-7.

    :raises Refused: it was refused, and went to nobody.
    """
    escalation, ticket = hold_with_ticket(escalation, at=at)
    if escalation.state == State.OPEN:
        _take(escalation, ticket, who=who, by=by, at=at)
        tell_client(escalation, ticket, "taken", at=at)
        settle(ticket=ticket)
    return escalation


@transaction.atomic
def answer(*, escalation: Escalation, text: str, by: User, at: datetime) -> Escalation:
    """Answer the client; who answers has it in hand. No clock of the ticket cares for it.

    The same answer again changes nothing.

    Clause: V-9.2, S-7.

    :raises Refused: there are no words, or it was answered otherwise.
    """
    escalation, ticket = hold_with_ticket(escalation, at=at)
    text = text.strip()
    if escalation.state in (State.ANSWERED, State.CLOSED):
        if (escalation.answer, escalation.answered_by) == (text, by):
            return escalation
        raise Refused(f"{escalation.answered_by} answered it meanwhile. Write on the ticket.")
    if not text:
        raise Refused("Write what the client is told.")
    if escalation.state == State.OPEN:
        _take(escalation, ticket, who=str(by), by=by, at=at)
    escalation.state, escalation.answer = State.ANSWERED, text
    escalation.answered_at, escalation.answered_by = at, by
    escalation.save(update_fields=["state", "answer", "answered_at", "answered_by"])
    _record(escalation, ticket, Kind.ESCALATION_ANSWERED, str(by), by=by, at=at)
    tell_client(escalation, ticket, "answered", at=at)
    settle(ticket=ticket)
    return escalation


@transaction.atomic
def close(*, escalation: Escalation, by: User, at: datetime) -> Escalation:
    """Close an answered escalation. Closed already: nothing.

    Clause: V-9.2, S-7.

    :raises Refused: the client has no answer yet.
    """
    escalation, ticket = hold_with_ticket(escalation, at=at)
    if escalation.state == State.CLOSED:
        return escalation
    if escalation.state != State.ANSWERED:
        raise Refused("The client has no answer yet. Answer it first.")
    escalation.state, escalation.closed_at, escalation.closed_by = State.CLOSED, at, by
    escalation.save(update_fields=["state", "closed_at", "closed_by"])
    _record(escalation, ticket, Kind.ESCALATION_CLOSED, str(by), by=by, at=at)
    settle(ticket=ticket)
    return escalation


def _take(
    escalation: Escalation, ticket: Ticket, *, who: str, by: User | None, at: datetime
) -> None:
    escalation.state, escalation.next_at = State.TAKEN, None
    escalation.taken_at, escalation.taken_by = at, who
    escalation.save(update_fields=["state", "next_at", "taken_at", "taken_by"])
    _record(escalation, ticket, Kind.ESCALATION_TAKEN, escalation.taker, by=by, at=at)


def _record(
    escalation: Escalation, ticket: Ticket, kind: Kind, who: str, *, by: User | None, at: datetime
) -> None:
    facts = {"escalation": escalation.pk, "who": who}
    key = f"{kind}:escalation:{escalation.pk}"
    record(ticket=ticket, kind=kind, at=at, by=by, facts=facts, source_key=key)
