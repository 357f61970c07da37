"""Reports on documents: invoices, their lines, credit notes, revenue, tax."""

from apps.billing.models import RatedEvent
from apps.billing.queries.reports.ledger import CREDITED, EARNED, INVOICED, TAXED
from apps.billing.queries.reports.shape import Column, Kind, Report

KINDS = dict(RatedEvent.Kind.choices)
SIGN = "CASE WHEN d.kind = 'CREDIT_NOTE' THEN -{0} ELSE {0} END"
IN_PERIOD = """d.state = 'FINAL' AND d.issued_on BETWEEN %(since)s AND %(until)s
    [[account d.account_id]] [[currency d.currency]]"""
IN_ORDER = "d.issued_on, d.series_id, d.number"
MONTH = "SUBSTR(CAST(d.issued_on AS varchar(10)), 1, 7)"

OPEN = (
    Column("open_amount", Kind.MONEY, "i.open_amount", "Open", summed=True),
    Column("disputed_amount", Kind.MONEY, "i.disputed_amount", "Disputed", summed=True),
)
AMOUNTS = (
    Column("net_amount", Kind.MONEY, "d.net_amount", "Net", summed=True),
    Column("tax_amount", Kind.MONEY, "d.tax_amount", "Tax", summed=True),
    Column("total_amount", Kind.MONEY, "d.total_amount", "Total", summed=True),
)
WHOSE = (
    Column("account", Kind.TEXT, "a.name"),
    Column("currency", Kind.CODE, "d.currency"),
)
FROM = """billing_document d
    JOIN contracts_account a ON a.id = d.account_id
    LEFT JOIN billing_openitem i ON i.document_id = d.id"""

INVOICES = Report(
    key="invoices",
    title="Invoice register",
    about="Each final invoice of the period, with what of it is open today.",
    icon="receipt_long",
    columns=(
        Column("invoice", Kind.CODE, "d.reference"),
        Column("issued_on", Kind.DATE, "d.issued_on", "Issued"),
        Column("due_on", Kind.DATE, "d.due_on", "Due"),
        *WHOSE,
        *AMOUNTS,
        *OPEN,
    ),
    source=f"{FROM} WHERE d.kind = 'INVOICE' AND {IN_PERIOD}",
    order=IN_ORDER,
    control=("total_amount",),
    booked=INVOICED,
)
LINES = Report(
    key="lines",
    title="Invoice lines",
    about="Each line of the period's invoices and credit notes; a credit note's are negative.",
    icon="format_list_numbered",
    columns=(
        Column("document", Kind.CODE, "d.reference"),
        Column(
            "document_kind",
            Kind.CODE,
            "d.kind",
            "Kind",
            labels={"INVOICE": "Invoice", "CREDIT_NOTE": "Credit note"},
        ),
        Column("issued_on", Kind.DATE, "d.issued_on", "Issued"),
        *WHOSE,
        Column("line", Kind.WHOLE, "l.position"),
        Column("revenue", Kind.CODE, "l.kind", labels=KINDS),
        Column("title", Kind.TEXT, "l.title"),
        Column("clause", Kind.TEXT, "l.clause"),
        Column("starts_on", Kind.DATE, "l.starts_on", "From"),
        Column("ends_on", Kind.DATE, "l.ends_on", "To"),
        Column("net_amount", Kind.MONEY, SIGN.format("l.net_amount"), "Net", summed=True),
        Column("tax_code", Kind.CODE, "l.tax_code", "Tax"),
        Column("tax_percent", Kind.PERCENT, "l.tax_percent", "Tax %"),
    ),
    source=f"""billing_document d
        JOIN contracts_account a ON a.id = d.account_id
        JOIN billing_line l ON l.document_id = d.id
        WHERE {IN_PERIOD}""",
    order=f"{IN_ORDER}, l.position",
    control=("net_amount",),
    booked=EARNED,
)
CREDIT_NOTES = Report(
    key="credit-notes",
    title="Credit notes",
    about="Each final credit note of the period, and why it was given. Amounts are positive.",
    icon="undo",
    columns=(
        Column("credit_note", Kind.CODE, "d.reference"),
        Column("issued_on", Kind.DATE, "d.issued_on", "Issued"),
        *WHOSE,
        Column("corrects", Kind.CODE, "c.reference"),
        Column("reason", Kind.TEXT, "d.reason"),
        *AMOUNTS,
        Column("open_amount", Kind.MONEY, "i.open_amount", "Not used", summed=True),
    ),
    source=f"""{FROM} LEFT JOIN billing_document c ON c.id = d.corrects_id
        WHERE d.kind = 'CREDIT_NOTE' AND {IN_PERIOD}""",
    order=IN_ORDER,
    control=("total_amount",),
    booked=CREDITED,
)
REVENUE = Report(
    key="revenue",
    title="Revenue by kind",
    about="What was invoiced less what was credited, before tax, by month and kind.",
    icon="bar_chart",
    columns=(
        Column("month", Kind.CODE, MONTH),
        Column("kind", Kind.CODE, "l.kind", labels=KINDS),
        Column("currency", Kind.CODE, "d.currency"),
        Column("lines", Kind.WHOLE, "COUNT(*)"),
        Column("net_amount", Kind.MONEY, f"SUM({SIGN.format('l.net_amount')})", "Net", summed=True),
    ),
    source=f"""billing_document d JOIN billing_line l ON l.document_id = d.id
        WHERE {IN_PERIOD}""",
    grouped_by=f"{MONTH}, l.kind, d.currency",
    order=f"{MONTH}, l.kind, d.currency",
    control=("net_amount",),
    booked=EARNED,
)
TAX = Report(
    key="tax",
    title="Tax by category",
    about="Tax of the period's invoices less that of its credit notes, by category and rate.",
    icon="percent",
    columns=(
        Column("category", Kind.TEXT, "k.title"),
        Column("code", Kind.CODE, "t.code"),
        Column("percent", Kind.PERCENT, "t.percent", "%"),
        Column("currency", Kind.CODE, "d.currency"),
        Column("documents", Kind.WHOLE, "COUNT(*)"),
        Column("net_amount", Kind.MONEY, f"SUM({SIGN.format('t.net_amount')})", "Net", summed=True),
        Column("tax_amount", Kind.MONEY, f"SUM({SIGN.format('t.tax_amount')})", "Tax", summed=True),
    ),
    source=f"""billing_document d JOIN billing_taxtotal t ON t.document_id = d.id
        JOIN billing_taxcategory k ON k.id = t.category_id
        WHERE {IN_PERIOD}""",
    grouped_by="k.title, t.code, t.percent, d.currency",
    order="k.title, t.code, t.percent, d.currency",
    control=("tax_amount",),
    booked=TAXED,
)
