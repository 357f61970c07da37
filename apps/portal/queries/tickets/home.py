"""What of tickets the first page shows: what waits for the reader, what is open, what was last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Q

from apps.contracts.models import PolicyVersion, Severity
from apps.outbox.capped import CAP, CappedCount, shown
from apps.portal.queries.seats import Seat
from apps.portal.queries.tickets.listed import latest_keys
from apps.portal.queries.tickets.rows import Row, rows_of
from apps.portal.queries.tickets.turns import UNCLOSED, YOURS
from apps.tickets.models import Ticket

LISTED = 5


@dataclass(frozen=True, slots=True)
class HomeTickets:
    """The first of what waits, how many are open by severity (label, count), the latest others."""

    yours: Sequence[Row]
    has_more: bool
    open: Sequence[tuple[str, str]]
    latest: Sequence[Row]


def home_tickets(seat: Seat, *, at: datetime) -> HomeTickets:
    """Return what the first page shows of the tickets that a person may read, in five queries.

    Clause: V-3.5.
    """
    yours = rows_of(latest_keys(seat, YOURS, limit=LISTED + 1), at=at)
    others = [status for status in UNCLOSED if status not in YOURS]
    latest = rows_of(latest_keys(seat, others, limit=LISTED), at=at)
    return HomeTickets(
        yours=yours[:LISTED],
        has_more=len(yours) > LISTED,
        open=_open_by_severity(seat),
        latest=latest,
    )


def _open_by_severity(seat: Seat) -> list[tuple[str, str]]:
    """Return the labels of severities that open tickets have, the worst first; counted to a cap."""
    policies = {order.version.policy_id for order in seat.orders}
    rows = Severity.objects.filter(
        version__policy__in=policies, version__state=PolicyVersion.State.PUBLISHED
    )
    # By order alone, as the index has it: an order's tickets are of its account.
    seen = [pk for pk, person in seat.people.items() if person.sees_all_tickets]
    own = [person.pk for person in seat.people.values() if not person.sees_all_tickets]
    theirs = Q(order__in=seen) | Q(requester__in=own) if own else Q(order__in=seen)
    tickets = Ticket.objects.filter(theirs, status__in=UNCLOSED, severity=OuterRef("pk"))
    counted = rows.annotate(open_count=CappedCount(tickets)).order_by("rank", "label")
    found: dict[str, int] = {}
    for label, count in counted.values_list("label", "open_count"):
        found[label] = min(found.get(label, 0) + count, CAP)
    return [(label, shown(count)) for label, count in found.items() if count]
