"""Files that accounting programs import: a line for each line of a document.

Xero takes credit notes in the same file, as negative amounts. QuickBooks Online takes no negative
invoice: its credit notes are a file of their own, with positive amounts. Each document goes to a
program once: what a batch has is left out of the next.

Clause: S-13.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any

from django.db.models import Count, Prefetch, QuerySet

from apps.billing.models import Document, ExportedDocument, ExportProfile, Line
from apps.billing.queries.reports.layouts import (
    QUICKBOOKS_COLUMNS,
    QUICKBOOKS_SUMS,
    XERO_COLUMNS,
    Coded,
    quickbooks,
    xero,
)
from apps.billing.queries.reports.ledger import CREDITED, INVOICED, OWED
from apps.billing.queries.reports.shape import Asked, Column, Kind, Report
from apps.billing.rules.money import ZERO, tax_on

INVOICE, CREDIT_NOTE = Document.Kind.INVOICE, Document.Kind.CREDIT_NOTE
Program = ExportProfile.Program


def new_documents(report: Report, asked: Asked) -> QuerySet[Document]:
    """Return the period's final documents that the program was not given yet, in their order."""
    given = ExportedDocument.objects.filter(profile=report.profile).values("document")
    rows = Document.objects.filter(
        state=Document.State.FINAL,
        kind__in=report.documents,
        issued_on__gte=asked.since,
        issued_on__lte=asked.until,
    ).exclude(pk__in=given)
    if asked.account_id is not None:
        rows = rows.filter(account=asked.account_id)
    if asked.currency:
        rows = rows.filter(currency=asked.currency)
    return rows.order_by("issued_on", "series_id", "number")


def of_one_file(report: Report, asked: Asked) -> list[int]:
    """Return the keys of the documents that go into the next file: no more than it may have."""
    profile = ExportProfile.objects.get(program=report.profile)
    chosen: list[int] = []
    lines = 0
    counted = new_documents(report, asked).annotate(count=Count("lines"))
    for pk, count in islice(counted.values_list("pk", "count"), profile.most_documents):
        lines += count
        if lines > profile.most_lines and chosen:
            break
        chosen.append(pk)
    return chosen


def rows_of_documents(report: Report, documents: Sequence[int]) -> Iterator[Sequence[Any]]:
    """Yield the lines of these documents, as the program wants them."""
    laid_out = LAYOUTS[report.key]
    for coded in _coded(report, documents):
        yield laid_out(coded)


def not_coded(report: Report, documents: Sequence[int]) -> list[str]:
    """Return what finance must name before these documents can be exported."""
    missing: dict[str, None] = {}
    for coded in _coded(report, documents):
        line = coded.line
        if not coded.revenue:
            missing[f"revenue of kind “{line.get_kind_display()}”"] = None
        if not coded.tax:
            missing[f"tax “{line.tax_category}” at {line.tax_percent.normalize():f} %"] = None
    return sorted(missing)


def _rows(key: str, asked: Asked) -> Iterator[Sequence[Any]]:
    report = PROFILES[key]
    return rows_of_documents(report, of_one_file(report, asked))


def _coded(report: Report, documents: Sequence[int]) -> Iterator[Coded]:
    profile = ExportProfile.objects.prefetch_related("revenues", "taxes").get(
        program=report.profile
    )
    revenues = {row.kind: row.code for row in profile.revenues.all()}
    taxes = {(row.category_id, row.percent): row.name for row in profile.taxes.all()}
    lines = Line.objects.select_related("tax_category").order_by("position")
    rows = (
        Document.objects.filter(pk__in=documents)
        .select_related("account", "corrects")
        .prefetch_related(Prefetch("lines", queryset=lines), "taxes")
        .order_by("issued_on", "series_id", "number")
    )
    for document in rows:
        for line, tax in _taxed(document):
            yield Coded(
                document=document,
                line=line,
                tax_amount=tax,
                revenue=revenues.get(line.kind, ""),
                tax=taxes.get((line.tax_category_id, line.tax_percent), ""),
                dates=profile.dates,
            )


def _taxed(document: Document) -> Iterator[tuple[Line, Decimal]]:
    """Yield each line with its share of the tax: the last of a rate has what rounding left."""
    left = {(row.category_id, row.percent): row.tax_amount for row in document.taxes.all()}
    lines = list(document.lines.all())
    counts: dict[tuple[int, Decimal], int] = defaultdict(int)
    for line in lines:
        counts[line.tax_category_id, line.tax_percent] += 1
    for line in lines:
        of = (line.tax_category_id, line.tax_percent)
        counts[of] -= 1
        share = left.get(of, ZERO) if not counts[of] else tax_on(line.net_amount, of[1])
        left[of] = left.get(of, ZERO) - share
        yield line, share


def _columns(names: str, *summed: str) -> tuple[Column, ...]:
    amounts = {*summed, "ItemRate"}
    return tuple(
        Column(
            name,
            Kind.MONEY if name in amounts else Kind.WHOLE if "Quantity" in name else Kind.TEXT,
            title=name.removeprefix("*"),
            summed=name in summed,
        )
        for name in names.split(",")
    )


LAYOUTS = {"xero": xero, "quickbooks": quickbooks, "quickbooks-credits": quickbooks}
PROFILES: Mapping[str, Report] = {
    "xero": Report(
        key="xero",
        title="Xero: invoices and credit notes",
        about="Xero's import of sales invoices: tick “tax exclusive”. Credit notes are negative.",
        group="Accounting",
        icon="upload_file",
        columns=_columns(XERO_COLUMNS, "*UnitAmount", "TaxAmount"),
        rows=partial(_rows, "xero"),
        control=("*UnitAmount", "TaxAmount"),
        booked=OWED,
        profile=Program.XERO,
        documents=(INVOICE, CREDIT_NOTE),
    ),
    "quickbooks": Report(
        key="quickbooks",
        title="QuickBooks: invoices",
        about="QuickBooks Online's import of invoices: choose “exclusive of tax”.",
        group="Accounting",
        icon="upload_file",
        columns=_columns(QUICKBOOKS_COLUMNS, *QUICKBOOKS_SUMS),
        rows=partial(_rows, "quickbooks"),
        control=QUICKBOOKS_SUMS,
        booked=INVOICED,
        profile=Program.QUICKBOOKS,
        documents=(INVOICE,),
    ),
    "quickbooks-credits": Report(
        key="quickbooks-credits",
        title="QuickBooks: credit notes",
        about="Credit notes as positive amounts, to be imported or entered as credit memos.",
        group="Accounting",
        icon="upload_file",
        columns=_columns(QUICKBOOKS_COLUMNS, *QUICKBOOKS_SUMS),
        rows=partial(_rows, "quickbooks-credits"),
        control=QUICKBOOKS_SUMS,
        booked=CREDITED,
        profile=Program.QUICKBOOKS,
        documents=(CREDIT_NOTE,),
    ),
}
