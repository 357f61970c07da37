"""Plan fees: a charge for each period of an order that is due, and the difference where it changes.

An order's fees, its term and its policy say which periods there are and what each is worth. What
is due is charged once; an amendment or an end that comes later changes the worth, and the
difference is charged or given back.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from apps.billing.models import PlanClock, RatedEvent
from apps.billing.queries.prices import Prices, billing_of, prices_of
from apps.billing.rules.fees import HeldFor, Step, Worth
from apps.billing.rules.periods import (
    Agreed,
    Period,
    Terms,
    next_due,
    nothing_left,
    periods_of,
    worth_of_period,
)
from apps.billing.rules.rating import in_other_currency, quoted
from apps.billing.services.charging import (
    Before,
    Priced,
    charge,
    hold_accounts,
    standing_of_events,
)
from apps.contracts.models import Account, Order, OrderFee

BATCH = 200  # orders, and at most as many accounts held at once
EASTERNMOST = timedelta(hours=14)  # the zone where a day begins first
AHEAD = timedelta(days=800)  # two of the longest periods: the next due day lies within
LONGEST_TITLE = 160  # characters


@dataclass(frozen=True, slots=True)
class Planned:
    """An order with its fees as the rules take them. ``today`` is its policy's.

    ``billed_in`` is the currency that its account is billed in; "": none is known.
    """

    order: Order
    prices: Prices
    today: date
    periods: Sequence[Period]
    billed_in: str


def rate_due(*, at: datetime, account: Account | None = None) -> int:
    """Charge the periods of plan fees that are due at an instant; return how many charges came.

    Days are those of the order's policy. Safe to run late, twice, or in two places at once.

    Clause: V-3.4.6, V-2-order, V-3.1.
    """
    count, after = 0, 0
    while True:
        charges, seen = _rate_batch(at=at, account=account, after=after)
        count += charges
        if not seen:
            return count
        after = seen


@transaction.atomic
def _rate_batch(*, at: datetime, account: Account | None, after: int) -> tuple[int, int]:
    # In no zone is it later than this day, so that this leaves out none that is due.
    due = Q(next_due_on__lte=(at + EASTERNMOST).date(), pk__gt=after)
    if account is not None:
        due &= Q(order__account=account)
    rows = PlanClock.objects.filter(due).order_by("pk")
    found = list(rows.values_list("pk", "order__account")[:BATCH])
    if not found:
        return 0, 0
    # The accounts come first, as everywhere: who was faster has set the clocks meanwhile.
    hold_accounts(account_id for _, account_id in found)
    clocks = list(rows.filter(pk__in=[pk for pk, _ in found]))
    last = found[-1][0]
    # What fell due before has been charged: whoever changes an order's terms marks it.
    since = {clock.order_id: clock.next_due_on or date.max for clock in clocks}
    planned = _planned(since, at)
    keys = [
        _key(one, period)
        for one in planned
        for period in _due(one)
        if period.due_on >= since[one.order.pk]
    ]
    before = standing_of_events(key__in=keys)
    charges = _charge(planned, before, set(keys), at=at)
    _set_clocks(planned)
    return charges, last


def rate_orders(orders: Collection[int], *, at: datetime) -> int:
    """Bring the plan fees of orders in step with their terms. The caller holds their accounts.

    Clause: V-3.4.6, V-2-order, V-3.1.
    """
    if not orders:
        return 0
    planned = _planned(orders, at)
    before = standing_of_events(order__in=orders, kind=RatedEvent.Kind.PER_ORDER)
    keys = {_key(one, period) for one in planned for period in _due(one)}
    charges = _charge(planned, before, keys, at=at)
    _set_clocks(planned)
    return charges


def _due(one: Planned) -> list[Period]:
    return [period for period in one.periods if period.due_on <= one.today]


def _key(one: Planned, period: Period) -> str:
    return f"plan:{one.order.pk}:{period.starts_on}"


def _charge(
    planned: Sequence[Planned], before: dict[str, Before], keys: Collection[str], *, at: datetime
) -> int:
    """Charge the due periods of these keys; what was charged and is none of them is given back."""
    priced = [
        _priced(one, period, one.billed_in, before)
        for one in planned
        for period in _due(one)
        if _key(one, period) in keys
    ]
    of_order = {one.order.pk: (one.today, one.billed_in) for one in planned}
    gone = []
    for key, left in before.items():
        if key not in keys:
            on, billed_in = of_order.get(left.event.order_id or 0, (None, ""))
            gone.append(_gone(left, on=on, billed_in=billed_in))
    return charge([*priced, *gone], before, at=at)


def _planned(orders: Collection[int], at: datetime) -> list[Planned]:
    fees: dict[int, list[OrderFee]] = defaultdict(list)
    for fee in OrderFee.objects.filter(order__in=orders).order_by("pk"):
        fees[fee.order_id].append(fee)
    rows = Order.objects.filter(pk__in=orders).select_related("version").order_by("pk")
    kept = list(rows)
    versions = {order.version_id for order in kept}
    versions |= {fee.version_id for rows_ in fees.values() for fee in rows_}
    prices = prices_of(versions)
    billed = billing_of({order.account_id for order in kept})
    unknown = ("", date.min)
    return [
        _plan(order, fees[order.pk], prices, at, billed.get(order.account_id, unknown))
        for order in kept
    ]


def _plan(
    order: Order,
    fees: Sequence[OrderFee],
    prices: dict[int, Prices],
    at: datetime,
    billed: tuple[str, date],
) -> Planned:
    own = prices[order.version_id]
    today = at.astimezone(own.zone).date()
    agreed = [
        Agreed(
            from_on=fee.from_on,
            amount=fee.amount,
            period=fee.period,
            terms=prices[fee.version_id].plan_terms or Terms(),
            source=prices[fee.version_id],
            currency=prices[fee.version_id].policy.currency,
        )
        for fee in fees
    ]
    periods = periods_of(
        agreed, starts_on=order.starts_on, ends_on=order.ends_on, until=today + AHEAD
    )
    billed_in, since = billed
    charged = [period for period in periods if period.starts_on >= since]
    return Planned(order, own, today, charged, billed_in)


def _priced(one: Planned, period: Period, currency: str, before: dict[str, Before]) -> Priced:
    order, prices = one.order, one.prices
    if isinstance(period.agreed.source, Prices):
        prices = period.agreed.source
    key = _key(one, period)
    there = before.get(key)
    currency = currency or prices.policy.currency
    if there and there.amounts:
        currency = there.event.currency  # what was charged stays in its currency
    worth = _worth(period, prices, currency, there)
    fee = prices.plan
    title = f"{fee.title if fee else 'Fee of the order'}, {order.number}"
    return Priced(
        key=key,
        amount=worth.amount,
        held_for=worth.held_for,
        steps=worth.steps,
        incurred_on=_incurred_on(one, period, there),
        cites=fee.cites if fee else "",
        facts={
            "account_id": order.account_id,
            "order_id": order.pk,
            "version_id": order.version_id,
            "fee_id": fee.pk if fee else None,
            "kind": RatedEvent.Kind.PER_ORDER,
            "title": title[:LONGEST_TITLE],
            "clause": fee.clause if fee else "",
            "reading": fee.reading if fee else "",
            "currency": currency,
            "starts_on": period.starts_on,
            "ends_on": period.ends_on,
            "asks": worth.asked,
        },
        billed_in=one.billed_in,
    )


def _incurred_on(one: Planned, period: Period, there: Before | None) -> date:
    """Return the day of the fact: when the period was due; of a difference, the day we noticed."""
    if there is not None and there.amounts:
        return max(one.today, period.incurred_on)
    return period.incurred_on


def _worth(period: Period, prices: Prices, billed_in: str, there: Before | None) -> Worth:
    """Return what a period is worth; held, where the policy does not say how fees are billed."""
    currency = prices.policy.currency
    plan = worth_of_period(period, currency=currency)
    quote = there.quote if there else None
    if prices.plan is None or plan.amount is None:
        text = "The order agrees a fee, and its policy does not say how one is billed."
        waits = [Step("", text)] if prices.plan is None else [*plan.steps]
        held = quoted(
            waits[-1],
            HeldFor.TERM,
            minutes=0,
            currency=billed_in,
            quote=quote,
            asked=plan.asked,
        )
        return replace(held, steps=[*waits[:-1], *held.steps])
    return in_other_currency(
        Worth(plan.amount, 0, plan.steps),
        currency=currency,
        billed_in=billed_in,
        clause=prices.plan.cites,
        quote=quote,
    )


def _gone(left: Before, *, on: date | None, billed_in: str) -> Priced:
    """Give back what was charged of a period that is none any more, on the day that we noticed."""
    event = left.event
    cites = ", ".join(filter(None, [event.clause, event.reading]))
    worth = nothing_left(cites=cites, currency=event.currency)
    return Priced(
        key=event.key,
        amount=worth.amount,
        steps=worth.steps,
        facts={"asks": None},
        cites=cites,
        incurred_on=on,
        billed_in=billed_in,
    )


def _set_clocks(planned: Sequence[Planned]) -> None:
    """Write down when each order's next period falls due."""
    due = {one.order.pk: next_due(one.periods, on=one.today) for one in planned}
    clocks = {row.order_id: row for row in PlanClock.objects.filter(order__in=due)}
    changed = [row for row in clocks.values() if row.next_due_on != due[row.order_id]]
    for row in changed:
        row.next_due_on = due[row.order_id]
    PlanClock.objects.bulk_update(changed, ["next_due_on"])
    new = (PlanClock(order_id=pk, next_due_on=on) for pk, on in due.items() if pk not in clocks)
    PlanClock.objects.bulk_create(new)
