"""What keeps an order from being agreed, in words: forms and services ask the same questions."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta

from apps.contracts.models import AgreedTarget, Order, PolicyVersion, Service
from apps.contracts.queries.names import name_of

Problem = tuple[str, str]  # the field that it is about, and what to do

NONE = timedelta(0)


class OrderRefused(Exception):
    """The act does not fit the order. The message says why, and what to do instead."""


def problems_of(order: Order) -> Iterator[Problem]:
    """Yield what is wrong with an order's terms, as they would be saved.

    Clause: V-2-order, V-4, V-5.
    """
    for check in _CHECKS:
        yield from check(order)


def _of_version(order: Order) -> Iterator[Problem]:
    if order.version.state != PolicyVersion.State.PUBLISHED:
        yield "version", f"{name_of(order.version)} is a draft. Publish it before it is ordered."


def _of_plan(order: Order) -> Iterator[Problem]:
    version, plan = order.version, order.plan
    if plan.version_id != version.pk:
        known = ", ".join(str(each) for each in version.plans.all())
        yield "plan", f"{name_of(version)} has no plan “{plan}” of its own. It has {known}."
    elif not plan.targets.all().exists():  # asks nothing where they were read with many plans
        yield (
            "plan",
            f"{plan} of {name_of(version)} promises no targets, so no deadline could be set. "
            "Choose a plan with targets.",
        )


def _of_term(order: Order) -> Iterator[Problem]:
    if order.ends_on and order.ends_on < order.starts_on:
        yield "ends_on", f"The last day lies before the first, {order.starts_on}."


def _of_fee(order: Order) -> Iterator[Problem]:
    if order.fee_amount is not None and not order.fee_period:
        yield "fee_period", "Say for which period the fee is: a month, a quarter or a year."
    if order.fee_amount is None and order.fee_period:
        yield "fee_amount", "Say how much the fee is, or leave its period empty."
    if order.fee_amount is not None and order.fee_amount < 0:
        yield "fee_amount", "A fee is not negative."


def _of_tam(order: Order) -> Iterator[Problem]:
    minutes, calendar = order.tam_minutes_per_month, order.tam_calendar
    if minutes is not None and minutes < 1:
        yield "tam_minutes_per_month", "At least a minute; leave it empty for the plan's."
    if calendar is not None and calendar.version_id != order.version_id:
        own = name_of(order.version)
        yield "tam_calendar", f"“{calendar}” is another policy's. Choose one of {own}."


_CHECKS: Sequence[Callable[[Order], Iterator[Problem]]] = (
    _of_version,
    _of_plan,
    _of_term,
    _of_fee,
    _of_tam,
)


def agreed_problems(
    rows: Iterable[AgreedTarget], *, version: PolicyVersion
) -> Iterator[tuple[AgreedTarget, Problem]]:
    """Yield what is wrong with the targets that an order under this version sets itself.

    Clause: V-2-order, V-5.
    """
    seen = set()
    for row in rows:
        if row.severity.version_id != version.pk:
            text = f"“{row.severity}” is another policy's. Choose a severity of {name_of(version)}."
            yield row, ("severity", text)
        if row.calendar.version_id != version.pk:
            text = f"“{row.calendar}” is another policy's. Choose a calendar of {name_of(version)}."
            yield row, ("calendar", text)
        if row.duration <= NONE:
            yield row, ("duration", "A target takes time: more than nothing.")
        if (row.kind, row.severity_id) in seen:
            yield row, ("severity", f"{row} is agreed twice. State it once.")
        seen.add((row.kind, row.severity_id))


def overlap_problem(order: Order, services: Iterable[Service]) -> str:
    """Return why an executed order may not stand beside another of its account; "": it may.

    An order that lists no services covers everything. To be asked under a lock on the account.

    Clause: V-1.2, V-2-order.
    """
    listed = {service.pk: str(service) for service in services}
    others = (
        Order.objects.filter(account_id=order.account_id)
        .executed()  # type: ignore[attr-defined]
        .overlapping(starts_on=order.starts_on, ends_on=order.ends_on)
        .exclude(pk=order.pk)
        .prefetch_related("services")
        .order_by("starts_on", "pk")
    )
    for other in others:
        theirs = {service.pk: str(service) for service in other.services.all()}
        if not (listed and theirs):
            return overlap_words(order, other, "; ".join((listed or theirs).values()))
        shared = [title for pk, title in listed.items() if pk in theirs]
        if shared:
            return overlap_words(order, other, "; ".join(shared))
    return ""


def overlap_words(order: Order, other: Order, shared: str) -> str:
    """Return what is wrong with two orders that cover these services on a day; "": all of them."""
    starts = max(order.starts_on, other.starts_on)
    ends = min((day for day in (order.ends_on, other.ends_on) if day), default=None)
    when = f"from {starts} to {ends}" if ends else f"from {starts} on"
    return (
        f"{order} and {other} of {order.account} would both cover "
        f"{shared or 'all services'} {when}. Change the term or the services of one of them."
    )


def day_over(today: date) -> str:
    """Return why an order's last day is not set to one that is over."""
    return (
        f"The last day may not lie before today, {today}: what was asked for since then was owed. "
        "To stop at once, terminate the order."
    )
