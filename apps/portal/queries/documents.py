"""Invoices and credit notes as their buyer sees them: final ones only.

Clause: V-3.4.6, S-12.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from apps.billing.models import (
    Allocation,
    BillingDispute,
    Charge,
    Document,
    Line,
    OpenItem,
    TaxTotal,
)
from apps.billing.queries.disputable import disputable_of
from apps.billing.queries.issued import lines_of, state_of
from apps.billing.rules.money import ZERO
from apps.contracts.models import Account
from apps.portal.queries.whys import Step, Titles, steps_of, titles_of

LINES = 100  # on a page
SETTLED = 100  # of what settled it
Side = OpenItem.Side


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line, why it costs what it does (the line itself, then each charge), what is disputed.

    ``left_amount`` can still be disputed of it, before tax.
    """

    line: Line
    whys: Sequence[tuple[Charge | None, Sequence[Step]]]
    left_amount: Decimal
    disputes: Sequence[BillingDispute]


@dataclass(frozen=True, slots=True)
class Shown:
    """A document with all that its page says. ``next_line`` None: no page of lines follows."""

    document: Document
    item: OpenItem | None
    state: str
    lines: Sequence[LineShown]
    next_line: int | None
    taxes: Sequence[TaxTotal]
    settled: Sequence[Allocation]
    credit_notes: Sequence[Document]


def open_items(account: Account, side: str) -> QuerySet[OpenItem]:
    """Return what the account still owes, or has left as credit, with what it is of."""
    rows = OpenItem.objects.filter(account=account, side=side, open_amount__gt=0)
    related = rows.select_related("document", "payment")
    return related.defer("document__parties", "document__terms")


def shown(document: Document, *, from_line: int, today: date, zone: str) -> Shown:
    """Return what the page of a document says. ``zone`` is the reader's; lines begin at a position.

    Clause: V-3.4.6, S-12, S-13.
    """
    item = getattr(document, "item", None)
    rows = lines_of(document, from_line=from_line, limit=LINES + 1)
    return Shown(
        document=document,
        item=item,
        state=state_of(item, today=today),
        lines=_with_whys(document, rows[:LINES], zone),
        next_line=rows[LINES].position if len(rows) > LINES else None,
        taxes=list(document.taxes.select_related("category").order_by("pk")),
        settled=_settled(item) if item else [],
        credit_notes=_credit_notes(document),
    )


def _with_whys(document: Document, lines: Sequence[Line], zone: str) -> list[LineShown]:
    is_invoice = document.kind == Document.Kind.INVOICE
    left: Mapping[int, Decimal] = disputable_of(lines) if is_invoice else {}
    disputes: dict[int, list[BillingDispute]] = defaultdict(list)
    if is_invoice:
        for row in BillingDispute.objects.filter(document=document).order_by("pk"):
            disputes[row.line_id].append(row)
    titles = titles_of([line.event.version_id for line in lines if line.event])
    return [
        LineShown(
            line=line,
            whys=_whys(line, titles[line.event.version_id] if line.event else {}, zone),
            left_amount=left.get(line.pk, ZERO),
            disputes=disputes[line.pk],
        )
        for line in lines
    ]


def _whys(line: Line, titles: Titles, zone: str) -> list[tuple[Charge | None, Sequence[Step]]]:
    own: list[tuple[Charge | None, Any]] = [(None, line.explanation)] if line.explanation else []
    charged = [(charge, charge.explanation) for charge in line.charges.all()]
    return [
        (charge, steps_of(steps, zone=zone, titles=titles)) for charge, steps in [*own, *charged]
    ]


def _settled(item: OpenItem) -> list[Allocation]:
    """Return what settled it, or what it settled, with what was taken back again."""
    side = "debit" if item.side == Side.DEBIT else "credit"
    related = ("credit__document", "credit__payment", "debit__document", "debit__payment")
    rows = Allocation.objects.filter(**{side: item}).select_related(*related)
    bulky = [f"{each}__document__{name}" for each in ("credit", "debit") for name in BULKY]
    return list(rows.defer(*bulky).order_by("dated_on", "pk")[:SETTLED])


def _credit_notes(document: Document) -> list[Document]:
    if document.kind == Document.Kind.CREDIT_NOTE:
        return []
    rows = document.credit_notes.filter(state=Document.State.FINAL).order_by("pk")
    return list(rows.defer(*BULKY)[:SETTLED])


BULKY = ("parties", "terms")
