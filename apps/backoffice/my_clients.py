"""A TAM's clients: what is open, what falls due next, and the hours of the month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from apps.changes.models import GapAnalysis
from apps.changes.queries.gap import owed_of
from apps.contracts import queries as contracts
from apps.contracts.models import AuthorisedUser, Order, TamAssignment, User
from apps.outbox.capped import CappedCount, shown
from apps.tickets.admin.badges import Badge, badge_of
from apps.tickets.models import Deadline, Ticket
from apps.tickets.queries import tam_months
from apps.tickets.queries.status_report import LastReport, last_reports
from apps.tickets.rules.tam_months import TamMonth

MOST_GAPS = 3  # GAP analyses of each client; their list has them all
MOST_PEOPLE = 4  # of each client; its account's page has them all


@dataclass(frozen=True, slots=True)
class MyClient:
    """One order whose TAM the reader is. ``badge`` says how the deadline next due stands."""

    order: Order
    month: TamMonth
    people: Sequence[AuthorisedUser]
    open_count: str
    missed_count: str
    next_due: Deadline | None
    badge: Badge | None
    handover: TamAssignment | None
    last: LastReport | None
    gaps: Sequence[GapAnalysis]
    at: datetime

    @property
    def shown_gaps(self) -> Sequence[tuple[GapAnalysis, bool]]:
        """The GAP analyses to write, the first due first, and whether each is late."""
        return [(gap, gap.is_overdue(at=self.at)) for gap in self.gaps[:MOST_GAPS]]

    @property
    def more_gaps(self) -> int:
        return max(len(self.gaps) - MOST_GAPS, 0)

    @property
    def share(self) -> int:
        """How long the bar of used hours is, in percent of its track."""
        return min(self.month.percent, 100)

    @property
    def tone(self) -> str:
        """The bar's colour: red when used up, amber from the first warning on."""
        if self.month.is_used_up:
            return "red"
        return "amber" if self.month.is_near else "green"


def my_clients(user: Any, *, at: datetime) -> list[MyClient]:
    """Return the orders whose TAM somebody is now, by account; in so many queries for any number.

    Only who may see orders, tickets and time is shown any.

    Clause: V-2-gap, V-6.1, V-6.3, V-6.4, V-6.6.
    """
    needed = ["contracts.view_order", "tickets.view_ticket", "tickets.view_timeentry"]
    orders = contracts.orders_of_tam(cast(User, user), at=at) if user.has_perms(needed) else []
    if not orders:
        return []
    months = tam_months(orders, at=at)
    handovers = contracts.coming_handovers(orders, at=at)
    reports = last_reports(orders)
    gaps = owed_of(orders) if user.has_perm("changes.view_gapanalysis") else {}
    counted = {row.pk: row for row in _counted(orders)}
    due = _due(counted.values())
    versions = {deadline.ticket.version_id for deadline in due.values()}
    hours = contracts.hours_of_version(*versions) if versions else {}
    return [
        MyClient(
            order=order,
            month=months[order.pk],
            people=counted[order.pk].people,
            open_count=shown(counted[order.pk].open_count),
            missed_count=shown(counted[order.pk].missed_count),
            next_due=deadline,
            badge=badge_of(deadline, at=at, hours=hours[deadline.calendar_id])
            if deadline
            else None,
            handover=handovers.get(order.pk),
            last=reports.get(order.pk),
            gaps=gaps.get(order.pk, []),
            at=at,
        )
        for order in orders
        for deadline in [due.get(counted[order.pk].next_due_id)]
    ]


def _counted(orders: Sequence[Order]) -> QuerySet[Any]:
    """Return the orders with what is open: how many, how many missed, and what falls due next."""
    # The account leads to its open tickets by an index of those alone.
    opened = Ticket.objects.unclosed().filter(account=OuterRef("account"), order=OuterRef("pk"))
    missed = Deadline.objects.filter(state=Deadline.Verdict.MISSED).values("ticket")
    running = Deadline.objects.open().filter(
        ticket__in=Ticket.objects.unclosed()
        .filter(account=OuterRef(OuterRef("account")), order=OuterRef(OuterRef("pk")))
        .values("pk"),
        due_at__isnull=False,
    )
    people = AuthorisedUser.objects.filter(is_active=True).order_by("name", "pk")[:MOST_PEOPLE]
    return (
        Order.objects.filter(pk__in=[order.pk for order in orders])
        .annotate(
            open_count=CappedCount(opened),
            missed_count=CappedCount(opened.filter(pk__in=missed)),
            next_due_id=Subquery(running.order_by("due_at", "pk").values("pk")[:1]),
        )
        .prefetch_related(Prefetch("authorised_users", queryset=people, to_attr="people"))
    )


def _due(counted: Any) -> Mapping[int, Deadline]:
    rows = Deadline.objects.select_related("ticket__severity")
    return rows.in_bulk([row.next_due_id for row in counted if row.next_due_id])
