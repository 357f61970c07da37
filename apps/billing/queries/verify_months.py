"""What must hold of the books: transfers of one currency, and months that stay as they were."""

from apps.billing.models import ClosedMonth
from apps.billing.queries.balances import month_totals
from apps.billing.queries.checking import MOST_SHOWN, Check, Found, by_statement


def _changed_totals() -> Found:
    now = month_totals()
    wrong = [
        f"{month} was closed at {month.totals}, the ledger now says {now[month.ends_on]}."
        for month in ClosedMonth.objects.order_by("ends_on")
        if month.totals != now[month.ends_on]
    ]
    return Found(len(wrong), wrong[:MOST_SHOWN])


CHECKS = [
    by_statement(
        "transfers",
        "Each transfer is of the currency of both its accounts, so each currency sums to nothing",
        sql="""
            SELECT t.id AS transfer, p.key AS posting, t.currency, g.currency AS debit,
                c.currency AS credit, [t.amount] AS moved_amount
            FROM billing_transfer t JOIN billing_posting p ON p.id = t.posting_id
            JOIN billing_ledgeraccount g ON g.id = t.debit_id
            JOIN billing_ledgeraccount c ON c.id = t.credit_id
            WHERE t.currency <> g.currency OR t.currency <> c.currency OR t.amount <= 0
        """,
        words="Transfer {transfer} of {posting} moves {moved_amount} {currency} from an account in"
        " {credit} to one in {debit}.",
    ),
    by_statement(
        "late_postings",
        "Nothing was posted into a month after it was closed",
        sql="""
            SELECT p.key AS posting, p.dated_on, p.posted_at, m.ends_on, m.closed_at
            FROM billing_closedmonth m JOIN billing_posting p
                ON p.dated_on <= m.ends_on AND p.dated_on >= m.starts_on
            WHERE p.posted_at > m.closed_at
        """,
        words="{posting} of {dated_on} was posted at {posted_at}, after the month was closed at"
        " {closed_at}.",
    ),
    by_statement(
        "late_allocations",
        "Nothing was allocated in a month after it was closed",
        sql="""
            SELECT a.id AS allocation, a.dated_on, a.at AS made_at, m.closed_at
            FROM billing_closedmonth m JOIN billing_allocation a
                ON a.dated_on <= m.ends_on AND a.dated_on >= m.starts_on
            WHERE a.at > m.closed_at
        """,
        words="Allocation {allocation} of {dated_on} was made at {made_at}, after the month was"
        " closed at {closed_at}.",
    ),
    Check("month_totals", "A closed month's totals are what the ledger says now", _changed_totals),
    by_statement(
        "books",
        "The books are closed through the last closed month, and no month is left out",
        sql="""
            SELECT m.starts_on, m.ends_on, m.next_on, b.closed_through_on FROM (
                SELECT c.starts_on, c.ends_on,
                    LEAD(c.starts_on) OVER (ORDER BY c.starts_on) AS next_on,
                    ROW_NUMBER() OVER (ORDER BY c.starts_on DESC) AS from_last
                FROM billing_closedmonth c
            ) m LEFT JOIN billing_books b ON b.id = 1
            WHERE from_last = 1 AND (b.id IS NULL OR b.closed_through_on <> m.ends_on)
                OR m.next_on <= m.ends_on
        """,
        words="The month from {starts_on} through {ends_on} was closed, the books are closed"
        " through {closed_through_on}; the next closed month begins {next_on}.",
    ),
]
