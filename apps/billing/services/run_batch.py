"""A batch of accounts to drafts in a few statements: what ``drafting`` does, set by set.

The sums are the database's, exact in cents; the tax is worked out here, where rounding is said
once. The rows that follow, the database makes from rows that it has.

Clause: V-3.4.6, S-4, S-13, R-8.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from apps.billing.models import BillingProfile, Document
from apps.billing.rules.invoicing import Taxed, taxes_of
from apps.billing.rules.money import to_cents
from apps.billing.services.drafting import Drafting
from apps.billing.services.rowset import among, given, keys, moment, sent, sum_of

# As ``queries.ready``: nothing is billed before the finding that it waits for (S-4).
READY = """
c.state = 'READY' AND c.incurred_on <= %s AND NOT EXISTS (
    SELECT 1 FROM billing_ratedevent h WHERE h.id = c.event_id AND h.held_for = 'FINDING'
)"""
# Per event first: what of an event nets to nothing has no line. The events are looked up once.
NETTED_EVENTS = """
CREATE TEMPORARY TABLE billing_netted AS
SELECT summed.account_id, summed.event_id, summed.net, summed.least, summed.most, e.kind, e.title,
       e.clause, e.starts_on, e.ends_on
FROM (
    SELECT c.account_id, c.event_id, {net} AS net, MIN(c.currency) AS least, MAX(c.currency) AS most
    FROM billing_charge c WHERE {ready} AND {accounts} GROUP BY c.account_id, c.event_id
) AS summed
JOIN billing_ratedevent e ON e.id = summed.event_id
"""
SUMS = """
SELECT n.account_id, {total}, MIN(n.least), MAX(n.most), COUNT(CASE WHEN n.net <> 0 THEN 1 END),
       MIN(CASE WHEN n.net <> 0 THEN n.starts_on END), MAX(CASE WHEN n.net <> 0 THEN n.ends_on END),
       COUNT(CASE WHEN n.net < 0 THEN 1 END)
FROM billing_netted n GROUP BY n.account_id
"""
DOCUMENT = {
    "account": "bigint",
    "series": "bigint",
    "category": "bigint",
    "currency": "text",
    "starts_on": "date",
    "ends_on": "date",
    "net": "numeric",
    "tax": "numeric",
    "total": "numeric",
}
DOCUMENTS = """
INSERT INTO billing_document
    (kind, state, account_id, series_id, tax_category_id, currency, run_id, reason, starts_on,
     ends_on, parties, terms, net_amount, tax_amount, total_amount, drafted_at, drafted_by_id)
SELECT 'INVOICE', 'DRAFT', account, series, category, currency, %s, '', starts_on, ends_on, '{{}}',
       '{{}}', net, tax, total, %s, %s
FROM {given}
"""
TAX = {
    "document": "bigint",
    "category": "bigint",
    "code": "text",
    "percent": "numeric",
    "net": "numeric",
    "tax": "numeric",
    "note": "text",
}
TAXES = """
INSERT INTO billing_taxtotal
    (document_id, category_id, code, percent, net_amount, tax_amount, note)
SELECT document, category, code, percent, net, tax, note FROM {given}
"""
LINES = """
INSERT INTO billing_line
    (document_id, position, event_id, kind, title, clause, starts_on, ends_on, net_amount,
     tax_category_id, tax_code, tax_percent, explanation)
SELECT d.id, ROW_NUMBER() OVER (PARTITION BY d.id ORDER BY n.starts_on, n.event_id), n.event_id,
       n.kind, n.title, n.clause, n.starts_on, n.ends_on, n.net, t.category_id, t.code, t.percent,
       '[]'
FROM billing_netted n
JOIN billing_document d ON d.account_id = n.account_id AND {documents}
JOIN billing_taxtotal t ON t.document_id = d.id
WHERE n.net <> 0
"""
BILLED = """
UPDATE billing_charge SET state = 'BILLED', line_id = l.id
FROM billing_line l
WHERE {documents} AND billing_charge.event_id = l.event_id
    AND billing_charge.state = 'READY' AND billing_charge.incurred_on <= %s
