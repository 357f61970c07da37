"""A day's review against one statement that comes to the same and writes the same rows."""

from collections.abc import Callable
from datetime import timedelta
from statistics import median
from time import perf_counter

from django.conf import settings
from django.db import connection

from apps.billing.services.standing_sweep import review_standings
from tests.benchmarks.delinquent.data import NOW
from tests.benchmarks.harness import Ratio
from tests.benchmarks.server import execute, use

ROUNDS = 7
BOUND = 3

# The accounts' oldest invoices, their rungs, and all that a change or a notice writes.
RAW = """
WITH governed AS (
    SELECT DISTINCT ON (account_id) account_id, id AS order_id, version_id
    FROM contracts_order WHERE state <> 'DRAFT'
    ORDER BY account_id, (state = 'EXECUTED' AND starts_on <= %(on)s
        AND (ends_on IS NULL OR ends_on >= %(on)s)) DESC, starts_on DESC, id DESC
), owed AS (
    SELECT account_id, min(due_on) FILTER (WHERE open_amount > disputed_amount) AS first,
           sum(open_amount - disputed_amount) FILTER (WHERE due_on < %(on)s) AS overdue
    FROM billing_openitem WHERE side = 'DEBIT' AND open_amount > 0 GROUP BY account_id
), stands AS (
    SELECT g.account_id, g.version_id, o.first, o.overdue, %(on)s::date - o.first AS days,
           coalesce(s.state, 'GOOD') AS state, p.email,
           CASE WHEN %(on)s::date - o.first >= 30 THEN 'DASHBOARD_SUSPENDED'
                WHEN s.state = 'DASHBOARD_SUSPENDED' AND o.first < %(on)s THEN s.state
                WHEN %(on)s::date - o.first >= 22 THEN 'SUPPORT_SUSPENDED'
                WHEN s.state = 'SUPPORT_SUSPENDED' AND o.first < %(on)s THEN s.state
                ELSE 'GOOD' END AS wanted
    FROM governed g LEFT JOIN owed o USING (account_id)
    LEFT JOIN contracts_standing s USING (account_id)
    LEFT JOIN billing_billingprofile p USING (account_id)
    WHERE s.held_by_id IS NULL
), locked AS (
    SELECT stands.* FROM stands JOIN contracts_account a ON a.id = account_id
    WHERE wanted <> state FOR NO KEY UPDATE OF a SKIP LOCKED
), papers AS (
    SELECT i.account_id, count(*) AS many, jsonb_agg(jsonb_build_object(
               'item', i.id, 'name', d.reference, 'due_on', i.due_on, 'days', %(on)s - i.due_on,
               'open', i.open_amount::text, 'disputed', i.disputed_amount::text,
               'overdue', (i.open_amount - i.disputed_amount)::text) ORDER BY i.due_on) AS list
    FROM locked JOIN billing_openitem i USING (account_id) JOIN billing_document d
        ON d.id = i.document_id
    WHERE i.side = 'DEBIT' AND i.open_amount > i.disputed_amount AND i.due_on < %(on)s
    GROUP BY i.account_id
), written AS (
    INSERT INTO contracts_standing (account_id, state, since_at, clause, why)
    SELECT account_id, wanted, %(at)s, 'S-12',
           'Overdue for ' || days || ' days. ' || overdue || ' USD paid clears it.' FROM locked
    ON CONFLICT (account_id) DO UPDATE SET state = excluded.state, since_at = excluded.since_at,
        clause = excluded.clause, why = excluded.why
    RETURNING *
), kept AS (
    INSERT INTO contracts_historicalstanding
        (id, account_id, state, since_at, clause, why, history_date, history_change_reason,
         history_type)
    SELECT id, account_id, state, since_at, clause, why, %(at)s, left(why, 100), '~' FROM written
), reviewed AS (
    INSERT INTO billing_standingreview
        (account_id, version_id, clause, from_state, to_state, "on", at, is_proposal, currency,
         oldest_due_on, days, overdue_amount, clears_amount, documents_count, documents,
         explanation)
    SELECT l.account_id, version_id, 'S-12', state, wanted, %(on)s, %(at)s, FALSE, 'USD', first,
           days, overdue, overdue, many, list, jsonb_build_array(
               jsonb_build_object('clause', 'S-12, R-4', 'text', 'Overdue: {amount}.', 'figures',
                   jsonb_build_object('amount', overdue::text, 'days', days::text)),
               jsonb_build_object('clause', 'S-12', 'text', '{words}: suspended.', 'figures',
                   jsonb_build_object('words', wanted)))
    FROM locked l JOIN papers USING (account_id)
    RETURNING id, account_id, to_state, oldest_due_on
), told AS (
    SELECT r.account_id, 'CHANGE' AS kind, r.to_state AS state, r.oldest_due_on, 0 AS days_before,
           %(on)s::date AS acts_on, r.id AS review_id, s.email,
           'standing.changed' AS topic, 'standing.changed:' || r.id || ':' || s.email AS key,
           jsonb_build_object('review_id', r.id) AS payload
    FROM reviewed r JOIN stands s USING (account_id)
    UNION ALL
    SELECT account_id, 'WARNING', rung.state, first, ahead, %(on)s::date + ahead, NULL, email,
           'standing.notice',
           'standing.notice:' || concat_ws(':', account_id, rung.state, first, ahead, email),
           jsonb_build_object('account_id', account_id, 'state', rung.state,
               'acts_on', %(on)s::date + ahead, 'told_at', %(at)s)
    FROM stands CROSS JOIN LATERAL (VALUES ('SUPPORT_SUSPENDED', 22 - days),
        ('DASHBOARD_SUSPENDED', 30 - days)) AS rung (state, ahead)
    WHERE ahead IN (7, 1) AND (rung.state = 'DASHBOARD_SUSPENDED' OR wanted = 'GOOD')
        AND wanted <> 'DASHBOARD_SUSPENDED'
        AND (rung.state = 'SUPPORT_SUSPENDED' OR wanted = 'SUPPORT_SUSPENDED')
), sent AS (
    INSERT INTO outbox_message (topic, key, recipient, payload, message_id, created_at, due_at)
    SELECT topic, key, email, payload, '<' || md5(key) || '@' || %(domain)s || '>', %(at)s, %(at)s
    FROM told RETURNING id, key
)
INSERT INTO billing_standingnotice
    (account_id, kind, state, oldest_due_on, days_before, acts_on, review_id, at, recipients,
     messages)
SELECT account_id, kind, state, oldest_due_on, days_before, acts_on, review_id, %(at)s,
       jsonb_build_array(email), jsonb_build_array(sent.id)
FROM told JOIN sent USING (key)
"""
STANDINGS = """
SELECT md5(string_agg(account_id || state, ',' ORDER BY account_id)), count(*)
FROM contracts_standing
"""
WRITTEN = """
SELECT (SELECT count(*) FROM billing_standingreview),
       (SELECT count(*) FROM contracts_historicalstanding),
       (SELECT md5(string_agg(account_id || kind || state || acts_on, ','
               ORDER BY account_id, acts_on, kind, state)) FROM billing_standingnotice),
       (SELECT count(*) FROM outbox_message)
"""


