"""What must hold between what events are worth, what was charged, waived, and what was billed."""

from apps.billing.queries.checking import by_statement

CHECKS = [
    # What a credit note by hand gave back is not given back again when the worth falls: so much
    # may stay charged beyond it. See ``rules.rating.back_already``.
    by_statement(
        "event_worth",
        "What was charged of an event is what it is worth, or was given back by hand, unless it is"
        " held",
        sql="""
            SELECT e.id AS event, e.title, [e.worth_amount] AS worth_amount,
                COALESCE(c.charged, 0) AS charged_amount
            FROM billing_ratedevent e LEFT JOIN (
                SELECT c.event_id, SUM([c.amount]) AS charged
                FROM billing_charge c GROUP BY c.event_id
            ) c ON c.event_id = e.id
            WHERE e.held_for = '' AND [e.worth_amount] <> COALESCE(c.charged, 0) AND (
                [e.worth_amount] > COALESCE(c.charged, 0) OR c.charged > (
                    SELECT COALESCE(SUM([l.net_amount]), 0)
                    FROM billing_line l JOIN billing_document d ON d.id = l.document_id
                    WHERE l.event_id = e.id AND l.credits_id IS NOT NULL
                        AND d.kind = 'CREDIT_NOTE' AND d.state = 'FINAL'
                        AND NOT EXISTS (
                            SELECT 1 FROM billing_charge b JOIN billing_line k ON k.id = b.line_id
                            WHERE b.event_id = e.id AND k.document_id = l.document_id
                        )
                )
            )
        """,
        words="Event {event}, {title}, is worth {worth_amount}, and {charged_amount} was charged.",
    ),
    by_statement(
        "given_back",
        "Of an event no more is given back by hand than is charged of it",
        sql="""
            SELECT e.id AS event, e.title, b.back AS back_amount, c.charged AS charged_amount
            FROM (
                SELECT l.event_id, SUM([l.net_amount]) AS back
                FROM billing_line l JOIN billing_document d ON d.id = l.document_id
                WHERE d.kind = 'CREDIT_NOTE' AND d.state = 'FINAL' AND l.credits_id IS NOT NULL
                    AND NOT EXISTS (
                        SELECT 1 FROM billing_charge b JOIN billing_line k ON k.id = b.line_id
                        WHERE b.event_id = l.event_id AND k.document_id = l.document_id
                    )
                GROUP BY l.event_id
            ) b JOIN billing_ratedevent e ON e.id = b.event_id
            JOIN (
                SELECT c.event_id, SUM([c.amount] - [c.waived_amount]) AS charged
                FROM billing_charge c GROUP BY c.event_id
            ) c ON c.event_id = b.event_id
            WHERE b.back > c.charged
        """,
        words="Event {event}, {title}, has {charged_amount} charged, and credit notes by hand gave"
        " {back_amount} back.",
    ),
    by_statement(
        "charge_parties",
        "A charge is of its event's account and currency, and on an invoice of both",
        sql="""
            SELECT c.id AS charge, COALESCE(d.reference, 'draft ' || d.id, 'none') AS document
            FROM billing_charge c JOIN billing_ratedevent e ON e.id = c.event_id
            LEFT JOIN billing_line l ON l.id = c.line_id
            LEFT JOIN billing_document d ON d.id = l.document_id
            WHERE c.account_id <> e.account_id OR c.currency <> e.currency
                OR c.account_id <> d.account_id OR c.currency <> d.currency
        """,
        words="Charge {charge} is of another account or currency than its event or its document"
        " ({document}).",
    ),
    by_statement(
        "line_charges",
        "A line, with those of its event beside it, is the sum of its charges, less what was"
        " waived",
        # What goes back of an event may be several lines; the first of them has the charges.
        sql="""
            SELECT COALESCE(d.reference, 'Draft ' || d.id) AS document, l.position,
                w.net AS net_amount, w.billable AS charges_amount
            FROM (
                SELECT s.line_id, s.billable, [o.net_amount] + CASE
                    WHEN o.credits_id IS NULL THEN 0
                    ELSE (
                        SELECT COALESCE(SUM([k.net_amount]), 0) FROM billing_line k
                        WHERE k.document_id = o.document_id AND k.event_id = o.event_id
                            AND k.id <> o.id
                    )
                END AS net
                FROM (
                    SELECT c.line_id, SUM([c.amount] - [c.waived_amount]) AS billable
                    FROM billing_charge c WHERE c.line_id IS NOT NULL GROUP BY c.line_id
                ) s JOIN billing_line o ON o.id = s.line_id
            ) w JOIN billing_line l ON l.id = w.line_id
            JOIN billing_document d ON d.id = l.document_id
            WHERE w.net <> CASE d.kind WHEN 'INVOICE' THEN 1 ELSE -1 END * w.billable
        """,
        words="{document} line {position} says {net_amount}, its charges come to {charges_amount}.",
    ),
    # A difference below nought takes a waiver back, and a later one above it waives that again:
    # see ``rules.rating.waived_again``.
    by_statement(
        "waivers",
        "What is waived of a charge is its waivers",
        sql="""
            SELECT c.id AS charge, [c.waived_amount] AS kept_amount,
                COALESCE(w.waived, 0) AS waivers_amount
            FROM billing_charge c LEFT JOIN (
                SELECT w.charge_id, SUM([w.amount]) AS waived
                FROM billing_waiver w GROUP BY w.charge_id
            ) w ON w.charge_id = c.id
            WHERE [c.waived_amount] < COALESCE(w.waived, 0)
                AND (c.waived_amount >= 0 OR w.waived IS NOT NULL)
                OR [c.waived_amount] > COALESCE(w.waived, 0) AND (
                    SELECT SUM([o.waived_amount]) FROM billing_charge o
                    WHERE o.event_id = c.event_id AND o.number <= c.number
                ) > (
                    SELECT COALESCE(SUM([a.amount]), 0)
                    FROM billing_waiver a JOIN billing_charge o ON o.id = a.charge_id
                    WHERE o.event_id = c.event_id AND o.number <= c.number
                )
        """,
        words="Charge {charge} says {kept_amount} waived, its waivers come to {waivers_amount}.",
    ),
    by_statement(
        "waived_events",
        "Of an event no more is waived than it is worth",
        sql="""
            SELECT e.id AS event, e.title, [e.worth_amount] AS worth_amount,
                c.waived AS waived_amount
            FROM (
                SELECT c.event_id, SUM([c.waived_amount]) AS waived
                FROM billing_charge c GROUP BY c.event_id
            ) c JOIN billing_ratedevent e ON e.id = c.event_id
            WHERE c.waived < 0 OR e.held_for = '' AND c.waived > [e.worth_amount]
        """,
        words="Event {event}, {title}, is worth {worth_amount}, and {waived_amount} is waived.",
    ),
    by_statement(
        "netted",
        "Charges that need no line because they came to nothing do so",
        sql="""
            SELECT e.id AS event, e.title, SUM([c.amount] - [c.waived_amount]) AS left_amount
            FROM billing_charge c JOIN billing_ratedevent e ON e.id = c.event_id
            WHERE c.state = 'NETTED' GROUP BY e.id, e.title
            HAVING SUM([c.amount] - [c.waived_amount]) <> 0
        """,
        words="Event {event}, {title}, has {left_amount} in charges that were to come to nothing.",
    ),
]
