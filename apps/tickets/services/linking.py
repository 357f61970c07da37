"""Two tickets that have to do with each other."""

from datetime import datetime

from django.db import transaction

from apps.contracts.models import User
from apps.tickets.models import Link, Ticket
from apps.tickets.rules.history import Kind
from apps.tickets.services.moving import hold_in_order
from apps.tickets.services.record import Refused, record, settle


@transaction.atomic
def link(*, ticket: Ticket, other: Ticket, by: User, at: datetime) -> None:
    """Say on each of two tickets that it has to do with the other. The same again: nothing.

    Clause: V-8.1.4.

    :raises Refused: it is one ticket.
    """
    if ticket.pk == other.pk:
        raise Refused(f"{ticket.number} is this ticket itself. Choose another one.")
    first, second = _in_order(ticket, other, at=at)
    _, is_new = Link.objects.get_or_create(
        first=first, second=second, defaults={"by": by, "at": at}
    )
    if is_new:
        _record(first, second, by=by, at=at, undone=False)


@transaction.atomic
def unlink(*, ticket: Ticket, other: Ticket, by: User, at: datetime) -> None:
    """Take a link back, on both tickets. Where there is none: nothing."""
    first, second = _in_order(ticket, other, at=at)
    removed, _ = Link.objects.filter(first=first, second=second).delete()
    if removed:
        _record(first, second, by=by, at=at, undone=True)


def _in_order(*tickets: Ticket, at: datetime) -> list[Ticket]:
    return hold_in_order(*sorted(tickets, key=lambda ticket: ticket.pk), at=at)


def _record(first: Ticket, second: Ticket, *, by: User, at: datetime, undone: bool) -> None:
    for ticket, other in [(first, second), (second, first)]:
        facts = {"linked": other.number, "pk": other.pk} | ({"undone": True} if undone else {})
        record(ticket=ticket, kind=Kind.LINKED, at=at, by=by, facts=facts)
        settle(ticket=ticket)
