"""What an account may do now, and what keeps it from the rest: the dashboards' question."""

import hashlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.contracts.models import Account, Order, Standing
from apps.contracts.queries.terms import terms

State = Standing.State
UNTOLD = "What is overdue has to be paid. Who may see invoices sees which."


@dataclass(frozen=True, slots=True)
class Restriction:
    """What is not allowed, since when, why, under which clause, and what clears it.

    ``what`` are keys of what is allowed. ``since`` None: not of a day that we know.
    """

    what: Sequence[str]
    since: datetime | None
    reason: str
    clause: str
    clears: str


@dataclass(frozen=True, slots=True)
class Allowed:
    """What an account may do: open service-related tickets, others, change its dashboard."""

    service_tickets: bool
    other_tickets: bool
    dashboard_changes: bool


@dataclass(frozen=True, slots=True)
class AccountStanding:
    """An account's standing and entitlements. ``version`` is another with each change."""

    account: Account
    state: str
    allowed: Allowed
    restrictions: Sequence[Restriction]

    @property
    def version(self) -> str:
        said = [self.account.pk, self.account.name, self.state, astuple(self.allowed)]
        told = repr([*said, *(astuple(each) for each in self.restrictions)])
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def standing_of(account: Account, *, at: datetime, sees_money: bool) -> AccountStanding:
    """Return what an account may do, from its standing (read with it) and its orders: one query.

    What clears a suspension names amounts, to who may see them.

    Clause: V-1.2, V-3.1, V-3.5, S-12, R-6.
    """
    row: Standing | None = getattr(account, "standing", None)
    state = row.state if row else State.GOOD
    has_order, restrictions = _orders(account, at=at)
    if row and state != State.GOOD:
        restrictions.append(_suspended(row, sees_money=sees_money))
    is_good = state == State.GOOD
    return AccountStanding(
        account=account,
        state=state,
        allowed=Allowed(
            service_tickets=has_order,
            other_tickets=has_order and is_good,
            dashboard_changes=state != State.DASHBOARD_SUSPENDED,
        ),
        restrictions=restrictions,
    )


def _suspended(row: Standing, *, sees_money: bool) -> Restriction:
    what = ["other_tickets"]
    if row.state == State.DASHBOARD_SUSPENDED:
        what.append("dashboard_changes")
    # What a suspension says of itself ends with what clears it.
    clears = row.why if sees_money else UNTOLD
    return Restriction(what, row.since_at, row.get_state_display(), row.clause, clears)


def _orders(account: Account, *, at: datetime) -> tuple[bool, list[Restriction]]:
    """Tell whether an order is in force; else why there is no support.

    The day is that of each order's policy, as for a ticket.
    """
    rows = Order.objects.filter(account=account).exclude(state=Order.State.DRAFT)
    related = rows.select_related("version").only(
        "state", "number", "starts_on", "ends_on", "plan_id", "version__time_zone"
    )
    orders = list(related.order_by("-starts_on", "-pk")[:100])
    if any(order.state == Order.State.EXECUTED and _holds(order, at=at) for order in orders):
        return True, []
    reason = f"No order of {account.name} is in force."
    clears = "An order has to be executed, and its term to have begun."
    what = ["service_tickets", "other_tickets"]
    since = _since(orders, at=at)
    return False, [Restriction(what, since, reason, _clause(orders), clears)]


def _since(orders: Sequence[Order], *, at: datetime) -> datetime | None:
    """Return when the last term was over; None: none began, or at some hour it was terminated."""
    terminated = Order.State.TERMINATED
    is_cut = any(order.state == terminated and _holds(order, at=at) for order in orders)
    over = [order for order in orders if _is_over(order, at=at)]
    last = max(over, key=lambda order: order.ends_on or date.min, default=None)
    if is_cut or last is None or last.ends_on is None or last.state == terminated:
        return None
    first = last.ends_on + timedelta(days=1)
    return datetime.combine(first, time(), _zone(last)).astimezone(UTC)


def _holds(order: Order, *, at: datetime) -> bool:
    """Tell whether it is a day of the order's term."""
    on = at.astimezone(_zone(order)).date()
    return order.starts_on <= on and not _is_over(order, at=at)


def _is_over(order: Order, *, at: datetime) -> bool:
    return order.ends_on is not None and order.ends_on < at.astimezone(_zone(order)).date()


def _zone(order: Order) -> ZoneInfo:
    return ZoneInfo(order.version.time_zone)


def _clause(orders: Sequence[Order]) -> str:
    if not orders:
        return ""
    rule = terms(version_id=orders[0].version_id, plan_id=orders[0].plan_id).rules["entitlement"]
    key = "order_clause" if orders[0].state == Order.State.TERMINATED else "term_clause"
    return str(rule.settings.get(key) or rule.clause)
