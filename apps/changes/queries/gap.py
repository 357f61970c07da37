"""Reads of platform changes: which orders are owed an analysis, and how each one stands."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.db.models import QuerySet, Sum

from apps.changes.models import GapAnalysis, GapTime, PlatformChange
from apps.changes.rules import gap as rules
from apps.contracts.models import AuthorisedUser, Order

RELATED = ("account", "plan__clause", "version")


def entitled_orders(*, on: date) -> QuerySet[Order]:
    """Return the orders that are owed the analysis of a change that takes effect on a day.

    Clause: V-2-gap, V-3.1, V-4.
    """
    in_force = Order.objects.executed().in_term(on=on)  # type: ignore[attr-defined]
    return _read(in_force.filter(**{f"plan__features__{rules.FEATURE}": True}))


def other_orders(*, on: date) -> QuerySet[Order]:
    """Return the executed orders that are not.

    Clause: V-2-gap, V-3.1, V-4.
    """
    executed = Order.objects.executed()  # type: ignore[attr-defined]
    return _read(executed.exclude(pk__in=entitled_orders(on=on).order_by().values("pk")))


def answer_for(order: Order, *, on: date) -> rules.Answer:
    """Return why an order is owed an analysis, or is not; it comes with its plan and its clause.

    Clause: V-2-gap, V-3.1, V-4.
    """
    bought = rules.Bought(
        plan=order.plan.title,
        has_feature=order.plan.features.get(rules.FEATURE) is True,
        clause=order.plan.clause.ref,
        starts_on=order.starts_on,
        ends_on=order.ends_on,
    )
    return rules.entitled(bought, on=on)


def findings_of(analysis: GapAnalysis) -> list[rules.Finding]:
    """Return what was found so far, of each thing that the change breaks, in its order."""
    found = {row.item_id: row for row in analysis.findings.all()}
    return [
        rules.Finding(
            title=item.title,
            is_affected=found[item.pk].is_affected if item.pk in found else None,
            to_do=found[item.pk].to_do if item.pk in found else "",
        )
        for item in analysis.change.items.all()
    ]


def readers_of(order: Order) -> Sequence[AuthorisedUser]:
    """Return whom of the client an analysis is sent to: the order's active authorised users.

    It is owed to them, so nobody has opted out of it.

    Clause: V-2-gap, V-3.5.
    """
    return list(order.authorised_users.filter(is_active=True).order_by("pk"))


def time_of(analyses: Sequence[GapAnalysis]) -> Mapping[int, timedelta]:
    """Return analysis id -> the time that was logged on it, as the entries are now.

    Clause: V-6.3.
    """
    rows = GapTime.objects.filter(analysis__in=analyses).order_by().values_list("analysis")
    return {pk: timedelta(minutes=sum_) for pk, sum_ in rows.annotate(Sum("entry__minutes"))}


def owed_of(orders: Sequence[Order]) -> Mapping[int, list[GapAnalysis]]:
    """Return order id -> its analyses that are owed, the first due first, in one query.

    Clause: V-2-gap.
    """
    rows = GapAnalysis.objects.open().filter(order__in=orders)
    found: dict[int, list[GapAnalysis]] = {}
    for row in rows.select_related("change").order_by("due_on", "pk"):
        found.setdefault(row.order_id, []).append(row)
    return found


def missing_orders(change: PlatformChange) -> QuerySet[Order]:
    """Return the orders that became entitled since a change was published.

    Clause: V-2-gap.
    """
    there = GapAnalysis.objects.filter(change=change).values("order")
    return entitled_orders(on=change.takes_effect_on).exclude(pk__in=there)


def _read(rows: QuerySet[Order]) -> QuerySet[Order]:
    related = rows.select_related(*RELATED).defer("version__source")
    return related.order_by("account__name", "number")
