"""A database of charges for the invoice run's benchmark, filled by SQL with random data."""

from datetime import date

from django.core.management import call_command

from apps.billing.models import BillingProfile
from tests import factories
from tests.benchmarks.server import execute, loading
from tests.billing_made import make_series, make_tax

BULKY = ["billing_ratedevent", "billing_charge"]
THROUGH_ON = date(2026, 3, 4)

ACCOUNTS = """
INSERT INTO contracts_account (name) SELECT 'Reseller ' || n FROM generate_series(1, %(accounts)s) n
"""
ORDERS = """
INSERT INTO contracts_order
    (account_id, number, version_id, plan_id, state, starts_on, time_zone, fee_period, revision)
SELECT id, 'ORD-' || id, %(version)s, %(plan)s, 'EXECUTED', '2026-01-01', '', '', 1
FROM contracts_account
"""
PROFILES = """
INSERT INTO billing_billingprofile
    (account_id, currency, series_id, credit_series_id, legal_name, address, country, tax_number,
     email, buyer_reference, payment_days, tax_category_id, is_paused)
SELECT id, 'USD', %(series)s, %(credit_series)s, name || ' Inc.', E'2 Mole Road\nHarbour', 'US', '',
       'payables' || id || '@client.example.com', 'PO-' || id, 30, %(tax)s, FALSE
FROM contracts_account
"""
# Nineteen events in twenty have one charge; the others a second one, that takes some or all back.
EVENTS = """
INSERT INTO billing_ratedevent
    (key, account_id, order_id, version_id, kind, title, clause, reading, currency, starts_on,
     ends_on, minutes, worth_amount, held_for, explanation, rated_at, revision, quoted_minutes)
SELECT 'bench:' || n, o.account_id, o.id, o.version_id,
       (ARRAY['HOURLY', 'TIERS', 'PER_ORDER'])[1 + floor(random() * 3)::int],
       'FL-' || lpad(n::text, 6, '0') || ' No dial tone', 'H-9', 'R-7', 'USD', day, day, 75,
       worth, '', %(steps)s, '2026-03-01T12:00:00Z', 1, 0
FROM (SELECT n, '2026-02-01'::date + floor(random() * 30)::int AS day,
             1 + floor(random() * %(accounts)s)::int AS place,
             round((random() * 500)::numeric + 0.01, 2) AS worth
      FROM generate_series(1, %(events)s) n) AS drawn
JOIN (SELECT *, row_number() OVER (ORDER BY random()) AS place FROM contracts_order) AS o
    USING (place)
"""
FIRST = """
INSERT INTO billing_charge
    (event_id, number, account_id, currency, amount, waived_amount, incurred_on, explanation,
     rated_at, state)
SELECT id, 1, account_id, 'USD', worth_amount,
       CASE WHEN random() < 0.02 THEN round(worth_amount / 3, 2) ELSE 0 END, starts_on, explanation,
       rated_at, 'READY'
FROM billing_ratedevent ORDER BY random()
"""
SECOND = """
INSERT INTO billing_charge
    (event_id, number, account_id, currency, amount, waived_amount, incurred_on, explanation,
     rated_at, state)
SELECT event_id, 2, account_id, 'USD',
       CASE WHEN random() < 0.5 THEN -(amount - waived_amount) ELSE -0.01 END, 0, incurred_on,
       explanation, rated_at, 'READY'
FROM billing_charge WHERE amount > waived_amount
ORDER BY random() LIMIT (SELECT %(charges)s - count(*) FROM billing_charge)
"""
STEPS = """[{"clause": "H-9", "text": "{minutes} min, {rate} {currency} an hour: {amount}.",
 "figures": {"minutes": "75", "rate": "125.00", "currency": "USD", "amount": "156.25"}}]"""


def fill(*, accounts: int, charges: int) -> None:
    """Make our tables, the accounts with how they are billed, and their charges."""
    call_command("migrate", verbosity=0)
    version = factories.make_policy()
    series = make_series()
    figures = {
        "accounts": accounts,
        "charges": charges,
        "events": charges * 19 // 20,
        "version": version.pk,
        "plan": version.plans.get().pk,
        "series": series.pk,
        "credit_series": make_series(kind="CREDIT_NOTE").pk,
        "tax": make_tax(percent="7.7").pk,
        "steps": STEPS,
    }
    for statement in (ACCOUNTS, ORDERS, PROFILES):
        execute(statement, figures)
    assert BillingProfile.objects.count() == accounts
    with loading("public", BULKY):
        for statement in (EVENTS, FIRST, SECOND):
            execute(statement, figures)
    execute("CREATE TABLE kept_charge AS SELECT * FROM billing_charge ORDER BY id")
    execute("VACUUM ANALYZE")


def put_back() -> None:
    """Put all back as it was before anything was invoiced."""
    execute("SET session_replication_role = replica")
    execute(
        "TRUNCATE billing_charge, billing_line, billing_taxtotal, billing_document,"
        " billing_transfer, billing_posting, billing_openitem, billing_ledgeraccount,"
        " billing_runaccount, billing_invoicerun, outbox_message RESTART IDENTITY CASCADE"
    )
    execute("SET session_replication_role = origin")
    with loading("public", ["billing_charge"]):
        execute("INSERT INTO billing_charge SELECT * FROM kept_charge")
    execute("UPDATE billing_series SET next_number = 1, last_issued_on = NULL")
    execute("VACUUM ANALYZE")
    execute("CHECKPOINT")
