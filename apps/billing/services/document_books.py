"""What follows in the books when documents become final: open items and postings, set by set.

The same whether one document is finalised or a run's thousands: they are a range of one series'
numbers, and the database makes the rows from rows that it has.

Clause: V-3.4.6, S-12, S-13.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from apps.billing.services.rowset import count_anew, moment, sum_of

MANY = 500  # documents; fewer are joined row by row whatever the planner knows

RANGE = "d.series_id = %s AND d.number BETWEEN %s AND %s"

OPEN_ITEMS = """
INSERT INTO billing_openitem
    (account_id, side, document_id, currency, dated_on, due_on, amount, open_amount,
     disputed_amount)
SELECT d.account_id, CASE d.kind WHEN 'INVOICE' THEN 'DEBIT' ELSE 'CREDIT' END, d.id, d.currency,
       d.issued_on, CASE d.kind WHEN 'INVOICE' THEN d.due_on END, d.total_amount, d.total_amount, 0
FROM billing_document d WHERE {range} ORDER BY d.number
"""
RECEIVABLES = """
INSERT INTO billing_ledgeraccount (kind, account_id, key, currency)
SELECT 'RECEIVABLE', d.account_id, '', d.currency FROM billing_document d
WHERE {range} AND NOT EXISTS (
    SELECT 1 FROM billing_ledgeraccount a
    WHERE a.kind = 'RECEIVABLE' AND a.account_id = d.account_id AND a.currency = d.currency)
GROUP BY d.account_id, d.currency
ON CONFLICT DO NOTHING
"""
REVENUES = """
INSERT INTO billing_ledgeraccount (kind, key, currency)
SELECT DISTINCT 'REVENUE', l.kind, d.currency
FROM billing_document d JOIN billing_line l ON l.document_id = d.id
WHERE {range} AND NOT EXISTS (
    SELECT 1 FROM billing_ledgeraccount a
    WHERE a.kind = 'REVENUE' AND a.key = l.kind AND a.currency = d.currency)
ON CONFLICT DO NOTHING
"""
TAXES = """
INSERT INTO billing_ledgeraccount (kind, key, currency)
SELECT DISTINCT 'TAX', c.key, d.currency
FROM billing_document d JOIN billing_taxtotal t ON t.document_id = d.id
JOIN billing_taxcategory c ON c.id = t.category_id
WHERE {range} AND NOT EXISTS (
    SELECT 1 FROM billing_ledgeraccount a
    WHERE a.kind = 'TAX' AND a.key = c.key AND a.currency = d.currency)
ON CONFLICT DO NOTHING
"""
POSTINGS = """
INSERT INTO billing_posting (key, dated_on, posted_at, document_id)
SELECT 'document:' || d.id, d.issued_on, %s, d.id FROM billing_document d
WHERE {range} ORDER BY d.number
"""
# An invoice debits what is receivable; a credit note, or an amount below nought, goes back.
TRANSFERS = """
INSERT INTO billing_transfer (posting_id, debit_id, credit_id, amount, currency)
SELECT p.id, CASE WHEN moved.goes_out THEN r.id ELSE a.id END,
       CASE WHEN moved.goes_out THEN a.id ELSE r.id END, abs(moved.amount), d.currency
FROM (
    SELECT document_id, kind, key, amount, (document_kind = 'INVOICE') = (amount > 0) AS goes_out
    FROM (
        SELECT d.id AS document_id, d.kind AS document_kind, 'REVENUE' AS kind, l.kind AS key,
               {net} AS amount
        FROM billing_document d JOIN billing_line l ON l.document_id = d.id
        WHERE {range} GROUP BY d.id, d.kind, l.kind
        UNION ALL
        SELECT d.id, d.kind, 'TAX', c.key, {tax}
        FROM billing_document d JOIN billing_taxtotal t ON t.document_id = d.id
        JOIN billing_taxcategory c ON c.id = t.category_id
        WHERE {range} GROUP BY d.id, d.kind, c.key
    ) AS summed WHERE amount <> 0
) AS moved
JOIN billing_document d ON d.id = moved.document_id
JOIN billing_posting p ON p.document_id = d.id
JOIN billing_ledgeraccount r
    ON r.kind = 'RECEIVABLE' AND r.account_id = d.account_id AND r.currency = d.currency
JOIN billing_ledgeraccount a
    ON a.kind = moved.kind AND a.key = moved.key AND a.currency = d.currency
ORDER BY p.id, moved.kind, moved.key
"""


@dataclass(frozen=True, slots=True)
class Numbered:
    """The documents of a series whose numbers are from ``first`` to ``last``."""

    series: int
    first: int
    last: int


def book_documents(numbered: Numbered, *, at: datetime) -> None:
    """Write the open items and the postings of documents that have just become final.

    The caller holds their accounts, the series and the books.

    Clause: V-3.4.6, S-12, S-13.
    """
    places = [numbered.series, numbered.first, numbered.last]
    transfers = TRANSFERS.format(
        net=sum_of("l.net_amount"), tax=sum_of("t.tax_amount"), range=RANGE
    )
    with connection.cursor() as cursor:
        for statement in (OPEN_ITEMS, RECEIVABLES, REVENUES, TAXES):
            cursor.execute(statement.format(range=RANGE), places)
        cursor.execute(POSTINGS.format(range=RANGE), [moment(at), *places])
        if numbered.last - numbered.first >= MANY:
            count_anew(["billing_ledgeraccount", "billing_posting"])
        cursor.execute(transfers, [*places, *places])
