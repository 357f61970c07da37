"""Set-based SQL that invoices all accounts and makes all invoices final: a statement a table."""

from tests.benchmarks.billing_runs.data import THROUGH_ON
from tests.benchmarks.server import execute

RUN = """
INSERT INTO billing_invoicerun
    (through_on, issued_on, state, started_at, accounts_total, accounts_done, last_account, trouble)
VALUES (%(on)s, %(on)s, 'OPEN', %(at)s, 0, 0, 0, '')
"""
READY = "state = 'READY' AND incurred_on <= %(on)s"
NETTED_SUMS = f"""
    SELECT account_id, event_id, sum(amount - waived_amount) AS net
    FROM billing_charge WHERE {READY} GROUP BY account_id, event_id
"""
DRAFT = [
    f"""
    INSERT INTO billing_document
        (kind, state, account_id, series_id, currency, run_id, reason, starts_on, ends_on, parties,
         terms, net_amount, tax_amount, total_amount, drafted_at)
    SELECT 'INVOICE', 'DRAFT', s.account_id, p.series_id, p.currency,
           (SELECT id FROM billing_invoicerun), '', s.starts_on, s.ends_on, '{{}}', '{{}}', s.net,
           round(s.net * r.percent / 100, 2), s.net + round(s.net * r.percent / 100, 2), %(at)s
    FROM (
        SELECT netted.account_id, sum(netted.net) AS net, min(e.starts_on) AS starts_on,
               max(e.ends_on) AS ends_on
        FROM ({NETTED_SUMS}) AS netted JOIN billing_ratedevent e ON e.id = netted.event_id
        WHERE netted.net <> 0 GROUP BY netted.account_id
    ) AS s
    JOIN billing_billingprofile p ON p.account_id = s.account_id AND NOT p.is_paused
    JOIN billing_taxrate r ON r.category_id = p.tax_category_id
    ORDER BY s.account_id
    """,
    """
    INSERT INTO billing_taxtotal
        (document_id, category_id, code, percent, net_amount, tax_amount, note)
    SELECT d.id, c.id, c.code, r.percent, d.net_amount, d.tax_amount, c.note
    FROM billing_document d JOIN billing_billingprofile p ON p.account_id = d.account_id
    JOIN billing_taxcategory c ON c.id = p.tax_category_id
    JOIN billing_taxrate r ON r.category_id = c.id
    ORDER BY d.id
    """,
    f"""
    INSERT INTO billing_line
        (document_id, position, event_id, kind, title, clause, starts_on, ends_on, net_amount,
         tax_category_id, tax_code, tax_percent, explanation)
    SELECT d.id, row_number() OVER (PARTITION BY d.id ORDER BY e.starts_on, e.id), e.id, e.kind,
           e.title, e.clause, e.starts_on, e.ends_on, netted.net, t.category_id, t.code, t.percent,
           '[]'
    FROM ({NETTED_SUMS}) AS netted
    JOIN billing_document d ON d.account_id = netted.account_id
    JOIN billing_taxtotal t ON t.document_id = d.id
    JOIN billing_ratedevent e ON e.id = netted.event_id
    WHERE netted.net <> 0
    """,
    f"""
    UPDATE billing_charge SET state = 'BILLED', line_id = l.id
    FROM billing_line l WHERE billing_charge.event_id = l.event_id AND {READY}
    """,
    f"UPDATE billing_charge SET state = 'NETTED' WHERE {READY}",
    "UPDATE billing_invoicerun SET state = 'DONE', finished_at = %(at)s",
]
FINALISE = [
    """
    UPDATE billing_document d
    SET state = 'FINAL', number = n.number,
        reference = s.prefix || lpad(n.number::text, s.digits, '0'),
        issued_on = %(on)s, due_on = %(on)s::date + p.payment_days, finalised_at = %(at)s,
        parties = jsonb_build_object(
            'seller', jsonb_build_object(
                'name', e.name, 'address', e.address, 'country', e.country,
                'tax_number', e.tax_number, 'email', e.email, 'bank_details', e.bank_details,
                'note', e.note),
            'buyer', jsonb_build_object(
                'name', p.legal_name, 'address', p.address, 'country', p.country,
                'tax_number', p.tax_number, 'email', p.email, 'reference', p.buyer_reference)),
        terms = jsonb_build_object(
            'payment_days', p.payment_days, 'orders', orders.told, 'language', orders.language,
            'notes', '[]'::jsonb, 'corrects', '[]'::jsonb)
    FROM (SELECT id, row_number() OVER (ORDER BY account_id) AS number FROM billing_document) AS n,
         (SELECT mine.id, min(v.language) AS language,
                 jsonb_agg(jsonb_build_object(
                     'number', o.number, 'plan', plan.title, 'policy', v.title,
                     'version', v.number::text, 'language', v.language)) AS told
          FROM (SELECT DISTINCT l.document_id AS id, e.order_id FROM billing_line l
                JOIN billing_ratedevent e ON e.id = l.event_id) AS mine
          JOIN contracts_order o ON o.id = mine.order_id
          JOIN contracts_plan plan ON plan.id = o.plan_id
          JOIN contracts_policyversion v ON v.id = o.version_id
          GROUP BY mine.id) AS orders,
         billing_billingprofile p, billing_series s, billing_seller e
    WHERE n.id = d.id AND orders.id = d.id AND p.account_id = d.account_id AND s.id = d.series_id
        AND e.id = s.seller_id
    """,
    """
    UPDATE billing_series SET next_number = 1 + (SELECT count(*) FROM billing_document),
        last_issued_on = %(on)s WHERE kind = 'INVOICE'
    """,
    """
    INSERT INTO billing_openitem
        (account_id, side, document_id, currency, dated_on, due_on, amount, open_amount,
         disputed_amount)
    SELECT account_id, 'DEBIT', id, currency, issued_on, due_on, total_amount, total_amount, 0
    FROM billing_document ORDER BY number
    """,
    """
    INSERT INTO billing_ledgeraccount (kind, account_id, key, currency)
    SELECT DISTINCT 'RECEIVABLE', account_id, '', currency FROM billing_document
    """,
    """
    INSERT INTO billing_ledgeraccount (kind, key, currency)
    SELECT DISTINCT 'REVENUE', l.kind, 'USD' FROM billing_line l
    UNION ALL SELECT DISTINCT 'TAX', c.key, 'USD' FROM billing_taxtotal t
    JOIN billing_taxcategory c ON c.id = t.category_id
    """,
    """
    INSERT INTO billing_posting (key, dated_on, posted_at, document_id)
    SELECT 'document:' || id, issued_on, %(at)s, id FROM billing_document ORDER BY number
    """,
    """
    INSERT INTO billing_transfer (posting_id, debit_id, credit_id, amount, currency)
    SELECT p.id, CASE WHEN m.amount > 0 THEN r.id ELSE a.id END,
           CASE WHEN m.amount > 0 THEN a.id ELSE r.id END, abs(m.amount), d.currency
    FROM (SELECT document_id, 'REVENUE' AS kind, kind AS key, sum(net_amount) AS amount
          FROM billing_line GROUP BY document_id, kind
          UNION ALL
          SELECT t.document_id, 'TAX', c.key, t.tax_amount
          FROM billing_taxtotal t JOIN billing_taxcategory c ON c.id = t.category_id) AS m
    JOIN billing_document d ON d.id = m.document_id
    JOIN billing_posting p ON p.document_id = d.id
    JOIN billing_ledgeraccount r ON r.kind = 'RECEIVABLE' AND r.account_id = d.account_id
    JOIN billing_ledgeraccount a ON a.kind = m.kind AND a.key = m.key
    WHERE m.amount <> 0 ORDER BY p.id
    """,
    """
    INSERT INTO outbox_message
        (topic, key, recipient, payload, message_id, created_at, due_at)
    SELECT 'invoice.issued', 'document:' || id || ':issued', parties #>> '{buyer,email}',
           jsonb_build_object('document_id', id),
           '<' || replace(gen_random_uuid()::text, '-', '') || '@example.com>', %(at)s, %(at)s
    FROM billing_document ORDER BY number
    """,
]


def draft(*, at) -> None:
    """Draft all, in one transaction."""
    _all([RUN, *DRAFT], at=at)


def finalise(*, at) -> None:
    """Make all drafts final, in one transaction."""
    _all(FINALISE, at=at)


def _all(statements: list[str], *, at) -> None:
    execute("BEGIN")
    for statement in statements:
        execute(statement, {"on": THROUGH_ON, "at": at})
    execute("COMMIT")
