"""What an account may do now, and what keeps it from the rest: the dashboards' question."""

import hashlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
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
    for order in orders:
        on = at.astimezone(ZoneInfo(order.version.time_zone)).date()
        is_over = order.ends_on is not None and order.ends_on < on
        if order.state == Order.State.EXECUTED and order.starts_on <= on and not is_over:
            return True, []
    reason = f"No order of {account.name} is in force."
    clears = "An order has to be executed, and its term to have begun."
    what = ["service_tickets", "other_tickets"]
    return False, [Restriction(what, None, reason, _clause(orders), clears)]


def _clause(orders: Sequence[Order]) -> str:
    if not orders:
        return ""
    rule = terms(version_id=orders[0].version_id, plan_id=orders[0].plan_id).rules["entitlement"]
    key = "order_clause" if orders[0].state == Order.State.TERMINATED else "term_clause"
    return str(rule.settings.get(key) or rule.clause)