"""
NETTED = """
UPDATE billing_charge AS c SET state = 'NETTED' WHERE {ready} AND {accounts}
"""


@dataclass(frozen=True, slots=True)
class Sum:
    """What an account's ready charges come to, with how many lines and over which days.

    ``goes_back``: of an event it is less than nothing, so that there is a credit note to give.
    """

    account: int
    net: Decimal
    currencies: frozenset[str]
    lines: int
    starts_on: date | None
    ends_on: date | None
    goes_back: bool


@contextmanager
def netted(accounts: Sequence[int], *, through_on: date) -> Iterator[Mapping[int, Sum]]:
    """Net what is ready of accounts by event, for the block; yield account -> what it comes to.

    Clause: R-8, S-13.
    """
    events = NETTED_EVENTS.format(
        net=sum_of("c.amount - c.waived_amount"), ready=READY, accounts=among("c.account_id")
    )
    with connection.cursor() as cursor:
        cursor.execute(events, [through_on, keys(accounts)])
        cursor.execute(SUMS.format(total=sum_of("n.net")))
        rows = [_sum(row) for row in cursor.fetchall()]
    yield {row.account: row for row in rows}
    # Where the block raises, the transaction takes the table back.
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE billing_netted")


def draft_batch_of(
    sums: Sequence[Sum],
    profiles: Mapping[int, BillingProfile],
    percents: Mapping[int, Decimal],
    how: Drafting,
) -> None:
    """Draft an invoice for each of these accounts, which the caller holds and found in order.

    It works on what ``netted`` laid out. Of none of them anything goes back. Where nothing is left
    of an account's charges, they are only marked so.

    Clause: V-3.4.6, S-13, R-8.
    """
    accounts = [each.account for each in sums]
    billed = [each for each in sums if each.lines]
    taxes = {each.account: _tax(each, profiles[each.account], percents) for each in billed}
    with connection.cursor() as cursor:
        rows = [_document(each, profiles[each.account], taxes[each.account]) for each in billed]
        by = how.by.pk if how.by else None
        run = how.run.pk if how.run else None
        cursor.execute(
            DOCUMENTS.format(given=given(DOCUMENT)), [run, moment(how.at), by, sent(rows)]
        )
        made = dict(
            Document.objects.filter(run=run, account__in=taxes).values_list("account", "pk")
        )
        taxed = (_taxed(made[key], profiles[key], tax) for key, tax in taxes.items())
        cursor.execute(TAXES.format(given=given(TAX)), [sent(taxed)])
        documents = keys(list(made.values()))
        cursor.execute(LINES.format(documents=among("d.id")), [documents])
        cursor.execute(BILLED.format(documents=among("l.document_id")), [documents, how.through_on])
        cursor.execute(
            NETTED.format(ready=READY, accounts=among("c.account_id")),
            [how.through_on, keys(accounts)],
        )


def _sum(row: Sequence[Any]) -> Sum:
    account, net, least, most, lines, starts_on, ends_on, less = row
    return Sum(
        account=account,
        net=to_cents(Decimal(str(net))),
        currencies=frozenset([least, most]),
        lines=lines,
        starts_on=starts_on,
        ends_on=ends_on,
        goes_back=less > 0,
    )


def _tax(each: Sum, profile: BillingProfile, percents: Mapping[int, Decimal]) -> Taxed[int]:
    category = profile.tax_category_id
    [taxed] = taxes_of([(category, percents[category], each.net)])
    return taxed


def _document(each: Sum, profile: BillingProfile, taxed: Taxed[int]) -> Mapping[str, Any]:
    return {
        "account": each.account,
        "series": profile.series_id,
        "category": profile.tax_category_id,
        "currency": profile.currency,
        "starts_on": each.starts_on,
        "ends_on": each.ends_on,
        "net": taxed.net,
        "tax": taxed.tax,
        "total": taxed.net + taxed.tax,
    }


def _taxed(document: int, profile: BillingProfile, taxed: Taxed[int]) -> Mapping[str, Any]:
    return {
        "document": document,
        "category": taxed.key,
        "code": profile.tax_category.code,
        "percent": taxed.percent,
        "net": taxed.net,
        "tax": taxed.tax,
        "note": profile.tax_category.note,
    }
