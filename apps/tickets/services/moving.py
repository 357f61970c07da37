"""What goes from one ticket to another when tickets are merged or split."""

from collections.abc import Iterable
from datetime import datetime

from apps.contracts.models import Order, User
from apps.contracts.services.orders import sign
from apps.tickets.models import Message, Ticket, TimeEntry, VendorCase
from apps.tickets.rules.history import Kind
from apps.tickets.services.cases import facts_of
from apps.tickets.services.follow_ups import hold
from apps.tickets.services.record import record
from apps.tickets.services.times import amend_time


def hold_in_order(*tickets: Ticket, at: datetime) -> list[Ticket]:
    """Return the tickets as they are now, held and caught up with, in the order given.

    They are taken by their numbers, so that of two who want the same tickets one waits, and not
    each for the other.
    """
    pks = sorted({ticket.pk for ticket in tickets})
    held = {pk: hold(ticket=Ticket(pk=pk), at=at) for pk in pks}
    return [held[ticket.pk] for ticket in tickets]


def move_messages(messages: Iterable[Message], *, to: Ticket) -> int:
    """Put messages, with their files, on another ticket; return how many."""
    pks = [message.pk for message in messages]
    return Message.objects.filter(pk__in=pks).update(ticket=to)


def hold_order(ticket: Ticket) -> None:
    """Hold the order, on which whoever logs or corrects time waits; take it after the tickets."""
    Order.objects.select_for_update(no_key=True, of=("self",)).get(pk=ticket.order_id)


def move_time(
    entries: Iterable[TimeEntry], *, to: Ticket, reason: str, by: User, at: datetime
) -> None:
    """Put time entries on another ticket of the order, as a correction like any other.

    The caller holds the order since before it read them.
    """
    for entry in entries:
        amend_time(
            entry=entry,
            revision=entry.revision,
            ticket=to,
            kind=entry.kind,
            started_at=entry.started_at,
            minutes=entry.minutes,
            what=entry.what,
            contact=entry.contact,
            reason=reason,
            by=by,
            at=at,
            is_moved=True,
        )


def move_cases(
    cases: Iterable[VendorCase], *, to: Ticket, reason: str, by: User, at: datetime
) -> None:
    """Put cases with others that are not over on another ticket, whose log tells of each."""
    for case in cases:
        case.ticket = to
        sign(case, reason=reason, by=by, at=at)
        case.save()
        record(ticket=to, kind=Kind.HANDED_OUT, at=at, by=by, facts=facts_of(case))
