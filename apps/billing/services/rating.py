"""Rating: from work that was marked to what it is worth, and charges of the difference.

Whoever changes what a price rests on leaves a mark in the same transaction; here marks are taken
in batches, all of a ticket's work is rated anew, and the marks go. A run may come late, twice, or
on many workers at once: marks that another holds are skipped, the accounts are held while their
work is read and charged, and what comes out the same writes nothing.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import DataError, IntegrityError, transaction

from apps.billing.models import RatedEvent
from apps.billing.queries.prices import currencies_of
from apps.billing.queries.work import Worked, apart_of_orders, days_of, of_tickets
from apps.billing.rules.fees import Step
from apps.billing.rules.money import ZERO
from apps.billing.rules.sharing import Share, shares_of, worth_of
from apps.billing.services import plan_fees
from apps.billing.services.charging import (
    Before,
    Priced,
    charge,
    hold_accounts,
    standing_of_events,
)
from apps.contracts.models import Account, OrderMark
from apps.tickets.models import TimeEntry, WorkMark

logger = logging.getLogger(__name__)

BATCH = 200  # marks, and at most as many accounts held at once
FAULTS = (DataError, IntegrityError, ValueError, ArithmeticError, LookupError)
LONGEST_TITLE = 160  # characters
KINDS = {
    "hourly": RatedEvent.Kind.HOURLY,
    "tiers": RatedEvent.Kind.TIERS,
    "free": RatedEvent.Kind.FREE,
    "allowance": RatedEvent.Kind.ALLOWANCE,
}


def rate_pending(*, at: datetime, account: Account | None = None) -> int:
    """Rate all that was marked, and the plan fees that are due; return how many charges came.

    ``account``: of that one only. The invoice run calls it first.

    Clause: R-8, S-4, S-13, V-3.4.6.
    """
    return rate_marked(at=at, account=account) + plan_fees.rate_due(at=at, account=account)


def rate_marked(*, at: datetime, account: Account | None = None) -> int:
    """Rate what was marked; return how many charges came of it.

    What cannot be rated, by a fault of ours, is logged, keeps its mark, and holds up nothing else.

    Clause: R-8, S-4, S-13.
    """
    of_orders = _rate_all(OrderMark, _rate_orders, at=at, account=account)
    return of_orders + _rate_all(WorkMark, _rate_work, at=at, account=account)


def _rate_all(marks: Any, rate: Callable, *, at: datetime, account: Account | None) -> int:
    count, after, size = 0, 0, BATCH
    while True:
        try:
            charges, seen = _rate_batch(marks, rate, at=at, account=account, after=after, size=size)
        except FAULTS:
            if size > 1:
                size = 1  # one by one, until the one that cannot be rated is passed
                continue
            after = _stuck(marks, account=account, after=after)
            size = BATCH
            continue
        count += charges
        if not seen:
            return count
        after = seen


def _stuck(marks: Any, *, account: Account | None, after: int) -> int:
    mark = _waiting(marks, account, after).first()
    logger.exception("The work of %s cannot be rated", mark)
    return mark.pk if mark else after


def _waiting(marks: Any, account: Account | None, after: int) -> Any:
    rows = marks.objects.filter(pk__gt=after).order_by("pk")
    return rows.filter(order__account=account) if account else rows


@transaction.atomic
def _rate_batch(
    marks: Any, rate: Callable, *, at: datetime, account: Account | None, after: int, size: int
) -> tuple[int, int]:
    """Rate the work of the next marks; return how many charges came, and the last mark's key."""
    # SQLite has no such lock, and needs none: its transactions write in turn.
    rows = _waiting(marks, account, after).select_for_update(skip_locked=True, of=("self",))
    batch = list(rows.select_related("order")[:size])
    if not batch:
        return 0, 0
    hold_accounts(mark.order.account_id for mark in batch)
    charges = rate(batch, at=at)
    marks.objects.filter(pk__in=[mark.pk for mark in batch]).delete()
    return charges, batch[-1].pk


def _rate_work(batch: Sequence[WorkMark], *, at: datetime) -> int:
    tickets = {mark.ticket_id for mark in batch if mark.ticket_id is not None}
    apart = {mark.order_id for mark in batch if mark.ticket_id is None}
    return rate_tickets(tickets, at=at) + rate_apart(apart, at=at)


