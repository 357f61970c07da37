"""Finance's rows for the benchmark of exports, filled by SQL with random data."""

from datetime import date, timedelta

from django.core.management import call_command

from apps.billing.models import LedgerAccount
from tests.benchmarks.server import execute, loading, use
from tests.billing_made import make_series, make_tax

SCHEMA = "books"
ACCOUNTS, INVOICES, LINES_EACH = 50_000, 500_000, 2
SINCE, UNTIL = date(2025, 3, 1), date(2026, 2, 28)
AS_OF = date(2026, 2, 1)
BULKY = [
    "billing_document",
    "billing_line",
    "billing_taxtotal",
    "billing_openitem",
    "billing_payment",
    "billing_allocation",
    "billing_posting",
    "billing_transfer",
    "billing_ledgeraccount",
]

NAMES = """
INSERT INTO contracts_account (name)
SELECT 'Reseller ' || n FROM generate_series(1, %(accounts)s) AS n
"""
DOCUMENTS = """
INSERT INTO billing_document
    (kind, state, account_id, series_id, number, reference, currency, reason, issued_on, due_on,
     parties, terms, net_amount, tax_amount, total_amount, drafted_at, finalised_at)
SELECT 'INVOICE', 'FINAL', a.id, %(series)s, n, 'INV-' || lpad(n::text, 6, '0'),
    CASE WHEN a.id %% 5 = 0 THEN 'EUR' ELSE 'USD' END, '', issued, issued + 30, '{}', '{}',
    0, 0, 0, issued, issued
FROM (
    SELECT row_number() OVER (ORDER BY day) AS n, %(since)s::date + day AS issued, account
    FROM (SELECT floor(random() * %(days)s)::int AS day,
              floor(random() * %(accounts)s)::int AS account
          FROM generate_series(1, %(invoices)s)) AS drawn
) AS dated
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS account FROM contracts_account) AS a
    USING (account)
"""
LINES = """
INSERT INTO billing_line
    (document_id, position, kind, title, clause, net_amount, tax_category_id, tax_code,
     tax_percent, explanation, starts_on, ends_on)
SELECT id, n, CASE WHEN random() < 0.5 THEN 'HOURLY' ELSE 'PER_ORDER' END,
    CASE WHEN random() < 0.01 THEN '=cmd|calc' WHEN random() < 0.1 THEN 'Work, "urgent"'
         ELSE 'Work on ticket FL-' || floor(random() * 1000000)::int END,
    'H-9', (random() * 90000 + 1000)::int / 100.0, %(tax)s, 'S', 20, '[]',
    issued_on - 30, issued_on - 1
FROM billing_document, generate_series(1, %(lines)s) AS n
"""
SUMS = """
UPDATE billing_document d SET net_amount = s.net, tax_amount = round(s.net * 0.2, 2),
    total_amount = s.net + round(s.net * 0.2, 2)
FROM (SELECT document_id, sum(net_amount) AS net FROM billing_line GROUP BY 1) AS s
WHERE s.document_id = d.id
"""
TAXES = """
INSERT INTO billing_taxtotal (document_id, category_id, code, percent, net_amount, tax_amount, note)
SELECT id, %(tax)s, 'S', 20, net_amount, tax_amount, '' FROM billing_document
"""
ITEMS = """
INSERT INTO billing_openitem
    (account_id, side, document_id, currency, dated_on, due_on, amount, open_amount,
     disputed_amount)
SELECT account_id, 'DEBIT', id, currency, issued_on, due_on, total_amount, total_amount, 0
FROM billing_document
"""
# A tenth was paid in part, half of that after the day that the aging looks at.
PAYMENTS = """
INSERT INTO billing_payment
    (account_id, kind, method, currency, amount, received_on, reference, note, source_key,
     recorded_at)
SELECT account_id, 'RECEIPT', 'BANK', currency, 10,
    CASE WHEN random() < 0.5 THEN %(as_of)s::date + 5 ELSE issued_on END,
    reference, '', 'bench:' || id, issued_on
FROM billing_document WHERE random() < 0.1 AND issued_on < %(as_of)s
"""
CREDITS = """
INSERT INTO billing_openitem
    (account_id, side, payment_id, currency, dated_on, amount, open_amount, disputed_amount)
SELECT account_id, 'CREDIT', id, currency, received_on, amount, 0, 0 FROM billing_payment
"""
ALLOCATIONS = """
INSERT INTO billing_allocation (credit_id, debit_id, amount, dated_on, at)
SELECT c.id, d.id, 10, p.received_on, p.recorded_at
FROM billing_payment p JOIN billing_openitem c ON c.payment_id = p.id
JOIN billing_openitem d ON d.document_id = substr(p.source_key, 7)::bigint
"""
PAID = """
UPDATE billing_openitem d SET open_amount = open_amount - 10
FROM billing_allocation a WHERE a.debit_id = d.id
"""
RECEIVABLES = """
INSERT INTO billing_ledgeraccount (kind, account_id, key, currency)
SELECT DISTINCT 'RECEIVABLE', account_id, '', currency FROM billing_document
"""
POSTINGS = """
INSERT INTO billing_posting (key, dated_on, posted_at, document_id)
SELECT 'document:' || id, issued_on, issued_on, id FROM billing_document
"""
REVENUES = """
INSERT INTO billing_transfer (posting_id, debit_id, credit_id, amount, currency)
SELECT p.id, r.id, v.id, l.net, d.currency
FROM (SELECT document_id, kind, sum(net_amount) AS net FROM billing_line GROUP BY 1, 2) AS l
JOIN billing_document d ON d.id = l.document_id
JOIN billing_posting p ON p.document_id = d.id
JOIN billing_ledgeraccount r ON r.account_id = d.account_id AND r.currency = d.currency
JOIN billing_ledgeraccount v ON v.kind = 'REVENUE' AND v.key = l.kind AND v.currency = d.currency
"""
TAX_MOVES = """
INSERT INTO billing_transfer (posting_id, debit_id, credit_id, amount, currency)
SELECT p.id, r.id, v.id, d.tax_amount, d.currency
FROM billing_document d
JOIN billing_posting p ON p.document_id = d.id
JOIN billing_ledgeraccount r ON r.account_id = d.account_id AND r.currency = d.currency
JOIN billing_ledgeraccount v ON v.kind = 'TAX' AND v.currency = d.currency
"""
RECEIVED = [
    """INSERT INTO billing_posting (key, dated_on, posted_at, payment_id)
    SELECT 'payment:' || id, received_on, recorded_at, id FROM billing_payment""",
    """INSERT INTO billing_transfer (posting_id, debit_id, credit_id, amount, currency)
    SELECT p.id, b.id, r.id, y.amount, y.currency
    FROM billing_payment y JOIN billing_posting p ON p.payment_id = y.id
    JOIN billing_ledgeraccount r ON r.account_id = y.account_id AND r.currency = y.currency
    JOIN billing_ledgeraccount b ON b.kind = 'BANK' AND b.currency = y.currency""",
]


