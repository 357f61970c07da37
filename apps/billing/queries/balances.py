"""What the ledger comes to on a day: by kind, by account, and what is open by then."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from apps.billing.models import ClosedMonth
from apps.billing.queries.checking import rows_of

Totals = Mapping[str, Mapping[str, Decimal]]

_BALANCES = """
    SELECT a.currency, a.kind, SUM(u.amount) AS balance_amount FROM (
        SELECT t.debit_id AS account, SUM([t.amount]) AS amount
        FROM billing_transfer t JOIN billing_posting p ON p.id = t.posting_id
        WHERE p.dated_on <= %s GROUP BY t.debit_id
        UNION ALL
        SELECT t.credit_id, -SUM([t.amount])
        FROM billing_transfer t JOIN billing_posting p ON p.id = t.posting_id
        WHERE p.dated_on <= %s GROUP BY t.credit_id
    ) u JOIN billing_ledgeraccount a ON a.id = u.account
    GROUP BY a.currency, a.kind ORDER BY a.currency, a.kind
"""
_OPEN = """
    SELECT u.currency, u.side, SUM(u.amount) AS open_amount FROM (
        SELECT i.currency, i.side, [i.amount] AS amount
        FROM billing_openitem i WHERE i.dated_on <= %s
        UNION ALL
        SELECT i.currency, i.side, -[a.amount]
        FROM billing_allocation a JOIN billing_openitem i ON i.id = a.credit_id
        WHERE a.dated_on <= %s
        UNION ALL
        SELECT i.currency, i.side, -[a.amount]
        FROM billing_allocation a JOIN billing_openitem i ON i.id = a.debit_id
        WHERE a.dated_on <= %s
    ) u GROUP BY u.currency, u.side ORDER BY u.currency, u.side
"""
# What each closed month added: what is dated after the one before it, through its own end.
_MOVED = """
    SELECT u.ends_on, u.currency, u.kind, SUM(u.amount) AS moved_amount FROM (
        SELECT m.ends_on, a.currency, a.kind, [t.amount] AS amount
        FROM (
            SELECT c.ends_on, LAG(c.ends_on) OVER (ORDER BY c.ends_on) AS after_on
            FROM billing_closedmonth c
        ) m JOIN billing_posting p ON p.dated_on <= m.ends_on
            AND (m.after_on IS NULL OR p.dated_on > m.after_on)
        JOIN billing_transfer t ON t.posting_id = p.id
        JOIN billing_ledgeraccount a ON a.id = t.debit_id
        UNION ALL
        SELECT m.ends_on, a.currency, a.kind, -[t.amount]
        FROM (
            SELECT c.ends_on, LAG(c.ends_on) OVER (ORDER BY c.ends_on) AS after_on
            FROM billing_closedmonth c
        ) m JOIN billing_posting p ON p.dated_on <= m.ends_on
            AND (m.after_on IS NULL OR p.dated_on > m.after_on)
        JOIN billing_transfer t ON t.posting_id = p.id
        JOIN billing_ledgeraccount a ON a.id = t.credit_id
    ) u GROUP BY u.ends_on, u.currency, u.kind
"""


def balances(*, through_on: date) -> dict[str, dict[str, Decimal]]:
    """Return currency -> kind of ledger account -> debits less credits, through that day."""
    found: dict[str, dict[str, Decimal]] = {}
    for row in rows_of(_BALANCES, [through_on, through_on]):
        found.setdefault(row["currency"], {})[row["kind"]] = row["balance_amount"]
    return found


def open_sides(*, through_on: date) -> dict[str, dict[str, Decimal]]:
    """Return currency -> side -> what was open at the end of that day, from the allocations."""
    found: dict[str, dict[str, Decimal]] = {}
    for row in rows_of(_OPEN, [through_on, through_on, through_on]):
        found.setdefault(row["currency"], {})[row["side"]] = row["open_amount"]
    return found


def as_kept(totals: Totals) -> dict[str, dict[str, str]]:
    """Return totals as a closed month keeps them: what is nought is left out."""
    kept = {
        currency: {kind: str(amount) for kind, amount in sorted(kinds.items()) if amount}
        for currency, kinds in sorted(totals.items())
    }
    return {currency: kinds for currency, kinds in kept.items() if kinds}


def month_totals() -> dict[date, dict[str, dict[str, str]]]:
    """Return the end of each closed month -> its totals as the ledger has them now."""
    moved: dict[str, list[dict]] = {}
    for row in rows_of(_MOVED):
        moved.setdefault(str(row["ends_on"]), []).append(row)
    running: dict[str, dict[str, Decimal]] = {}
    found = {}
    for ends_on in ClosedMonth.objects.order_by("ends_on").values_list("ends_on", flat=True):
        for row in moved.get(str(ends_on), []):
            kinds = running.setdefault(row["currency"], {})
            kinds[row["kind"]] = kinds.get(row["kind"], Decimal(0)) + row["moved_amount"]
        found[ends_on] = as_kept(running)
    return found
