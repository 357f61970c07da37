"""Accounts and their open invoices, the same in every schema: drawn from a seed."""

from datetime import UTC, datetime

from django.core.management import call_command

from tests import factories
from tests.benchmarks.billing_runs.data import ACCOUNTS, ORDERS, PROFILES
from tests.benchmarks.server import execute, loading, use
from tests.billing_made import make_series, make_tax

# Noon in New York, where the policy counts its days.
NOW = datetime(2026, 3, 4, 17, tzinfo=UTC)
BULKY = ["billing_document", "billing_openitem"]

# The oldest invoice of an account is up to 60 days past due, the others are younger or not due yet.
DUE = """
CREATE TEMPORARY TABLE due AS
SELECT row_number() OVER () AS n, a.id AS account_id,
       %(on)s::date - a.age
           + CASE WHEN k = 1 THEN 0 ELSE floor(random() * (a.age + 30))::int END AS due_on,
       round((random() * 500)::numeric + 0.01, 2) AS amount
FROM (SELECT id, floor(random() * 61)::int AS age FROM contracts_account ORDER BY id) AS a
CROSS JOIN generate_series(1, %(each)s) AS k
"""
DOCUMENTS = """
INSERT INTO billing_document
    (kind, state, account_id, series_id, number, reference, currency, reason, issued_on, due_on,
     parties, terms, net_amount, tax_amount, total_amount, drafted_at, finalised_at)
SELECT 'INVOICE', 'FINAL', account_id, %(series)s, n, 'INV-' || lpad(n::text, 6, '0'), 'USD', '',
       due_on - 30, due_on, '{}', '{}', amount, 0, amount, %(now)s, %(now)s
FROM due ORDER BY random()
"""
ITEMS = """
INSERT INTO billing_openitem
    (account_id, side, document_id, currency, dated_on, due_on, amount, open_amount,
     disputed_amount)
SELECT account_id, 'DEBIT', id, 'USD', issued_on, due_on, total_amount,
       CASE WHEN random() < 0.1 THEN round(total_amount / 2, 2) ELSE total_amount END, 0
FROM billing_document ORDER BY random()
"""


def fill(schema: str, *, accounts: int, invoices: int) -> None:
    """Make a schema with our tables, the accounts and what they owe."""
    execute(f"CREATE SCHEMA {schema}")
    use(schema)
    call_command("migrate", verbosity=0)
    execute("SELECT setseed(0.42)")
    version = factories.make_preset(slug="skyswitch-support-2017")
    figures = {
        "accounts": accounts,
        "each": invoices // accounts,
        "version": version.pk,
        "plan": version.plans.order_by("pk")[0].pk,
        "series": make_series().pk,
        "credit_series": make_series(kind="CREDIT_NOTE").pk,
        "tax": make_tax().pk,
        "on": NOW.date(),
        "now": NOW,
    }
    for statement in (ACCOUNTS, ORDERS, PROFILES):
        execute(statement, figures)
    execute("SET max_parallel_workers_per_gather = 0")  # else the seed gives other figures
    with loading(schema, BULKY):
        for statement in (DUE, DOCUMENTS, ITEMS):
            execute(statement, figures)
    execute("DROP TABLE due")
    execute("SET max_parallel_workers_per_gather = DEFAULT")
