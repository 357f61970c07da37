"""What of tickets the first page shows: what waits for the reader, what is open, what was last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet

from apps.contracts.models import AuthorisedUser, PolicyVersion, Severity
from apps.outbox.capped import CAP, CappedCount, shown
from apps.portal.queries.of_seat import OfSeat
from apps.portal.queries.seats import Seat
from apps.portal.queries.tickets.rows import Row, as_rows, as_shown
from apps.portal.queries.tickets.turns import UNCLOSED, YOURS
from apps.tickets.models import Ticket
from apps.tickets.queries.readable import LATEST, lists_of, readable_by
from apps.tickets.queries.row_order import first_of, together

LISTED = 5


@dataclass(frozen=True, slots=True)
class HomeTickets:
    """The first of what waits, how many are open by severity (label, count), the latest others."""

    yours: Sequence[Row]
    has_more: bool
    open: Sequence[tuple[str, str]]
    latest: Sequence[Row]


def home_tickets(seat: Seat, *, at: datetime) -> HomeTickets:
    """Return what the first page shows of the tickets that a person may read, in three queries.

    Clause: V-3.5.
    """
    rows = as_rows(_tickets.objects(seat), at=at)
    yours = [row for row in rows if row.turn.is_yours]
    return HomeTickets(
        yours=yours[:LISTED],
        has_more=len(yours) > LISTED,
        open=_open_by_severity(seat),
        latest=[row for row in rows if not row.turn.is_yours],
    )


def _first(people: Sequence[AuthorisedUser]) -> QuerySet[Ticket]:
    """Return the latest of those that wait for the reader, one more than is shown, and others."""
    others = [status for status in UNCLOSED if status not in YOURS]
    keys = [
        first_of(list(lists_of(people, statuses)), LATEST, key=None, is_back=False, limit=limit)
        for statuses, limit in [(YOURS, LISTED + 1), (others, LISTED)]
    ]
    return as_shown(Ticket.objects.filter(pk__in=together(keys)))


def _counted(people: Sequence[AuthorisedUser], **policies: int) -> QuerySet:
    """Return the labels of the policies' severities with how many open tickets each has."""
    rows = Severity.objects.filter(
        version__policy__in=list(policies.values()), version__state=PolicyVersion.State.PUBLISHED
    )
    # By order alone, as the index has it: an order's tickets are of its account.
    tickets = readable_by(people).filter(status__in=UNCLOSED, severity=OuterRef("pk"))
    counted = rows.annotate(open_count=CappedCount(tickets)).order_by("rank", "label")
    return counted.values_list("label", "open_count")


_tickets, _severities = OfSeat(_first), OfSeat(_counted)


def _open_by_severity(seat: Seat) -> list[tuple[str, str]]:
    """Return the labels of severities that open tickets have, the worst first; counted to a cap."""
    orders = enumerate(seat.orders)
    policies = {f"policy_{place}": order.version.policy_id for place, order in orders}
    found: dict[str, int] = {}
    for label, count in _severities.values(seat, **policies):
        found[label] = min(found.get(label, 0) + count, CAP)
    return [(label, shown(count)) for label, count in found.items() if count]
