"""What a client may read of tickets, whether on a page or by a program.

Clause: V-3.5.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import product

from django.db.models import F, Q, QuerySet

from apps.contracts.models import AuthorisedUser
from apps.tickets.models import Message, Ticket
from apps.tickets.queries.row_order import RowOrder, first_of

LATEST = RowOrder(["at", "pk"], is_newest_first=True)
PLACE = (datetime, int)  # the parts of a place in the list: when something happened last, the key
Place = tuple[datetime, int]


def readable_by(people: Collection[AuthorisedUser]) -> QuerySet[Ticket]:
    """Return the tickets that somebody may read: under each order all, or their own.

    Clause: V-3.5.
    """
    seen = [person.order_id for person in people if person.sees_all_tickets]
    limited = [person.pk for person in people if not person.sees_all_tickets]
    if not limited:
        return Ticket.objects.filter(order__in=seen)
    return Ticket.objects.filter(Q(order__in=seen) | Q(requester__in=limited))


def lists_of(
    people: Collection[AuthorisedUser],
    statuses: Sequence[str],
    *,
    severities: Collection[int] | None = None,
    is_mine: bool = False,
) -> Iterator[QuerySet[Ticket]]:
    """Yield the same tickets as lists, each of which an index has in the order of ``LATEST``.

    ``severities`` None: of whatever severity.

    Clause: V-3.5.
    """
    for person, status in product(people, statuses):
        rows = Ticket.objects.filter(status=status).annotate(at=F("latest_at"))
        if is_mine or not person.sees_all_tickets:
            own = rows.filter(requester=person.pk)
            yield own if severities is None else own.filter(severity__in=severities)
        elif severities is None:
            yield rows.filter(order=person.order_id)
        else:
            for severity in severities:
                yield rows.filter(order=person.order_id, severity=severity)


def places_in(
    lists: Sequence[QuerySet[Ticket]], *, after: Place | None, is_back: bool, limit: int
) -> list[Place]:
    """Return where so many tickets stand, after a place or before it, in no order."""
    keys = first_of(lists, LATEST, key=after, is_back=is_back, limit=limit)
    if keys is None:
        return []
    return list(Ticket.objects.filter(pk__in=keys).order_by().values_list("latest_at", "pk"))


def told_to_client(rows: QuerySet[Message]) -> QuerySet[Message]:
    """Leave of messages those that a client may read: notes of staff are none.

    Clause: V-3.5.
    """
    return rows.exclude(direction=Message.Direction.NOTE)
