"""Which order, and so which policy, says when an account is overdue."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from apps.billing.rules.ladder import Ladder, ladder_of
from apps.contracts.models import Account, Order
from apps.contracts.queries import terms_of

State = Order.State
CHUNK = 10_000  # rows that are fetched together


@dataclass(frozen=True, slots=True)
class Governing:
    """An account's order whose policy governs it; ``ladder`` None: that policy suspends nothing."""

    order_id: int
    version_id: int
    plan_id: int
    zone: str
    ladder: Ladder | None


# account, order, version, plan, state, starts on, ends on, zone
Row = tuple[int, int, int, int, str, date, date | None, str]
COLUMNS = (
    *("account_id", "pk", "version_id", "plan_id", "state", "starts_on", "ends_on"),
    "version__time_zone",
)


def governing(*, accounts: Collection[int], at: datetime) -> dict[int, Governing]:
    """Return account -> the order that governs it now; one that never had an order has none.

    Of an account's orders it is the executed one whose term holds today, in its policy's zone; of
    several the one that started last, for it is what was agreed last. Where none holds it is the
    last that began: what was owed under it is overdue under its terms. A draft governs nothing.

    Clause: S-12, R-4.
    """
    rows = Order.objects.filter(account__in=accounts).exclude(state=State.DRAFT)
    return _chosen(rows.order_by("account_id").values_list(*COLUMNS), at)


def governing_all(*, at: datetime) -> dict[int, Governing]:
    """Return the same for every account that has an order.

    Clause: S-12, R-4.
    """
    rows = Order.objects.exclude(state=State.DRAFT).order_by()
    return _chosen(rows.values_list(*COLUMNS).iterator(chunk_size=CHUNK), at)


def zone_of(*, account: Account, at: datetime) -> str | None:
    """Return the time zone of the policy that governs an account; None: it never had an order.

    Clause: R-4.
    """
    rows = Order.objects.filter(account=account).exclude(state=State.DRAFT)
    return next((row[-1] for row in _best(rows.values_list(*COLUMNS), at).values()), None)


def _chosen(rows: Iterable[Row], at: datetime) -> dict[int, Governing]:
    return _with_ladders(_best(rows, at))


def _best(rows: Iterable[Row], at: datetime) -> dict[int, Row]:
    """Return account -> the row of the order that governs it."""
    best: dict[int, tuple[tuple[bool, date, int], Row]] = {}
    days: dict[str, date] = {}
    for row in rows:
        account, order, _, _, state, starts_on, ends_on, zone = row
        on = days.get(zone) or days.setdefault(zone, at.astimezone(ZoneInfo(zone)).date())
        holds = state == State.EXECUTED and starts_on <= on and (ends_on is None or on <= ends_on)
        rank = (holds, starts_on, order)
        if account not in best or rank > best[account][0]:
            best[account] = rank, row
    return {account: row for account, (_, row) in best.items()}


def _with_ladders(rows: dict[int, Row]) -> dict[int, Governing]:
    pairs = {(row[2], row[3]) for row in rows.values()}
    ladders = ladders_of(pairs)
    kept: dict[tuple[int, int, int], Governing] = {}
    for _, order, version, plan, *_, zone in rows.values():
        kept[order, version, plan] = Governing(order, version, plan, zone, ladders[version])
    return {account: kept[row[1], row[2], row[3]] for account, row in rows.items()}


def ladders_of(pairs: Collection[tuple[int, int]]) -> dict[int, Ladder | None]:
    """Return version -> its ladder, for versions each with one of its plans.

    Clause: S-12.
    """
    found: dict[int, Ladder | None] = {}
    for (version, _), terms in terms_of(pairs).items():
        rule = terms.rules.get("delinquency")
        found[version] = None
        if rule is not None:
            found[version] = ladder_of(
                clause=", ".join(filter(None, [rule.clause, rule.reading])),
                zone=terms.time_zone,
                settings=rule.settings,
            )
    return found
