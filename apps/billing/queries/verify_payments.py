"""What must hold of payments, allocations, disputes, and of what an account owes on any day."""

from apps.billing.queries.checking import by_statement

_NAME = "COALESCE(d.reference, 'Payment ' || i.payment_id)"

CHECKS = [
    by_statement(
        "payment_posted",
        "Each payment has a posting of its date",
        sql="""
            SELECT y.id AS payment, y.received_on, p.dated_on
            FROM billing_payment y LEFT JOIN billing_posting p ON p.payment_id = y.id
            WHERE p.id IS NULL OR p.dated_on <> y.received_on
        """,
        words="Payment {payment} is of {received_on}, its posting of {dated_on} (None: it has"
        " none).",
    ),
    by_statement(
        "payment_amounts",
        "A posting is its payment's amount, from the way it was paid to its account",
        sql="""
            SELECT u.payment_id AS payment, u.kind, u.name, u.currency,
                SUM(u.due) AS due_amount, SUM(u.posted) AS posted_amount
            FROM (
                SELECT y.id AS payment_id, 'RECEIVABLE' AS kind,
                    CAST(y.account_id AS varchar(60)) AS name, y.currency,
                    CASE y.kind WHEN 'RECEIPT' THEN -1 ELSE 1 END * [y.amount] AS due, 0 AS posted
                FROM billing_payment y
                UNION ALL
                SELECT y.id, 'BANK', y.method, y.currency,
                    CASE y.kind WHEN 'RECEIPT' THEN 1 ELSE -1 END * [y.amount], 0
                FROM billing_payment y
                UNION ALL
                SELECT p.payment_id, a.kind, COALESCE(CAST(a.account_id AS varchar(60)), a.key),
                    a.currency, 0, [t.amount]
                FROM billing_transfer t JOIN billing_posting p ON p.id = t.posting_id
                JOIN billing_ledgeraccount a ON a.id = t.debit_id WHERE p.payment_id IS NOT NULL
                UNION ALL
                SELECT p.payment_id, a.kind, COALESCE(CAST(a.account_id AS varchar(60)), a.key),
                    a.currency, 0, -[t.amount]
                FROM billing_transfer t JOIN billing_posting p ON p.id = t.posting_id
                JOIN billing_ledgeraccount a ON a.id = t.credit_id WHERE p.payment_id IS NOT NULL
            ) u JOIN billing_posting p ON p.payment_id = u.payment_id
            GROUP BY u.payment_id, u.kind, u.name, u.currency HAVING SUM(u.due) <> SUM(u.posted)
        """,
        words="Payment {payment} moves {due_amount} {currency} of {kind} {name}, its posting"
        " {posted_amount}.",
    ),
    by_statement(
        "payment_item",
        "Each payment has an open item of its account, amount and date",
        sql="""
            SELECT y.id AS payment, CASE WHEN i.id IS NULL THEN 'no open item' ELSE
                'an open item with another account, side, amount or date' END AS what
            FROM billing_payment y LEFT JOIN billing_openitem i ON i.payment_id = y.id
            WHERE i.id IS NULL OR i.account_id <> y.account_id OR i.currency <> y.currency
                OR i.dated_on <> y.received_on OR [i.amount] <> [y.amount]
                OR i.side <> CASE y.kind WHEN 'RECEIPT' THEN 'CREDIT' ELSE 'DEBIT' END
        """,
        words="Payment {payment} has {what}.",
    ),
    by_statement(
        "reversal",
        "A reversal undoes its receipt exactly: nothing of that is left but what was given back",
        sql="""
            SELECT r.id AS reversal, o.id AS payment, [r.amount] AS reversed_amount,
                [o.amount] AS received_amount, COALESCE(s.settled, 0) AS settled_amount
            FROM billing_payment r JOIN billing_payment o ON o.id = r.reverses_id
            LEFT JOIN (
                SELECT y.id AS reversal, SUM([a.amount]) AS settled
                FROM billing_payment y
                JOIN billing_openitem c ON c.payment_id = y.reverses_id
                JOIN billing_allocation a ON a.credit_id = c.id
                JOIN billing_openitem g ON g.id = a.debit_id
                JOIN billing_payment z ON z.id = g.payment_id
                WHERE z.id = y.id OR z.kind = 'REFUND' GROUP BY y.id
            ) s ON s.reversal = r.id
            WHERE o.kind <> 'RECEIPT' OR r.account_id <> o.account_id OR r.currency <> o.currency
                OR r.method <> o.method OR r.received_on < o.received_on
                OR [r.amount] <> [o.amount] OR COALESCE(s.settled, 0) <> [o.amount]
        """,
        words="Reversal {reversal} of {reversed_amount} undoes payment {payment} of"
        " {received_amount}, of which {settled_amount} went to it or was given back: it is not its"
        " exact opposite.",
    ),
    by_statement(
        "open_amounts",
        "What is open of an item is its amount less its allocations",
        sql=f"""
            SELECT {_NAME} AS item, [i.amount] AS full_amount, [i.open_amount] AS still_amount,
                COALESCE(s.settled, 0) AS settled_amount
            FROM billing_openitem i LEFT JOIN (
                SELECT b.item_id, SUM(b.amount) AS settled FROM (
                    SELECT a.credit_id AS item_id, [a.amount] AS amount FROM billing_allocation a
                    UNION ALL
                    SELECT a.debit_id, [a.amount] FROM billing_allocation a
                ) b GROUP BY b.item_id
            ) s ON s.item_id = i.id
            LEFT JOIN billing_document d ON d.id = i.document_id
            WHERE [i.amount] - [i.open_amount] <> COALESCE(s.settled, 0)
        """,  # noqa: S608 (all ours)
        words="{item} of {full_amount} has {still_amount} open, though {settled_amount} of it is"
        " settled.",
    ),
    by_statement(
        "allocation_pairs",
        "A credit settles a debit of the same account and currency, once both are there",
        sql="""
            SELECT a.id AS allocation, c.id AS credit, g.id AS debit, a.dated_on
            FROM billing_allocation a
            JOIN billing_openitem c ON c.id = a.credit_id
            JOIN billing_openitem g ON g.id = a.debit_id
            WHERE c.side <> 'CREDIT' OR g.side <> 'DEBIT' OR c.account_id <> g.account_id
                OR c.currency <> g.currency OR a.dated_on < c.dated_on OR a.dated_on < g.dated_on
        """,
        words="Allocation {allocation} of {dated_on} joins items {credit} and {debit}, which do not"
        " fit by side, account, currency or date.",
    ),
    by_statement(
        "allocation_undone",
        "What takes an allocation back is its exact opposite",
        sql="""
            SELECT u.id AS allocation, a.id AS undone, [u.amount] AS back_amount,
                [a.amount] AS settled_amount
            FROM billing_allocation u JOIN billing_allocation a ON a.id = u.reverses_id
            WHERE [u.amount] <> -[a.amount] OR u.credit_id <> a.credit_id
                OR u.debit_id <> a.debit_id OR u.dated_on < a.dated_on
        """,
        words="Allocation {allocation} of {back_amount} does not undo allocation {undone} of"
        " {settled_amount}.",
    ),
    by_statement(
        "open_on_any_day",
        "On any day, what was open of an item lies between nothing and its amount",
        sql=f"""
            SELECT {_NAME} AS item, r.dated_on, [i.amount] AS full_amount,
                r.settled AS settled_amount
            FROM (
                SELECT b.item_id, b.dated_on, SUM(SUM(b.amount)) OVER (
                    PARTITION BY b.item_id ORDER BY b.dated_on
                ) AS settled FROM (
                    SELECT a.credit_id AS item_id, a.dated_on, [a.amount] AS amount
                    FROM billing_allocation a
                    UNION ALL
                    SELECT a.debit_id, a.dated_on, [a.amount] FROM billing_allocation a
                ) b GROUP BY b.item_id, b.dated_on
            ) r JOIN billing_openitem i ON i.id = r.item_id
            LEFT JOIN billing_document d ON d.id = i.document_id
            WHERE r.settled < 0 OR r.settled > [i.amount]
        """,  # noqa: S608 (all ours)
        words="{item} of {full_amount} was settled by {settled_amount} on {dated_on}.",
    ),
    by_statement(
        "disputed_amounts",
        "What is disputed of an item is its open disputes, no more than is open",
        sql=f"""
            SELECT {_NAME} AS item, [i.disputed_amount] AS kept_amount,
                COALESCE(s.total, 0) AS disputes_amount, [i.open_amount] AS still_amount
            FROM billing_openitem i LEFT JOIN (
                SELECT q.document_id, SUM([q.total_amount]) AS total FROM billing_billingdispute q
                WHERE q.state IN ('RAISED', 'BONA_FIDE') GROUP BY q.document_id
            ) s ON s.document_id = i.document_id
            LEFT JOIN billing_document d ON d.id = i.document_id
            WHERE [i.disputed_amount] <> CASE WHEN COALESCE(s.total, 0) < [i.open_amount]
                THEN COALESCE(s.total, 0) ELSE [i.open_amount] END
        """,  # noqa: S608 (all ours)
        words="{item} says {kept_amount} disputed; its open disputes come to {disputes_amount},"
        " and {still_amount} is open.",
    ),
    by_statement(
        "receivable",
        "What the ledger says an account owes is its open debits less its open credits",
        sql="""
            SELECT n.name AS account, w.currency, w.ledger AS ledger_amount,
                w.items AS items_amount
            FROM (
                SELECT u.account_id, u.currency, SUM(u.ledger) AS ledger, SUM(u.items) AS items
                FROM (
                    SELECT i.account_id, i.currency, 0 AS ledger, SUM(
                        CASE i.side WHEN 'DEBIT' THEN 1 ELSE -1 END * [i.open_amount]
                    ) AS items
                    FROM billing_openitem i WHERE i.open_amount > 0
                    GROUP BY i.account_id, i.currency
                    UNION ALL
                    SELECT a.account_id, a.currency, m.moved, 0
                    FROM (
                        SELECT t.debit_id AS account, SUM([t.amount]) AS moved
                        FROM billing_transfer t GROUP BY t.debit_id
                        UNION ALL
                        SELECT t.credit_id, -SUM([t.amount])
                        FROM billing_transfer t GROUP BY t.credit_id
                    ) m JOIN billing_ledgeraccount a ON a.id = m.account
                    WHERE a.kind = 'RECEIVABLE'
                ) u GROUP BY u.account_id, u.currency HAVING SUM(u.ledger) <> SUM(u.items)
            ) w JOIN contracts_account n ON n.id = w.account_id
        """,
        words="{account} owes {ledger_amount} {currency} by the ledger, {items_amount} by its open"
        " items.",
    ),
    # Allocations move nothing between accounts (allocation_pairs) and as much of both sides on
    # their day, so what was open on a day, in sum, is the items dated until then.
    by_statement(
        "aging",
        "On any day, what an account's items add up to is what the ledger says",
        sql="""
            SELECT n.name AS account, w.currency, w.dated_on, w.ledger AS ledger_amount,
                w.items AS items_amount
            FROM (
                SELECT u.account_id, u.currency, u.dated_on, SUM(u.ledger) AS ledger,
                    SUM(u.items) AS items
                FROM (
                    SELECT i.account_id, i.currency, i.dated_on, 0 AS ledger,
                        CASE i.side WHEN 'DEBIT' THEN 1 ELSE -1 END * [i.amount] AS items
                    FROM billing_openitem i
                    UNION ALL
                    SELECT a.account_id, a.currency, m.dated_on, m.moved, 0
                    FROM (
                        SELECT t.debit_id AS account, p.dated_on, SUM([t.amount]) AS moved
                        FROM billing_transfer t JOIN billing_posting p ON p.id = t.posting_id
                        GROUP BY t.debit_id, p.dated_on
                        UNION ALL
                        SELECT t.credit_id, p.dated_on, -SUM([t.amount])
                        FROM billing_transfer t JOIN billing_posting p ON p.id = t.posting_id
                        GROUP BY t.credit_id, p.dated_on
                    ) m JOIN billing_ledgeraccount a ON a.id = m.account
                    WHERE a.kind = 'RECEIVABLE'
                ) u GROUP BY u.account_id, u.currency, u.dated_on
                HAVING SUM(u.ledger) <> SUM(u.items)
            ) w JOIN contracts_account n ON n.id = w.account_id
        """,
        words="{account} came to owe {ledger_amount} {currency} on {dated_on} by the ledger,"
        " {items_amount} by its documents and payments: aging is wrong from then on.",
    ),
]
