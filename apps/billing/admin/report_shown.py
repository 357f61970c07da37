"""What the page of a report shows."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from apps.billing.queries.reports import Asked, Column, Kind, Report
from apps.billing.queries.reports.ledger import booked
from apps.billing.queries.reports.reading import (
    Totals,
    controlled,
    first_rows,
    reading_from,
    rows_of,
    summed,
    totals_of,
)
from apps.billing.services import exporting

LISTED = 100


def found(report: Report, asked: Asked) -> dict[str, Any]:
    """Return what the page of a report shows: the first rows, the sums, what the ledger has."""
    using = reading_from()
    if report.rows is not None:
        # What Python reads is read once, and is little.
        every = list(rows_of(report, asked))
        totals, rows = summed(report, every), every[:LISTED]
    else:
        totals = totals_of(report, asked, using=using)
        rows = first_rows(report, asked, most=LISTED, using=using)
    # A program's own layout has columns that we have nothing for: the file has them, empty.
    seen = [
        place
        for place in range(len(report.columns))
        if not report.profile or any(row[place] not in (None, "") for row in rows)
    ]
    return {
        "columns": [report.columns[place] for place in seen],
        "rows": [
            [(report.columns[at], shown(report.columns[at], row[at])) for at in seen]
            for row in rows
        ],
        "count": totals.row_count,
        "listed": LISTED,
        "sums": list(_sums(report, totals)),
        "check": _check(report, asked, totals),
        "new": exporting.left_over(report, asked) if report.profile else None,
    }


def _sums(report: Report, totals: Totals) -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
    headings = {column.name: column for column in report.columns}
    for currency, of in totals.sums.items():
        named = [(headings[name].heading, shown(headings[name], of.get(name))) for name in of]
        if named:
            yield currency, named


def _check(report: Report, asked: Asked, totals: Totals) -> Mapping[str, Any] | None:
    """Return whether the ledger has the same; None: it knows no such figure."""
    if report.booked is None or report.profile:
        return None
    theirs, ours = booked(report.booked, asked), controlled(report, totals)
    return {"agrees": dict(theirs) == ours, "theirs": theirs}


def shown(column: Column, value: Any) -> str:
    """Return a value as people read it."""
    if value is None or value == "":
        return ""
    if isinstance(value, Decimal):
        return f"{value:,.2f}" if column.kind == Kind.MONEY else f"{value.normalize():,f}"
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, int):
        # The number of a ticket is no amount.
        return f"{value:,}" if column.name != "ticket" else str(value)
    return column.labels.get(value, str(value))
