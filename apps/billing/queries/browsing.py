"""The ledger as it is looked at: balances on a day, and what moved on one of its accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from apps.billing.models import LedgerAccount, Payment, RatedEvent
from apps.billing.queries.checking import rows_of

PER_PAGE = 100
Kind = LedgerAccount.Kind
ZERO = Decimal("0.00")

_TRIAL = """
    SELECT u.currency, u.kind, u.name,
        CASE u.kind WHEN 'RECEIVABLE' THEN NULL ELSE u.account END AS account,
        COUNT(DISTINCT u.account) AS accounts, SUM(u.amount) AS balance_amount
    FROM (
        SELECT a.currency, a.kind, a.id AS account, a.key AS name, [t.amount] AS amount
        FROM billing_transfer t JOIN billing_posting p ON p.id = t.posting_id
        JOIN billing_ledgeraccount a ON a.id = t.debit_id WHERE p.dated_on <= %s
        UNION ALL
        SELECT a.currency, a.kind, a.id, a.key, -[t.amount]
        FROM billing_transfer t JOIN billing_posting p ON p.id = t.posting_id
        JOIN billing_ledgeraccount a ON a.id = t.credit_id WHERE p.dated_on <= %s
    ) u GROUP BY u.currency, u.kind, u.name,
        CASE u.kind WHEN 'RECEIVABLE' THEN NULL ELSE u.account END
    ORDER BY u.currency, u.kind, u.name
"""
_MOVES = """
    SELECT t.id, t.posting_id, t.credit_id AS other, [t.amount] AS moved_amount, p.dated_on
    FROM billing_transfer t JOIN billing_posting p ON p.id = t.posting_id
    WHERE t.debit_id = %s AND p.dated_on <= %s
    UNION ALL
    SELECT t.id, t.posting_id, t.debit_id, -[t.amount], p.dated_on
    FROM billing_transfer t JOIN billing_posting p ON p.id = t.posting_id
    WHERE t.credit_id = %s AND p.dated_on <= %s
"""
_BEFORE = f"SELECT SUM(m.moved_amount) AS balance_amount FROM ({_MOVES}) m WHERE m.dated_on < %s"  # noqa: S608
_PAGE = f"""
    SELECT m.* FROM ({_MOVES}) m WHERE m.dated_on >= %s
    ORDER BY m.dated_on, m.posting_id, m.id LIMIT %s OFFSET %s
"""  # noqa: S608
_SKIPPED = f"""
    SELECT SUM(s.moved_amount) AS balance_amount FROM (
        SELECT m.moved_amount FROM ({_MOVES}) m WHERE m.dated_on >= %s
        ORDER BY m.dated_on, m.posting_id, m.id LIMIT %s
    ) s
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Balance:
    """A line of a trial balance. The receivables of all accounts are one line."""

    title: str
    account: int | None  # the ledger account, where the line is one
    kind: str
    amount: Decimal

    @property
    def debit(self) -> Decimal | None:
        return self.amount if self.amount >= 0 else None

    @property
    def credit(self) -> Decimal | None:
        return -self.amount if self.amount < 0 else None


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """A currency's balances on a day: debits and credits come to the same."""

    currency: str
    lines: Sequence[Balance]

    @property
    def debits(self) -> Decimal:
        return sum((line.debit or ZERO for line in self.lines), ZERO)

    @property
    def credits(self) -> Decimal:
        return sum((line.credit or ZERO for line in self.lines), ZERO)


@dataclass(frozen=True, slots=True)
class Moved:
    """Something that moved on an account, and what it came to with it."""

    on: date
    posting: int
    other: str
    debit: Decimal | None
    credit: Decimal | None
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """A page of what moved on a ledger account in a period, with the balance that it begins at."""

    opening: Decimal
    moves: Sequence[Moved]
    has_more: bool

    @property
    def closing(self) -> Decimal:
        return self.moves[-1].balance if self.moves else self.opening


def trial_balances(*, on: date) -> list[TrialBalance]:
    """Return the balances at the end of a day, a currency each."""
    found: dict[str, list[Balance]] = {}
    for row in rows_of(_TRIAL, [on, on]):
        found.setdefault(row["currency"], []).append(_balance(row))
    return [TrialBalance(currency, lines) for currency, lines in found.items()]


def statement(account: LedgerAccount, *, since: date, until: date, page: int = 1) -> Statement:
    """Return a page of what moved on an account, from ``since`` through ``until``, oldest first."""
    both = [account.pk, until, account.pk, until, since]
    skipped = (page - 1) * PER_PAGE
    opening = _sum(rows_of(_BEFORE, both))
    if skipped:
        opening += _sum(rows_of(_SKIPPED, [*both, skipped]))
    rows = rows_of(_PAGE, [*both, PER_PAGE + 1, skipped])
    names = _names({row["other"] for row in rows})
    moves, balance = [], opening
    for row in rows[:PER_PAGE]:
        amount = row["moved_amount"]
        balance += amount
        moves.append(
            Moved(
                on=_day(row["dated_on"]),
                posting=row["posting_id"],
                other=names[row["other"]],
                debit=amount if amount > 0 else None,
                credit=-amount if amount < 0 else None,
                balance=balance,
            )
        )
    return Statement(opening, moves, has_more=len(rows) > PER_PAGE)


def named(account: LedgerAccount) -> str:
    """Return what a ledger account is called, without its currency."""
    return _called(account.kind, str(account.account or account.key))


def _called(kind: str, name: str) -> str:
    words = {Kind.REVENUE: RatedEvent.Kind, Kind.BANK: Payment.Method}.get(Kind(kind))
    if words and name in words.values:
        name = words(name).label
    return f"{Kind(kind).label}: {name}"


def _balance(row: dict[str, Any]) -> Balance:
    kind = Kind(row["kind"])
    if kind == Kind.RECEIVABLE:
        accounts = row["accounts"]
        title = f"Receivable of {accounts} account{'' if accounts == 1 else 's'}"
    else:
        title = _called(kind, row["name"])
    return Balance(title, row["account"], row["kind"], row["balance_amount"])


def _names(keys: set[int]) -> dict[int, str]:
    rows = LedgerAccount.objects.filter(pk__in=keys).select_related("account")
    return {row.pk: named(row) for row in rows}


def _sum(rows: list[dict[str, Any]]) -> Decimal:
    return rows[0]["balance_amount"] or ZERO


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
