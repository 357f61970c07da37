"""Invoices and credit notes as PDF: final ones as they were issued, drafts with a mark.

What people wrote goes to typst as data, never as markup; the template lies in ``templates/typst``
and uses the fonts that come with typst. The same final document gives the same bytes.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from apps.billing.models import Document, Line, TaxTotal
from apps.billing.queries.printed import Printed, printed_now
from apps.billing.wording import day, days, figure, money, share

TEMPLATE = "invoice.typ"


def document_pdf(document: Document) -> bytes:
    """Return a document as its buyer gets it; a draft as it would be now, and marked.

    Clause: V-3.4.6, S-13.
    """
    return typst.compile(
        str(_folder() / TEMPLATE),
        root=str(_folder()),
        format="pdf",
        font_paths=_fonts(),
        sys_inputs={"document": json.dumps(facts_of(document))},
    )


def file_name(document: Document) -> str:
    """Return what the file is called: a series' prefix may hold what a name may not."""
    kind = "credit-note" if document.kind == Document.Kind.CREDIT_NOTE else "invoice"
    named = re.sub(r"[^A-Za-z0-9-]+", "-", document.reference or f"draft-{document.pk}")
    return f"{kind}-{named}.pdf"


def facts_of(document: Document) -> dict[str, Any]:
    """Return what the template is told, in words."""
    printed = printed_now(document)
    is_credit = document.kind == Document.Kind.CREDIT_NOTE
    parties, terms = printed.parties, printed.terms
    lines = list(document.lines.order_by("position"))
    totals = list(document.taxes.select_related("category").order_by("pk"))
    issued = document.issued_on
    return {
        "language": terms.get("language", "en"),
        "title": "Credit note" if is_credit else "Invoice",
        "reference": document.reference or "Draft",
        "is_draft": document.state == Document.State.DRAFT,
        "issued": [issued.year, issued.month, issued.day] if issued else None,
        "seller": _party(parties["seller"]),
        "buyer": _party(parties["buyer"]),
        "facts": list(_facts(document, printed)),
        "reason": document.reason,
        "currency": document.currency,
        "lines": [_line(line) for line in lines],
        "net": figure(document.net_amount),
        "taxes": [_tax(total) for total in totals],
        "total": money(document.total_amount, document.currency),
        "pay": _pay(document, parties["seller"]),
        "notes": _notes(terms.get("notes", []), totals, document),
        "foot": _rows(parties["seller"].get("note", "")),
    }


def _party(party: Mapping[str, str]) -> dict[str, Any]:
    number = party.get("tax_number", "")
    return {
        "name": party.get("name", ""),
        "rows": [*_rows(party.get("address", "")), *filter(None, [party.get("country", "")])],
        "tax_number": f"Tax number {number}" if number else "",
        "email": party.get("email", ""),
    }


def _facts(document: Document, printed: Printed) -> Iterator[list[str]]:
    is_credit = document.kind == Document.Kind.CREDIT_NOTE
    is_owed = bool(not is_credit and document.total_amount)
    orders = printed.terms.get("orders", [])
    days_to_pay = printed.terms.get("payment_days")
    rows = [
        ("Number", document.reference or "Not numbered yet"),
        ("Date", day(document.issued_on) or "Not issued yet"),
        ("Due", day(document.due_on) if is_owed else ""),
        ("Terms", f"{days_to_pay} days" if is_owed and days_to_pay is not None else ""),
        ("Period", days(document.starts_on, document.ends_on)),
        ("Corrects", ", ".join(printed.terms.get("corrects", []))),
        ("Your reference", printed.parties["buyer"].get("reference", "")),
        ("Order", ", ".join(each["number"] for each in orders)),
        ("Plan", ", ".join(dict.fromkeys(each["plan"] for each in orders))),
        (
            "Policy",
            ", ".join(dict.fromkeys(f"{each['policy']} v{each['version']}" for each in orders)),
        ),
    ]
    yield from ([name, words] for name, words in rows if words)


def _line(line: Line) -> dict[str, str]:
    return {
        "position": str(line.position),
        "title": line.title,
        "about": ", ".join(filter(None, [days(line.starts_on, line.ends_on), line.clause])),
        "tax": share(line.tax_percent),
        "amount": figure(line.net_amount),
    }


def _tax(total: TaxTotal) -> dict[str, str]:
    return {
        "title": f"{total.category.title}, {share(total.percent)}",
        "net": figure(total.net_amount),
        "amount": figure(total.tax_amount),
    }


def _pay(document: Document, seller: Mapping[str, str]) -> dict[str, Any] | None:
    if document.kind == Document.Kind.CREDIT_NOTE or not document.total_amount:
        return None
    return {
        "amount": money(document.total_amount, document.currency),
        "due": day(document.due_on),
        "reference": document.reference or "",
        "details": _rows(seller.get("bank_details", "")),
    }


def _notes(
    notes: Sequence[Mapping[str, str]], totals: Sequence[TaxTotal], document: Document
) -> list[str]:
    if document.state == Document.State.DRAFT:
        return list(dict.fromkeys(total.note for total in totals if total.note))
    return list(dict.fromkeys(each["note"] for each in notes))


def _rows(text: str) -> list[str]:
    return [row for row in (row.strip() for row in text.splitlines()) if row]


def _folder() -> Path:
    return settings.BASE_DIR / "templates" / "typst"


@cache
def _fonts() -> typst.Fonts:
    """Return the fonts, looked for once: those of typst, and the system's for what they lack."""
    return typst.Fonts()
