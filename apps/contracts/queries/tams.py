"""Who is the TAM of an order: on a day, now, and next.

Nothing has to run for a hand-over to count: each question looks for the latest assignment that has
begun. Days are days in the order's own zone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from apps.contracts.models import Order, TamAssignment, User
from apps.contracts.rules import tams as rules

# No zone is further ahead of UTC than this, so no order's today is later.
FURTHEST_AHEAD = timedelta(hours=14)


def has_tam(order: Order) -> bool:
    """Say whether a TAM belongs to what was ordered: some minutes of a TAM's time a month.

    Clause: V-2-order, V-4.
    """
    return order.tam_minutes > 0


def tam_of(order: Order, *, on: date) -> TamAssignment | None:
    """Return the assignment that holds on a day, with its TAM; None: nobody is the TAM.

    It answers for any day, whether or not the order was served on it. The person may have stopped
    working here: whoever gives them work looks at ``tam.is_active``.

    Clause: V-6.1, V-6.2, V-6.6.
    """
    found = (
        TamAssignment.objects.filter(order=order)
        .effective(on=on)  # type: ignore[attr-defined]
        .select_related("tam")
        .order_by("starts_on")
        .last()
    )
    return found if found is not None and found.tam_id is not None else None


def had_tam(order: Order, *, on: date) -> bool:
    """Say whether anybody was the TAM of an order by a day, or is on it.

    Clause: V-6.6.
    """
    begun = TamAssignment.objects.filter(order=order).effective(on=on)  # type: ignore[attr-defined]
    return begun.filter(tam__isnull=False).exists()


def tam_now(order: Order, *, at: datetime) -> TamAssignment | None:
    """Return who is the TAM now; None also while the order is not served.

    An order that is a draft, ended, terminated or out of term has no TAM, nor has one whose plan
    was amended to one without a TAM's time. The assignment stays: it holds again with the order.

    Clause: V-1.2, V-3.1, V-6.1, V-6.2.
    """
    return tam_of(order, on=day_of(order, at)) if is_served(order, at=at) else None


@dataclass(frozen=True, slots=True)
class Tams:
    """Who is the TAM of an order now, and the next assignment that has not begun."""

    held: TamAssignment | None
    coming: TamAssignment | None


def tams(orders: Sequence[Order], *, at: datetime) -> dict[int, Tams]:
    """Return order's key -> its TAM now and next, in one query.

    The orders come with their ``version`` and ``plan``, or each costs queries of its own.

    Clause: V-6.1, V-6.2, V-6.6.
    """
    rows = _standing([order.pk for order in orders])
    return {
        order.pk: Tams(_held(order, rows[order.pk], at=at), _coming(order, rows[order.pk], at=at))
        for order in orders
    }


def tams_now(orders: Sequence[Order], *, at: datetime) -> dict[int, TamAssignment]:
    """Return order's key -> who is its TAM now, in one query; an order without one is left out.

    The orders come with their ``version`` and ``plan``, or each costs queries of its own.

    Clause: V-6.1, V-6.2.
    """
    return {pk: found.held for pk, found in tams(orders, at=at).items() if found.held is not None}


def orders_of_tam(user: User, *, at: datetime) -> list[Order]:
    """Return the orders whose TAM now is that person, by account; each in its own zone.

    Two queries, however many orders there are.

    Clause: V-6.1.
    """
    latest = (at.astimezone(UTC) + FURTHEST_AHEAD).date()
    theirs = TamAssignment.objects.filter(
        tam=user, withdrawn_at=None, starts_on__lte=latest
    ).values("order")
    orders = list(
        Order.objects.executed()  # type: ignore[attr-defined]
        .filter(pk__in=theirs)
        .select_related("account", "plan", "version__policy")
        .defer("version__source")
        .order_by("account__name", "number")
    )
    now = tams_now(orders, at=at)
    return [order for order in orders if order.pk in now and now[order.pk].tam_id == user.pk]


def coming_handover(order: Order, *, at: datetime) -> TamAssignment | None:
    """Return the next assignment that has not begun: it begins later, or waits for its notice.

    Its ``tam`` is None where nobody follows.

    Clause: V-6.6.
    """
    return coming_handovers([order], at=at).get(order.pk)


def coming_handovers(orders: Sequence[Order], *, at: datetime) -> dict[int, TamAssignment]:
    """Return order's key -> its next assignment that has not begun, in one query.

    Clause: V-6.6.
    """
    rows = _standing([order.pk for order in orders])
    found = {order.pk: _coming(order, rows[order.pk], at=at) for order in orders}
    return {pk: coming for pk, coming in found.items() if coming is not None}


def day_of(order: Order, at: datetime) -> date:
    """Return the day of an instant in the order's zone, in which its TAM's days are counted."""
    return at.astimezone(order.zone).date()


def is_served(order: Order, *, at: datetime) -> bool:
    """Say whether an order owes a TAM's work now: executed, in term, and with a TAM's time.

    The term's days are days in the policy's zone, as everywhere.

    Clause: V-1.2, V-3.1, V-4.
    """
    on = at.astimezone(ZoneInfo(order.version.time_zone)).date()
    is_over = order.ends_on is not None and order.ends_on < on
    is_executed = order.state == Order.State.EXECUTED
    return is_executed and order.starts_on <= on and not is_over and has_tam(order)


def _held(order: Order, rows: Sequence[TamAssignment], *, at: datetime) -> TamAssignment | None:
    held = rules.holder(rows, on=day_of(order, at))
    is_tam = held is not None and held.tam_id is not None and is_served(order, at=at)
    return held if is_tam else None


def _coming(order: Order, rows: Sequence[TamAssignment], *, at: datetime) -> TamAssignment | None:
    today = day_of(order, at)
    return next((row for row in rows if rules.waits(row) or row.starts_on > today), None)


def _standing(orders: Iterable[int]) -> dict[int, list[TamAssignment]]:
    """Read the assignments that were not withdrawn, by order, earliest first."""
    rows: dict[int, list[TamAssignment]] = defaultdict(list)
    standing = TamAssignment.objects.filter(order__in=orders).standing()  # type: ignore[attr-defined]
    for row in standing.select_related("tam").order_by("starts_on", "pk"):
        rows[row.order_id].append(row)
    return rows
