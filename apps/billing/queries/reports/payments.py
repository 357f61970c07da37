"""Reports on what was paid, and what it settled."""

from apps.billing.models import Payment
from apps.billing.queries.reports.ledger import RECEIVED
from apps.billing.queries.reports.shape import Column, Kind, Report

RECEIPTS = Report(
    key="receipts",
    title="Receipts",
    about="What came in, and, negative, what went back or turned out to be none.",
    icon="payments",
    columns=(
        Column("received_on", Kind.DATE, "p.received_on", "Received"),
        Column("account", Kind.TEXT, "a.name"),
        Column("kind", Kind.CODE, "p.kind", labels=dict(Payment.Kind.choices)),
        Column("method", Kind.CODE, "p.method", labels=dict(Payment.Method.choices)),
        Column("reference", Kind.TEXT, "p.reference"),
        Column("note", Kind.TEXT, "p.note"),
        Column("currency", Kind.CODE, "p.currency"),
        Column(
            "amount",
            Kind.MONEY,
            "CASE WHEN p.kind = 'RECEIPT' THEN p.amount ELSE -p.amount END",
            summed=True,
        ),
        Column(
            "unapplied_amount",
            Kind.MONEY,
            "CASE WHEN p.kind = 'RECEIPT' THEN COALESCE(i.open_amount, 0) ELSE 0 END",
            "Not applied",
            summed=True,
        ),
        Column("recorded_at", Kind.INSTANT, "p.recorded_at", "Recorded"),
    ),
    source="""billing_payment p
        JOIN contracts_account a ON a.id = p.account_id
        LEFT JOIN billing_openitem i ON i.payment_id = p.id
        WHERE p.received_on BETWEEN %(since)s AND %(until)s
        [[account p.account_id]] [[currency p.currency]]""",
    order="p.received_on, p.id",
    control=("amount",),
    booked=RECEIVED,
)


def _named(item: str) -> str:
    """What an item is of: the number of a document, or what a payer wrote."""
    return f"COALESCE({item}d.reference, {item}p.reference)"


def _kind(item: str) -> str:
    return f"COALESCE({item}d.kind, {item}p.kind)"


WORDS = {
    "INVOICE": "Invoice",
    "CREDIT_NOTE": "Credit note",
    **{str(key): str(label) for key, label in Payment.Kind.choices},
}
ALLOCATIONS = Report(
    key="allocations",
    title="Allocations",
    about="What settled what; negative where that was taken back.",
    icon="join",
    columns=(
        Column("dated_on", Kind.DATE, "x.dated_on", "Dated"),
        Column("account", Kind.TEXT, "a.name"),
        Column("credit_kind", Kind.CODE, _kind("c"), "Credit", labels=WORDS),
        Column("credit", Kind.TEXT, _named("c"), "Of"),
        Column("debit_kind", Kind.CODE, _kind("d"), "Settles", labels=WORDS),
        Column("debit", Kind.TEXT, _named("d"), "Of"),
        Column("currency", Kind.CODE, "ci.currency"),
        Column("amount", Kind.MONEY, "x.amount", summed=True),
    ),
    source="""billing_allocation x
        JOIN billing_openitem ci ON ci.id = x.credit_id
        JOIN billing_openitem di ON di.id = x.debit_id
        JOIN contracts_account a ON a.id = ci.account_id
        LEFT JOIN billing_document cd ON cd.id = ci.document_id
        LEFT JOIN billing_payment cp ON cp.id = ci.payment_id
        LEFT JOIN billing_document dd ON dd.id = di.document_id
        LEFT JOIN billing_payment dp ON dp.id = di.payment_id
        WHERE x.dated_on BETWEEN %(since)s AND %(until)s
        [[account ci.account_id]] [[currency ci.currency]]""",
    order="x.dated_on, x.id",
)
