"""How much of an order's TAM time is used, month by month."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import prefetch_related_objects

from apps.contracts.models import Order
from apps.contracts.queries.tam_terms import tam_rule
from apps.tickets.models import TimeEntry
from apps.tickets.models.times import LONGEST
from apps.tickets.rules.tam_months import Month, Span, TamMonth, month_of, used_in

ALL_OF_IT = 100  # percent: the limit itself, of which people always hear


def tam_month(order: Order, *, at: datetime) -> TamMonth:
    """Return the order's TAM time in the month of an instant.

    Clause: V-6.3, R-11, R-18.
    """
    return tam_months([order], at=at)[order.pk]


def tam_months(orders: Iterable[Order], *, at: datetime) -> Mapping[int, TamMonth]:
    """Return order id -> its TAM time in the month of an instant, on each order's own clock.

    One query for all of them, besides the policies' terms, which are read once a process, and the
    orders' plans and versions, unless they are there. What is logged counts by the zone and the
    limit that the order has now: an amendment of either holds for the whole month.

    Clause: V-6.3, R-11, R-18.
    """
    orders = list(orders)
    prefetch_related_objects(orders, "version", "plan")
    months = {order.pk: month_of(at, order.zone) for order in orders}
    logged = _logged(months)
    return {
        order.pk: TamMonth(
            month=months[order.pk],
            used=used_in(months[order.pk], logged[order.pk]),
            limit=timedelta(minutes=order.tam_minutes),
            warns_at=warns_at(order),
        )
        for order in orders
    }


def warns_at(order: Order) -> Sequence[int]:
    """Return the percentages of which people are told, ascending; the limit is the last one.

    Clause: V-6.3.
    """
    rule = tam_rule(order)
    before = rule.settings["warn_at_percent"] if rule else []
    return [*sorted(percent for percent in before if percent < ALL_OF_IT), ALL_OF_IT]


def _logged(months: Mapping[int, Month]) -> dict[int, list[Span]]:
    spans: dict[int, list[Span]] = defaultdict(list)
    if not months:
        return spans
    # An entry that began before the month may reach into it.
    rows = TimeEntry.objects.filter(
        order__in=months,
        kind=TimeEntry.Kind.TAM,
        started_at__gt=min(month.starts_at for month in months.values())
        - timedelta(minutes=LONGEST),
        started_at__lt=max(month.ends_at for month in months.values()),
    )
    for order_id, started_at, minutes in rows.order_by().values_list(
        "order", "started_at", "minutes"
    ):
        spans[order_id].append((started_at, started_at + timedelta(minutes=minutes)))
    return spans
