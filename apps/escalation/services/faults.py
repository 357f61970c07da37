"""Writing down whose fault it was."""

from datetime import datetime

from django.db import transaction

from apps.contracts.models import AuthorisedUser, User
from apps.escalation.models import FaultDetermination
from apps.tickets.models import Ticket
from apps.tickets.rules.history import Kind
from apps.tickets.services import Refused
from apps.tickets.services.follow_ups import hold
from apps.tickets.services.marks import mark_work
from apps.tickets.services.record import record, settle


@transaction.atomic
def determine_fault(
    *,
    ticket: Ticket,
    finding: str,
    is_agreed: bool,
    ours: User,
    theirs: AuthorisedUser | None,
    why: str,
    decided_at: datetime,
    by: User,
    at: datetime,
    act_key: str,
) -> FaultDetermination:
    """Write a finding down. It counts from here on; those before it stay on record.

    ``ours`` and ``theirs`` are who decided on each side. The same ``act_key`` again is the same
    finding.

    Clause: S-4.

    :raises Refused: something is missing, or does not fit the ticket.
    """
    ticket = hold(ticket=ticket, at=at)
    key = f"fault:{act_key}"
    known = FaultDetermination.objects.filter(source_key=key).first()
    if known is not None:
        return known
    _check(ticket, is_agreed=is_agreed, theirs=theirs, why=why)
    _check_when(ticket, decided_at=decided_at, at=at)
    row = FaultDetermination.objects.create(
        ticket=ticket,
        finding=finding,
        is_agreed=is_agreed,
        ours=ours,
        theirs=theirs,
        why=why.strip(),
        decided_at=decided_at,
        recorded_at=at,
        recorded_by=by,
        source_key=key,
    )
    how = "agreed by both sides" if is_agreed else "the provider's word alone"
    facts = {"what": f"Fault determined: {row.get_finding_display()}, {how}", "finding": row.pk}
    record(ticket=ticket, kind=Kind.NOTED, at=at, by=by, facts=facts)
    mark_work(ticket.order_id, ticket, at=at)
    settle(ticket=ticket)
    return row


def _check(ticket: Ticket, *, is_agreed: bool, theirs: AuthorisedUser | None, why: str) -> None:
    if ticket.merged_into is not None:
        raise Refused(
            f"{ticket.number} goes on as {ticket.merged_into.number}: write the finding there."
        )
    if not why.strip():
        raise Refused("Say why: a bill may rest on it.")
    if is_agreed and theirs is None:
        raise Refused("Say who agreed on the client's side, or that the client did not agree.")
    if theirs is not None and theirs.order_id != ticket.order_id:
        raise Refused(f"{theirs.name} is no authorised user of {ticket.order}.")


def _check_when(ticket: Ticket, *, decided_at: datetime, at: datetime) -> None:
    if decided_at > at:
        raise Refused("It cannot have been decided in the future.")
    if decided_at < ticket.registered_at:
        raise Refused(f"It cannot have been decided before {ticket.number} was registered.")
