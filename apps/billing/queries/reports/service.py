"""Reports on what was promised besides money: deadlines kept, TAM hours used."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from apps.billing.queries.reports.shape import Asked, Column, Kind, Report
from apps.contracts.models import Order
from apps.tickets.models import Deadline, TimeEntry
from apps.tickets.models.times import LONGEST
from apps.tickets.rules.tam_months import Month, Span, month_of, months_of, used_in

HELD, MISSED = (
    "SUM(CASE WHEN x.state = 'MET' THEN 1 ELSE 0 END)",
    ("SUM(CASE WHEN x.state = 'MISSED' THEN 1 ELSE 0 END)"),
)
SLA = Report(
    key="sla",
    title="SLA performance",
    about="Promises that fell due or were kept in the period, by account, plan and severity.",
    group="Service",
    icon="speed",
    columns=(
        Column("account", Kind.TEXT, "a.name"),
        Column("plan", Kind.TEXT, "p.title"),
        Column("severity_rank", Kind.WHOLE, "s.rank", "Rank"),
        Column("severity", Kind.TEXT, "s.label"),
        Column("promise", Kind.CODE, "x.kind", labels=dict(Deadline.Kind.choices)),
        Column("met", Kind.WHOLE, HELD, summed=True),
        Column("missed", Kind.WHOLE, MISSED, summed=True),
        Column("percent_met", Kind.PERCENT, f"ROUND(100.0 * {HELD} / COUNT(*), 1)", "% met"),
    ),
    source="""tickets_deadline x
        JOIN tickets_ticket t ON t.id = x.ticket_id
        JOIN contracts_account a ON a.id = t.account_id
        JOIN contracts_plan p ON p.id = t.plan_id
        JOIN contracts_severity s ON s.id = t.severity_id
        JOIN contracts_policyversion v ON v.id = t.version_id
        WHERE x.state IN ('MET', 'MISSED') AND x.kind IN ('RESPONSE', 'RESOLUTION', 'RFO')
        AND x.settled_at >= %(since_at)s AND x.settled_at < %(until_at)s
        AND [[day x.settled_at v.time_zone]] BETWEEN %(since)s AND %(until)s
        [[account t.account_id]]""",
    grouped_by="a.name, p.title, s.rank, s.label, x.kind",
    order="a.name, p.title, s.rank, s.label, x.kind",
)


def _tam_rows(asked: Asked) -> Iterator[tuple[Any, ...]]:
    """Yield a row for each month of each order that has TAM time, on the order's own clock."""
    orders = list(_orders(asked))
    logged = _logged(asked, [order.pk for order in orders])
    for order in orders:
        for month in _months(order, asked):
            used = int(used_in(month, logged[order.pk]) / timedelta(minutes=1))
            limit = order.tam_minutes
            yield (
                order.account.name,
                order.number,
                f"{month.starts_at.astimezone(order.zone):%Y-%m}",
                limit,
                used,
                max(limit - used, 0),
                max(used - limit, 0),
            )


def _orders(asked: Asked) -> QuerySet[Order]:
    ran = Q(ends_on__isnull=True) | Q(ends_on__gte=asked.since)
    has_tam = Q(tam_minutes_per_month__gt=0) | Q(
        tam_minutes_per_month__isnull=True, plan__tam_minutes_per_month__gt=0
    )
    orders = Order.objects.exclude(state=Order.State.DRAFT).filter(
        ran, has_tam, starts_on__lte=asked.until
    )
    if asked.account_id is not None:
        orders = orders.filter(account=asked.account_id)
    return orders.select_related("account", "plan", "version").order_by("account__name", "number")


def _logged(asked: Asked, orders: list[int]) -> dict[int, list[Span]]:
    reach = timedelta(minutes=LONGEST) + timedelta(days=32)
    entries = TimeEntry.objects.filter(
        order__in=orders,
        kind=TimeEntry.Kind.TAM,
        started_at__gte=_noon(asked.since) - reach,
        started_at__lt=_noon(asked.until) + reach,
    )
    spans: dict[int, list[Span]] = defaultdict(list)
    for order, began, minutes in entries.order_by("pk").values_list(
        "order", "started_at", "minutes"
    ):
        spans[order].append((began, began + timedelta(minutes=minutes)))
    return spans


def _months(order: Order, asked: Asked) -> list[Month]:
    """Return the whole months that the period and the order's term both touch."""
    first = max(asked.since, order.starts_on)
    last = min(asked.until, order.ends_on or asked.until)
    if last < first:
        return []
    began = month_of(_noon(first), order.zone)
    return months_of((began.starts_at, _noon(last)), order.zone)


def _noon(day: Any) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


TAM = Report(
    key="tam",
    title="TAM hours",
    about="Minutes of each order's months: included, used, left and over. Whole months are shown.",
    group="Service",
    icon="support_agent",
    columns=(
        Column("account", Kind.TEXT),
        Column("order", Kind.TEXT),
        Column("month", Kind.CODE),
        Column("included_minutes", Kind.WHOLE, title="Included"),
        Column("used_minutes", Kind.WHOLE, title="Used", summed=True),
        Column("left_minutes", Kind.WHOLE, title="Left"),
        Column("over_minutes", Kind.WHOLE, title="Over", summed=True),
    ),
    rows=_tam_rows,
)
