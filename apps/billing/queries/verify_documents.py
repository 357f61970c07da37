"""What must hold of documents: their sums, taxes and numbers, their posting and their open item."""

from apps.billing.queries.checking import by_statement

CHECKS = [
    by_statement(
        "document_net",
        "A document's net amount is the sum of its lines",
        sql="""
            SELECT d.reference, [d.net_amount] AS net_amount, COALESCE(l.net, 0) AS lines_amount
            FROM billing_document d LEFT JOIN (
                SELECT l.document_id, SUM([l.net_amount]) AS net
                FROM billing_line l GROUP BY l.document_id
            ) l ON l.document_id = d.id
            WHERE d.state = 'FINAL' AND [d.net_amount] <> COALESCE(l.net, 0)
        """,
        words="{reference} says {net_amount} net, its lines come to {lines_amount}.",
    ),
    by_statement(
        "tax_base",
        "Tax is reckoned on the sum of the lines of a category and percentage",
        sql="""
            SELECT d.reference, w.percent, w.base AS taxed_amount, w.net AS lines_amount
            FROM (
                SELECT u.document_id, u.percent, SUM(u.base) AS base, SUM(u.net) AS net
                FROM (
                    SELECT l.document_id, l.tax_category_id AS category_id,
                        l.tax_percent AS percent, [l.net_amount] AS net, 0 AS base
                    FROM billing_line l
                    UNION ALL
                    SELECT x.document_id, x.category_id, x.percent, 0, [x.net_amount]
                    FROM billing_taxtotal x
                ) u GROUP BY u.document_id, u.category_id, u.percent
                HAVING SUM(u.base) <> SUM(u.net)
            ) w JOIN billing_document d ON d.id = w.document_id AND d.state = 'FINAL'
        """,
        words="{reference} is taxed at {percent} % on {taxed_amount}, the lines come to"
        " {lines_amount}.",
    ),
    by_statement(
        "tax_amount",
        "An invoice's tax is the percentage of its base, rounded once",
        sql="""
            SELECT d.reference, x.percent, [x.net_amount] AS base_amount,
                [x.tax_amount] AS tax_amount, TAX([x.net_amount], x.percent) AS right_amount
            FROM billing_taxtotal x JOIN billing_document d ON d.id = x.document_id
            WHERE d.state = 'FINAL' AND d.kind = 'INVOICE'
                AND [x.tax_amount] <> TAX([x.net_amount], x.percent)
        """,
        words="{reference} has {tax_amount} of tax at {percent} % on {base_amount}: that is"
        " {right_amount}.",
    ),
    # Of an invoice so much tax goes back as was charged on what was credited of it so far, less
    # what went back before; of lines that name none, the tax on their sum.
    by_statement(
        "credited_tax",
        "With what credit notes take back of an invoice goes exactly its tax",
        sql="""
            SELECT d.reference, x.percent, [x.tax_amount] AS tax_amount, r.tax AS right_amount
            FROM billing_taxtotal x
            JOIN billing_document d ON d.id = x.document_id AND d.kind = 'CREDIT_NOTE'
            JOIN (
                SELECT c.note, c.category, c.percent,
                    SUM(TAX(c.until, c.percent) - TAX(c.before, c.percent)) AS tax
                FROM (
                    SELECT n.note, n.category, n.percent, n.until, n.until - n.net AS before
                    FROM (
                        SELECT m.note, m.category, m.percent, m.net, CASE
                            WHEN m.invoice IS NULL THEN m.net
                            ELSE SUM(m.net) OVER (
                                PARTITION BY m.invoice, m.category, m.percent
                                ORDER BY m.finalised_at, m.number, m.note
                            ) END AS until
                        FROM (
                            SELECT l.document_id AS note, o.document_id AS invoice, g.finalised_at,
                                g.number, l.tax_category_id AS category, l.tax_percent AS percent,
                                SUM([l.net_amount]) AS net
                            FROM billing_line l
                            JOIN billing_document g ON g.id = l.document_id
                                AND g.kind = 'CREDIT_NOTE' AND g.state = 'FINAL'
                            LEFT JOIN billing_line o ON o.id = l.credits_id
                            GROUP BY l.document_id, o.document_id, g.finalised_at, g.number,
                                l.tax_category_id, l.tax_percent
                        ) m
                    ) n
                ) c GROUP BY c.note, c.category, c.percent
            ) r ON r.note = x.document_id AND r.category = x.category_id
                AND r.percent = x.percent
            WHERE [x.tax_amount] <> r.tax
        """,
        words="{reference} gives back {tax_amount} of tax at {percent} %: that is {right_amount}.",
    ),
    by_statement(
        "credited",
        "Of no line more is taken back than it has",
        sql="""
            SELECT d.reference, o.position, [o.net_amount] AS net_amount, s.back AS back_amount
            FROM (
                SELECT l.credits_id, SUM([l.net_amount]) AS back
                FROM billing_line l JOIN billing_document g ON g.id = l.document_id
                WHERE l.credits_id IS NOT NULL AND g.state = 'FINAL' GROUP BY l.credits_id
            ) s JOIN billing_line o ON o.id = s.credits_id
            JOIN billing_document d ON d.id = o.document_id
            WHERE ABS(s.back) > ABS([o.net_amount]) OR s.back * [o.net_amount] < 0
        """,
        words="{reference} line {position} has {net_amount}, credit notes take {back_amount} back.",
    ),
    by_statement(
        "document_tax",
        "A document's tax is the sum of its taxes",
        sql="""
            SELECT d.reference, [d.tax_amount] AS tax_amount, COALESCE(x.tax, 0) AS taxes_amount
            FROM billing_document d LEFT JOIN (
                SELECT x.document_id, SUM([x.tax_amount]) AS tax
                FROM billing_taxtotal x GROUP BY x.document_id
            ) x ON x.document_id = d.id
            WHERE d.state = 'FINAL' AND [d.tax_amount] <> COALESCE(x.tax, 0)
        """,
        words="{reference} says {tax_amount} of tax, its taxes come to {taxes_amount}.",
    ),
    by_statement(
        "numbers",
        "Numbers of a series run from 1 without a gap, and the next one follows",
        sql="""
            SELECT s.prefix, COUNT(d.id) AS documents, COALESCE(MAX(d.number), 0) AS last,
                s.next_number
            FROM billing_series s
            LEFT JOIN billing_document d ON d.series_id = s.id AND d.state = 'FINAL'
            GROUP BY s.id, s.prefix, s.next_number
            HAVING COUNT(d.id) <> s.next_number - 1
                OR COALESCE(MAX(d.number), 0) <> s.next_number - 1
        """,
        words="Series {prefix} has {documents} documents up to number {last}, and would give"
        " {next_number} next.",
    ),
    by_statement(
        "number_dates",
        "Dates of a series do not decrease",
        sql="""
            SELECT n.reference, n.issued_on, n.before, n.before_on FROM (
                SELECT d.reference, d.issued_on,
                    LAG(d.reference) OVER (PARTITION BY d.series_id ORDER BY d.number) AS before,
                    LAG(d.issued_on) OVER (PARTITION BY d.series_id ORDER BY d.number) AS before_on
                FROM billing_document d WHERE d.state = 'FINAL'
            ) n WHERE n.issued_on < n.before_on
        """,
        words="{reference} is dated {issued_on}, before {before} of {before_on}.",
    ),
    by_statement(
        "series_date",
        "A series knows the date of its last document, and has one kind",
        sql="""
            SELECT s.prefix, s.last_issued_on, MAX(d.issued_on) AS latest_on, MIN(d.kind) AS kind
            FROM billing_series s JOIN billing_document d ON d.series_id = s.id
            WHERE d.state = 'FINAL' GROUP BY s.id, s.prefix, s.kind, s.last_issued_on
            HAVING COALESCE(s.last_issued_on <> MAX(d.issued_on), TRUE)
                OR MIN(d.kind) <> s.kind OR MAX(d.kind) <> s.kind
        """,
        words="Series {prefix} was last used on {last_issued_on}, its latest document is of"
        " {latest_on} ({kind}).",
    ),
    by_statement(
        "document_posted",
        "Each final document has a posting",
        sql="""
            SELECT d.reference FROM billing_document d
            LEFT JOIN billing_posting p ON p.document_id = d.id
            WHERE d.state = 'FINAL' AND p.id IS NULL
        """,
        words="{reference} is final and has no posting.",
    ),
    by_statement(
        "draft_posted",
        "No draft has a posting or an open item",
        sql="""
            SELECT d.id AS draft, CASE WHEN p.id IS NULL THEN 'an open item' ELSE 'a posting' END
                AS what
            FROM billing_document d
            LEFT JOIN billing_posting p ON p.document_id = d.id
            LEFT JOIN billing_openitem i ON i.document_id = d.id
            WHERE d.state = 'DRAFT' AND (p.id IS NOT NULL OR i.id IS NOT NULL)
        """,
        words="Draft {draft} has {what}.",
    ),
    by_statement(
        "document_posting_date",
        "A document's posting bears its date",
        sql="""
            SELECT d.reference, d.issued_on, p.key AS posting, p.dated_on
            FROM billing_posting p JOIN billing_document d ON d.id = p.document_id
            WHERE d.state = 'FINAL' AND p.dated_on <> d.issued_on
        """,
        words="{reference} is dated {issued_on}, its posting {posting} {dated_on}.",
    ),
    by_statement(
        "document_amounts",
        "A posting is its document's total, its net by kind of revenue, its tax by category",
        # Summed by the keys of documents and ledger accounts; only what is wrong gets its names.
        sql="""
            SELECT d.reference, COALESCE(a.kind, 'NO LEDGER ACCOUNT') AS kind,
                COALESCE(CAST(a.account_id AS varchar(60)), a.key, '') AS name,
                w.due AS due_amount, w.posted AS posted_amount, d.currency
            FROM (
                SELECT u.document_id, u.account, SUM(u.due) AS due, SUM(u.posted) AS posted
                FROM (
                    SELECT d.id AS document_id, r.id AS account,
                        CASE d.kind WHEN 'INVOICE' THEN 1 ELSE -1 END * [d.total_amount] AS due,
                        0 AS posted
                    FROM billing_document d LEFT JOIN billing_ledgeraccount r
                        ON r.kind = 'RECEIVABLE' AND r.account_id = d.account_id
                        AND r.currency = d.currency
                    WHERE d.state = 'FINAL'
                    UNION ALL
                    SELECT d.id, r.id,
                        CASE d.kind WHEN 'INVOICE' THEN -1 ELSE 1 END * [l.net_amount], 0
                    FROM billing_line l JOIN billing_document d ON d.id = l.document_id
                    LEFT JOIN billing_ledgeraccount r ON r.kind = 'REVENUE' AND r.key = l.kind
                        AND r.currency = d.currency
                    WHERE d.state = 'FINAL'
                    UNION ALL
                    SELECT d.id, r.id,
                        CASE d.kind WHEN 'INVOICE' THEN -1 ELSE 1 END * [x.tax_amount], 0
                    FROM billing_taxtotal x JOIN billing_document d ON d.id = x.document_id
                    JOIN billing_taxcategory c ON c.id = x.category_id
                    LEFT JOIN billing_ledgeraccount r ON r.kind = 'TAX' AND r.key = c.key
                        AND r.currency = d.currency
                    WHERE d.state = 'FINAL'
                    UNION ALL
                    SELECT p.document_id, t.debit_id, 0, [t.amount]
                    FROM billing_transfer t JOIN billing_posting p ON p.id = t.posting_id
                    WHERE p.document_id IS NOT NULL
                    UNION ALL
                    SELECT p.document_id, t.credit_id, 0, -[t.amount]
                    FROM billing_transfer t JOIN billing_posting p ON p.id = t.posting_id
                    WHERE p.document_id IS NOT NULL
                ) u GROUP BY u.document_id, u.account HAVING SUM(u.due) <> SUM(u.posted)
            ) w
            JOIN billing_document d ON d.id = w.document_id AND d.state = 'FINAL'
            JOIN billing_posting p ON p.document_id = w.document_id
            LEFT JOIN billing_ledgeraccount a ON a.id = w.account
        """,
        words="{reference} moves {due_amount} {currency} of {kind} {name}, its posting"
        " {posted_amount}.",
    ),
    by_statement(
        "document_item",
        "Each final document has an open item of its account, amount and dates",
        sql="""
            SELECT d.reference, CASE WHEN i.id IS NULL THEN 'no open item' ELSE
                'an open item with another account, side, amount or date' END AS what
            FROM billing_document d LEFT JOIN billing_openitem i ON i.document_id = d.id
            WHERE d.state = 'FINAL' AND (
                i.id IS NULL AND d.total_amount <> 0
                OR i.account_id <> d.account_id OR i.currency <> d.currency
                OR i.dated_on <> d.issued_on OR [i.amount] <> [d.total_amount]
                OR i.side <> CASE d.kind WHEN 'INVOICE' THEN 'DEBIT' ELSE 'CREDIT' END
                OR d.kind = 'INVOICE' AND i.due_on <> d.due_on
            )
        """,
        words="{reference} has {what}.",
    ),
]
