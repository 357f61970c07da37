"""Which lines of invoices are taken back where less is due of their events than was billed.

Clause: V-3.4.6, S-13, R-8.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from apps.billing.models import Charge, Document, Line, TaxCategory
from apps.billing.queries.credited import taken_of
from apps.billing.rules.money import ZERO


@dataclass(frozen=True, slots=True)
class Back:
    """So much goes back: of a line of an invoice, if it has as much left, and taxed as that was."""

    amount: Decimal
    line: Line | None
    category: TaxCategory
    code: str
    percent: Decimal


def lines_taken_back(amounts: Mapping[int, Decimal]) -> Mapping[int, list[Back]]:
    """Return event -> the lines of final invoices that so much of it takes back, the latest first.

    Where they have not as much left, the rest names no line, and is taxed as the latest. An event
    that was never invoiced is left out.

    Clause: V-3.4.6, S-13, R-8.
    """
    rows = Line.objects.filter(
        event__in=amounts,
        document__state=Document.State.FINAL,
        document__kind=Document.Kind.INVOICE,
        net_amount__gt=0,
    ).select_related("tax_category")
    lines: dict[int, list[Line]] = defaultdict(list)
    for line in rows.order_by("-pk"):
        lines[line.event_id or 0].append(line)
    taken = taken_of([line.pk for several in lines.values() for line in several])
    return {event: _parts(several, amounts[event], taken) for event, several in lines.items()}


def _parts(lines: list[Line], wanted: Decimal, taken: Mapping[int, Decimal]) -> list[Back]:
    parts = []
    for line in lines:
        part = min(wanted, line.net_amount - taken.get(line.pk, ZERO))
        if part > 0:
            parts.append(_back(line, part))
            wanted -= part
    return [*parts, _back(lines[0], wanted, is_named=False)] if wanted else parts


def _back(line: Line, amount: Decimal, *, is_named: bool = True) -> Back:
    named = line if is_named else None
    return Back(amount, named, line.tax_category, line.tax_code, line.tax_percent)


def on_drafts(events: Collection[int]) -> set[int]:
    """Return those events that a draft of an invoice bills.

    What goes back of them waits: the draft may be made anew, or be final first.

    Clause: R-8, S-13.
    """
    rows = Charge.objects.filter(
        event__in=events,
        state=Charge.State.BILLED,
        line__document__state=Document.State.DRAFT,
        line__document__kind=Document.Kind.INVOICE,
    )
    return set(rows.order_by().values_list("event", flat=True))