def race_of_days() -> Ratio:
    """Day after day, each side brings its own accounts in line."""
    for schema in ("ours", "raw"):
        use(schema)
        _ours(0)  # what was overdue before it began
        execute("VACUUM ANALYZE")
    _check()
    sides: dict[str, Callable[[int], None]] = {"ours": _ours, "raw": _raw}
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for day in range(1, ROUNDS + 1):
        for schema, run in sides.items():
            use(schema)
            started = perf_counter()
            run(day)
            taken[schema].append(perf_counter() - started)
        _check()
    ours, raw = (median(taken[name]) for name in ("ours", "raw"))
    note = f"ours {ours * 1000:.0f} ms, raw SQL {raw * 1000:.0f} ms, a day's changes and notices"
    return Ratio("daily standings, ours to raw SQL", ours / raw, BOUND, at_least=False, note=note)


def _ours(day: int) -> None:
    review_standings(at=NOW + timedelta(days=day))


def _raw(day: int) -> None:
    at = NOW + timedelta(days=day)
    execute(RAW, {"on": at.date(), "at": at, "domain": settings.MAIL_DOMAIN})


def _check() -> None:
    """Both came to the same, and wrote as much."""
    found = []
    for schema in ("ours", "raw"):
        use(schema)
        with connection.cursor() as cursor:
            cursor.execute(STANDINGS)
            standings = cursor.fetchone()
            cursor.execute(WRITTEN)
            found.append((standings, cursor.fetchone()))
    assert found[0] == found[1], f"ours {found[0]}, raw {found[1]}"
