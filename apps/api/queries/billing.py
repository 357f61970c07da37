"""Invoices and charges as a program reads them.

Clause: V-3.4.6, S-12, S-13, R-8.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from apps.api.queries.tickets import steps_in
from apps.billing.models import Charge, Document, Line
from apps.billing.queries.issued import lines_of, state_of
from apps.billing.rules.money import ZERO

LINES = 100  # on a page


def shaped(document: Document, *, today: date) -> dict[str, Any]:
    """Return a document as a list has it."""
    item = getattr(document, "item", None)
    names = (
        *("reference", "kind", "issued_on", "due_on", "currency"),
        *("net_amount", "tax_amount", "total_amount"),
    )
    return {name: getattr(document, name) for name in names} | {
        "state": state_of(item, today=today),
        "open_amount": item.open_amount if item else ZERO,
        "disputed_amount": item.disputed_amount if item else ZERO,
    }


def whole(document: Document, *, from_line: int, today: date, zone: str) -> dict[str, Any]:
    """Return a document with a page of lines, and why each costs what it does. Three queries.

    ``zone`` is that in which instants are told.
    """
    found = lines_of(document, from_line=from_line, limit=LINES + 1)
    taxes = ("code", "percent", "net_amount", "tax_amount", "note")
    return shaped(document, today=today) | {
        "lines": [_line(line, zone) for line in found[:LINES]],
        "next_line": found[LINES].position if len(found) > LINES else None,
        "taxes": list(document.taxes.order_by("pk").values(*taxes)),
    }


def charged(charges: list[Charge], zone: str) -> Iterator[dict[str, Any]]:
    """Yield charges, each with its event, as a list has them."""
    for charge in charges:
        event = charge.event
        yield {
            "title": event.title,
            "clause": event.clause,
            "incurred_on": charge.incurred_on,
            "currency": charge.currency,
            **_charged(charge, zone),
        }


def _line(line: Line, zone: str) -> dict[str, Any]:
    names = ("position", "title", "clause", "starts_on", "ends_on", "net_amount", "tax_percent")
    return {name: getattr(line, name) for name in names} | {
        "why": steps_in(line.explanation, zone),
        "charges": [_charged(charge, zone) for charge in line.charges.all()],
    }


def _charged(charge: Charge, zone: str) -> dict[str, Any]:
    return {
        "net_amount": charge.amount - charge.waived_amount,
        "why": steps_in(charge.explanation, zone),
    }
