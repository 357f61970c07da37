"""Which lines of invoices a credit note of the run takes back.

Clause: V-3.4.6, S-13, R-8.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from apps.billing.models import Document, Line
from apps.billing.queries.credited import credited_of


@dataclass(frozen=True, slots=True)
class Back:
    """What a line takes back: an earlier line if one has as much left, and how it is taxed."""

    line_id: int | None
    category_id: int
    code: str
    percent: Decimal
    document_id: int | None = None


def lines_taken_back(amounts: Mapping[int, Decimal]) -> Mapping[int, Back]:
    """Return event -> the line of a final invoice that so much of it takes back.

    It is the latest that has as much left. Where none has, no line is named; the tax is that of the
    latest all the same. An event that was never invoiced is left out.

    Clause: V-3.4.6, S-13, R-8.
    """
    rows = list(
        Line.objects.filter(
            event__in=[event for event, amount in amounts.items() if amount > 0],
            document__state=Document.State.FINAL,
            document__kind=Document.Kind.INVOICE,
            net_amount__gt=0,
        ).order_by("-pk")
    )
    credited = credited_of([line.pk for line in rows])
    found: dict[int, Back] = {}
    for line in rows:
        event = line.event_id or 0
        named = found.get(event)
        if named is not None and named.line_id is not None:
            continue
        has_left = line.net_amount - credited.get(line.pk, Decimal(0)) >= amounts[event]
        if named is None or has_left:
            found[event] = Back(
                line.pk if has_left else None,
                line.tax_category_id,
                line.tax_code,
                line.tax_percent,
                line.document_id,
            )
    return found