def fill() -> None:
    """Make a schema with our tables and a year of invoices, nearly all of them open."""
    execute(f"CREATE SCHEMA {SCHEMA}")
    use(SCHEMA)
    call_command("migrate", verbosity=0)
    figures = {
        "accounts": ACCOUNTS,
        "invoices": INVOICES,
        "lines": LINES_EACH,
        "since": SINCE,
        "days": (UNTIL - SINCE) // timedelta(days=1) + 1,
        "as_of": AS_OF,
        "series": make_series().pk,
        "tax": make_tax().pk,
    }
    for currency in ("EUR", "USD"):
        for kind, key in (
            ("REVENUE", "HOURLY"),
            ("REVENUE", "PER_ORDER"),
            ("TAX", "standard"),
            ("BANK", "BANK"),
        ):
            LedgerAccount.objects.create(kind=kind, key=key, currency=currency)
    with loading(SCHEMA, BULKY):
        for statement in (NAMES, DOCUMENTS, LINES, SUMS, TAXES, ITEMS, PAYMENTS, CREDITS):
            execute(statement, figures)
        execute("ANALYZE")
        for statement in (ALLOCATIONS, PAID, RECEIVABLES, POSTINGS):
            execute(statement, figures)
        execute("ANALYZE")
        for statement in (REVENUES, TAX_MOVES, *RECEIVED):
            execute(statement, figures)
    execute("VACUUM ANALYZE")
