"""Raising an escalation: to the person in charge, or refused with what it lacks."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.contracts.models import AuthorisedUser, Order, Reason, User
from apps.escalation.models import Escalation
from apps.escalation.queries import Terms, admission_of, escalation_terms
from apps.escalation.rules.admission import Admission, Finding
from apps.escalation.services.climbing import ask_first
from apps.escalation.services.holding import Refused
from apps.escalation.services.telling import tell_client, tell_refused
from apps.tickets.models import Ticket
from apps.tickets.rules.explain import Step
from apps.tickets.rules.history import Kind
from apps.tickets.services import hold, settle
from apps.tickets.services.record import record

LONGEST_WORDS = 20_000  # characters; of a longer mail the rest is on the mail itself


@transaction.atomic
def raise_escalation(
    *,
    order: Order,
    ticket: Ticket | None,
    ground: Reason | None,
    words: str,
    client: AuthorisedUser | None,
    sender: str,
    by: User | None,
    channel: str,
    at: datetime,
    source_key: str,
    is_disconnection: bool = False,
) -> Escalation:
    """Take an escalation to the first rung of its path, or keep it with why it goes to nobody.

    ``client`` is who of the client asks; None: the TAM does, who is then ``by``. ``sender`` is
    where the answers go. Path and waits are kept as they are now, whatever becomes of them later.
    Whether the ground is true of the ticket is on record either way. The same ``source_key`` again
    returns what is there.

    Clause: V-9.1, V-9.2, S-7, S-2.1, V-6.1.

    :raises Refused: the ground is another policy's, or the ticket goes on as another one.
    """
    if ticket is not None:
        ticket = hold(ticket=ticket, at=at)
    known = Escalation.objects.filter(source_key=source_key).first()
    if known is not None:
        return known
    if ticket is not None:
        _check(ticket, ground)
    terms = escalation_terms(order, ticket=ticket)
    if terms is None:
        answer = _no("", f"The policy of order {order.number} has no path of escalation.")
    else:
        answer = _refusal(terms, ticket, ground, client) or admission_of(
            terms, ticket=ticket, ground=ground, at=at, is_disconnection=is_disconnection
        )
    escalation = Escalation(
        ticket=ticket,
        ground=ground,
        words=words.strip()[:LONGEST_WORDS],
        client=client,
        sender=sender,
        by=by,
        channel=channel,
        raised_at=at,
        finding=answer.finding,
        clause=answer.clause,
        why=answer.why,
        steps=[asdict(step) for step in answer.steps],
        source_key=source_key,
    )
    if not answer.is_admitted or terms is None or ticket is None:
        escalation.state = Escalation.State.REFUSED
        escalation.save(force_insert=True)
        tell_refused(escalation, at=at)
        return escalation
    escalation.path, escalation.climb_after = list(terms.rungs), terms.climb_after
    escalation.save(force_insert=True)
    record(ticket=ticket, kind=Kind.ESCALATED, at=at, by=by, **_event(escalation))
    ask_first(escalation, at=at)
    tell_client(escalation, ticket, "raised", at=at)
    settle(ticket=ticket)
    return escalation


def _event(escalation: Escalation) -> dict[str, Any]:
    first = escalation.path[0]["title"] if escalation.path else ""
    facts = {
        "escalation": escalation.pk,
        "who": escalation.who,
        "ground": escalation.ground.label if escalation.ground else "",
        "finding": escalation.finding,
        "to": first,
    }
    return {"facts": facts, "source_key": f"{Kind.ESCALATED}:escalation:{escalation.pk}"}


def _check(ticket: Ticket, ground: Reason | None) -> None:
    if ticket.merged_into is not None:
        raise Refused(
            f"{ticket.number} was merged and goes on as {ticket.merged_into.number}."
            " Escalate that one."
        )
    if ground is not None and ground.version_id != ticket.version_id:
        raise Refused(f"{ground} is not a ground of {ticket.version}.")


def _refusal(
    terms: Terms, ticket: Ticket | None, ground: Reason | None, client: AuthorisedUser | None
) -> Admission | None:
    """Return why it is refused, whatever its ground; None: nothing speaks against it so far."""
    clause = terms.path.clause
    if client is not None and not (client.is_active and client.may_escalate):
        return _no(clause, f"{client.email} may not escalate under order {client.order.number}.")
    before = _in_hand(ticket, ground)
    if before is not None and ticket is not None:
        how = before.get_state_display().lower()
        return _no(clause, f"{ticket.number} is escalated on that ground already: {how}.")
    return None


def _in_hand(ticket: Ticket | None, ground: Reason | None) -> Escalation | None:
    rows = Escalation.objects.in_hand().filter(ticket=ticket, ticket__isnull=False)
    return rows.filter(ground=ground).first()


def _no(clause: str, why: str) -> Admission:
    return Admission(False, Finding.JUDGED, clause, why, (Step(clause, why),))
