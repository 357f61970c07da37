"""How old what is owed is, at the end of any day.

What an item had open on a day is what it has open now and what was settled of it later. So the
sums of any day equal the receivable of the ledger on that day, and nothing but what is open, or
was settled since, is read. A day ends where the seller dates its documents; so do disputes.

Clause: S-12, R-4, R-5.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from apps.billing.queries.reports.ledger import OWED
from apps.billing.queries.reports.reading import first_rows
from apps.billing.queries.reports.shape import Asked, Column, Kind, Report
from apps.contracts.models import Account, Standing

BUCKETS = ("current", "days_1_30", "days_31_60", "days_61_90", "days_91")
TITLES = ("Not due", "1–30", "31–60", "61–90", "91 and more")
# Days after the due date, from the least; the due date itself is in time.
BOUNDS = (
    "i.due_on >= %(until)s",
    "i.due_on < %(until)s AND i.due_on >= %(back_30)s",
    "i.due_on < %(back_30)s AND i.due_on >= %(back_60)s",
    "i.due_on < %(back_60)s AND i.due_on >= %(back_90)s",
    "i.due_on < %(back_90)s",
)


def _sum(where: str, name: str) -> str:
    return f"COALESCE(SUM(i.opened) FILTER (WHERE {where}), 0.00) AS {name}"


_AGES = ", ".join(
    _sum(f"i.side = 'DEBIT' AND {bound}", name) for name, bound in zip(BUCKETS, BOUNDS, strict=True)
)
_SOURCE = f"""(
    WITH later AS (
        SELECT item_id, SUM(amount) AS amount FROM (
            SELECT debit_id AS item_id, amount FROM billing_allocation WHERE dated_on > %(until)s
            UNION ALL
            SELECT credit_id, amount FROM billing_allocation WHERE dated_on > %(until)s
        ) AS sides GROUP BY item_id
    ), disputed AS (
        SELECT q.document_id, SUM(q.total_amount) AS amount FROM billing_billingdispute q
        JOIN billing_document d ON d.id = q.document_id
        JOIN billing_series n ON n.id = d.series_id JOIN billing_seller z ON z.id = n.seller_id
        WHERE [[day q.raised_at z.time_zone]] <= %(until)s
        AND (q.decided_at IS NULL OR [[day q.decided_at z.time_zone]] > %(until)s)
        GROUP BY q.document_id
    ), items AS (
        SELECT i.account_id, i.currency, i.side, i.due_on,
            i.open_amount + COALESCE(later.amount, 0.00) AS opened, disputed.amount AS disputed
        FROM billing_openitem i
        LEFT JOIN later ON later.item_id = i.id
        LEFT JOIN disputed ON disputed.document_id = i.document_id
        WHERE i.dated_on <= %(until)s AND (i.open_amount > 0 OR later.item_id IS NOT NULL)
        [[account i.account_id]] [[currency i.currency]]
    )
    SELECT i.account_id, i.currency, {_AGES},
        {_sum("i.side = 'DEBIT'", "owed")},
        COALESCE(SUM(CASE WHEN i.disputed > i.opened THEN i.opened ELSE i.disputed END)
            FILTER (WHERE i.side = 'DEBIT'), 0.00) AS disputed,
        {_sum("i.side = 'CREDIT'", "credit")}
    FROM items i WHERE i.opened <> 0 GROUP BY i.account_id, i.currency
) AS g"""  # noqa: S608 (our own words)

AGING = Report(
    key="aging",
    title="Receivables by age",
    about="What each account owed at the end of the day, by days after the due date.",
    icon="hourglass_bottom",
    columns=(
        Column("account", Kind.TEXT, "a.name"),
        Column("currency", Kind.CODE, "g.currency"),
        *(
            Column(name, Kind.MONEY, f"g.{name}", title, summed=True)
            for name, title in zip(BUCKETS, TITLES, strict=True)
        ),
        Column("owed", Kind.MONEY, "g.owed", summed=True),
        Column("disputed", Kind.MONEY, "g.disputed", "Of it disputed", summed=True),
        Column("credit", Kind.MONEY, "g.credit", "Credit not applied", summed=True),
        Column("balance", Kind.MONEY, "g.owed - g.credit", summed=True),
        Column(
            "standing",
            Kind.CODE,
            "COALESCE(s.state, 'GOOD')",
            "Standing today",
            labels=dict(Standing.State.choices),
        ),
    ),
    source=f"""{_SOURCE} JOIN contracts_account a ON a.id = g.account_id
        LEFT JOIN contracts_standing s ON s.account_id = g.account_id""",
    order="a.name, g.currency",
    control=("balance",),
    booked=OWED,
    as_of=True,
)


class Aged(NamedTuple):
    """What an account owes in one currency. ``credit`` is what of its credit nothing used yet.

    ``disputed`` is part of ``owed``, which is the sum of the five ages.
    """

    account: str
    currency: str
    current: Decimal
    days_1_30: Decimal
    days_31_60: Decimal
    days_61_90: Decimal
    days_91: Decimal
    owed: Decimal
    disputed: Decimal
    credit: Decimal
    balance: Decimal
    standing: str


def aging(*, as_of: date, account: Account | None = None) -> Sequence[Aged]:
    """Return what each account owed at the end of the day, in the order of their names.

    An account that owed nothing and had no credit is left out. The standing is today's.

    Clause: S-12, R-5.
    """
    asked = Asked(since=as_of, until=as_of, account_id=account.pk if account else None)
    return [Aged._make(row) for row in first_rows(AGING, asked, most=None)]