def _rate_orders(batch: Sequence[OrderMark], *, at: datetime) -> int:
    terms = {mark.order_id for mark in batch if mark.kind == OrderMark.Kind.TERMS}
    others = {mark.order_id for mark in batch if mark.kind != OrderMark.Kind.TERMS}
    _mark_work(others, at=at)
    return plan_fees.rate_orders(terms, at=at)


def _mark_work(orders: set[int], *, at: datetime) -> None:
    """Mark all work of orders whose price rests on hours or bookings; it is rated in its turn."""
    if not orders:
        return
    entries = TimeEntry.objects.filter(order__in=orders).exclude(kind=TimeEntry.Kind.TAM)
    pairs = entries.order_by("order", "ticket").values_list("order", "ticket").distinct()
    WorkMark.objects.bulk_create(
        (WorkMark(order_id=order, ticket_id=ticket, at=at) for order, ticket in pairs),
        batch_size=1000,
    )


def rate_tickets(pks: set[int], *, at: datetime) -> int:
    """Rate all work on tickets anew. The caller holds their accounts, in a transaction.

    Clause: R-8, S-4, S-13.
    """
    if not pks:
        return 0
    before = standing_of_events(ticket__in=pks, key__startswith="ticket:")
    return _charge(of_tickets(pks), before, at=at)


def rate_apart(orders: set[int], *, at: datetime) -> int:
    """Rate all work of orders that is apart from any ticket. The caller holds their accounts.

    Clause: R-8, S-2.1, V-6.3.
    """
    if not orders:
        return 0
    before = standing_of_events(order__in=orders, ticket=None, kind__in=[*KINDS.values()])
    return _charge(apart_of_orders(orders), before, at=at)


def _charge(worked: Sequence[Worked], before: dict[str, Before], *, at: datetime) -> int:
    accounts = {one.account_id for one in worked}
    accounts |= {left.event.account_id for left in before.values()}
    billed_in = currencies_of(accounts)
    priced = [
        each for one in worked for each in _priced(one, before, billed_in.get(one.account_id, ""))
    ]
    there = {one.key for one in priced}
    gone = [
        _gone(left, billed_in.get(left.event.account_id, ""))
        for key, left in before.items()
        if key not in there
    ]
    return charge([*priced, *gone], before, at=at)


def _priced(one: Worked, before: dict[str, Before], billed_in: str) -> Iterator[Priced]:
    for share in shares_of(one.work, one.prices.policy):
        key = _key(one, share)
        there = before.get(key)
        currency = billed_in or one.prices.policy.currency
        if there and there.amounts:
            currency = there.event.currency  # what was charged stays in its currency
        worth = worth_of(
            share,
            one.work,
            one.prices.policy,
            billed_in=currency,
            quote=there.quote if there else None,
        )
        fee = share.fee
        starts_on, ends_on = days_of(share.stretches, one.prices.zone)
        title = fee.title if fee else ("TAM's time" if share.is_tam else "Work")
        yield Priced(
            key=key,
            amount=worth.amount,
            steps=worth.steps,
            held_for=worth.held_for,
            incurred_on=ends_on,
            cites=fee.cites if fee else "",
            facts={
                "account_id": one.account_id,
                "order_id": one.order_id,
                "ticket_id": one.ticket_id,
                "version_id": one.version_id,
                "fee_id": fee.pk if fee else None,
                "kind": _kind(share),
                "title": f"{title}, {one.label}"[:LONGEST_TITLE],
                "clause": fee.clause if fee else "",
                "reading": fee.reading if fee else "",
                "currency": currency,
                "starts_on": starts_on,
                "ends_on": ends_on,
                "minutes": worth.minutes,
                "asks": worth.asked,
            },
            billed_in=billed_in,
        )


def _key(one: Worked, share: Share) -> str:
    if share.is_tam:
        return f"{one.key}:tam"
    return f"{one.key}:fee:{share.fee.pk}" if share.fee else f"{one.key}:none"


def _kind(share: Share) -> str:
    if share.fee is None:
        return RatedEvent.Kind.ALLOWANCE if share.is_tam else RatedEvent.Kind.FREE
    return KINDS.get(share.fee.kind, RatedEvent.Kind.HOURLY)


def _gone(left: Before, billed_in: str) -> Priced:
    """Return an event of which no time is left: it is worth nothing now."""
    event = left.event
    cites = ", ".join(filter(None, [event.clause, event.reading]))
    return Priced(
        key=event.key,
        amount=ZERO,
        steps=[Step(cites, "No time counts here any more: it is worth nothing.")],
        cites=cites,
        facts={"minutes": 0, "asks": None},
        billed_in=billed_in,
    )
