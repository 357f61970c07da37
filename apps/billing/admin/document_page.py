"""What the page of an invoice or a credit note shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch

from apps.billing.models import Allocation, Charge, Document, Line, OpenItem
from apps.billing.queries.credited import credited_of, left_to_take_back
from apps.billing.queries.printed import printed_now
from apps.billing.rules.money import ZERO
from apps.contracts.queries.catalogue import catalogue
from apps.tickets.admin.explained import Cited, explained

SHOWN = 100  # lines on a page
Sentences = Sequence[tuple[str, Sequence[Cited]]]


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line, why it costs what it does, and what of it was taken back."""

    line: Line
    steps: Sequence[tuple[Charge | None, Sentences]]
    credited: Decimal
    left: Decimal  # that can still be credited of it


def page_of(
    document: Document, *, number: str, zone: str, today: date, dated_on: date
) -> dict[str, Any]:
    """Return the page's context. ``number`` is that of the page of lines; ``zone`` the reader's.

    ``today`` is the account's, ``dated_on`` the seller's.
    """
    is_final = document.state == Document.State.FINAL
    printed = printed_now(document)
    item = OpenItem.objects.filter(document=document).first() if is_final else None
    rows = _lines(document, number)
    return {
        "document": document,
        "is_final": is_final,
        "is_invoice": document.kind == Document.Kind.INVOICE,
        "parties": printed.parties,
        "terms": printed.terms,
        "rows": rows,
        "lines": _shown(list(rows.object_list), zone=zone, is_final=is_final),
        "taxes": document.taxes.select_related("category"),
        "item": item,
        "is_overdue": bool(item and item.due_on and item.open_amount and item.due_on < today),
        "allocations": _allocations(item) if item else [],
        "credit_notes": document.credit_notes.order_by("pk") if is_final else [],
        "today": today.isoformat(),
        "dated_on": dated_on.isoformat(),
        "through": (document.run.through_on if document.run else today).isoformat(),
        "has_charges": not is_final and Charge.objects.filter(line__document=document).exists(),
    }


def _lines(document: Document, number: str) -> Page:
    charges = Charge.objects.order_by("number")
    rows = document.lines.select_related("event", "credits__document", "tax_category")
    ready = rows.prefetch_related(Prefetch("charges", queryset=charges)).order_by("position")
    return Paginator(ready, SHOWN).get_page(number)


def _shown(lines: Sequence[Line], *, zone: str, is_final: bool) -> list[LineShown]:
    credited = credited_of([line.pk for line in lines])
    left = left_to_take_back(lines, credited) if is_final else {}
    return [
        LineShown(
            line,
            list(_steps(line, zone=zone)),
            credited.get(line.pk, ZERO),
            left.get(line.pk, ZERO),
        )
        for line in lines
    ]


def _steps(line: Line, *, zone: str) -> Iterator[tuple[Charge | None, Sentences]]:
    """Yield why: of the line itself, then of each charge that it bills."""
    version = line.event.version_id if line.event else None
    clauses = catalogue(version).clauses if version else {}
    if line.explanation:
        yield None, explained(line.explanation, zone=zone, clauses=clauses)
    for charge in line.charges.all():
        yield charge, explained(charge.explanation, zone=zone, clauses=clauses)


def _allocations(item: OpenItem) -> Sequence[Allocation]:
    own = Allocation.objects.filter(credit=item) | Allocation.objects.filter(debit=item)
    related = ("credit__document", "credit__payment", "debit__document", "debit__payment")
    return list(own.select_related(*related, "by").order_by("pk"))
