"""Final documents as their buyer may read them: on a page, or by a program.

Clause: V-3.4.6, S-12.
"""

from collections.abc import Collection
from datetime import date

from django.db.models import Prefetch, QuerySet

from apps.billing.models import Charge, Document, Line, OpenItem
from apps.contracts.models import Account


def final_documents(account: Account) -> QuerySet[Document]:
    """Return the account's final documents with what is open of them."""
    rows = Document.objects.filter(account=account, state=Document.State.FINAL)
    return rows.select_related("item").defer("parties", "terms")


def document_called(reference: str, *, accounts: Collection[Account]) -> Document | None:
    """Return the final document of that number, if it is one of these accounts'."""
    if "\0" in reference:
        return None  # PostgreSQL keeps no text with it, and does not look for it
    rows = Document.objects.filter(state=Document.State.FINAL, account__in=accounts)
    return rows.select_related("account", "item").filter(reference=reference).first()


def state_of(item: OpenItem | None, *, today: date) -> str:
    """Return where a document or payment stands: SETTLED, OVERDUE, DISPUTED, OPEN; USED, CREDIT.

    Clause: S-12, R-4, R-5.
    """
    if item is None or not item.open_amount:
        return "USED" if item and item.side == OpenItem.Side.CREDIT else "SETTLED"
    if item.side == OpenItem.Side.CREDIT:
        return "CREDIT"
    counts = item.open_amount > item.disputed_amount
    if counts and item.due_on is not None and item.due_on < today:
        return "OVERDUE"
    return "OPEN" if counts else "DISPUTED"


def lines_of(document: Document, *, from_line: int, limit: int) -> list[Line]:
    """Return so many lines from a position on, each with its event and charges. Two queries."""
    charges = Charge.objects.order_by("number")
    rows = document.lines.filter(position__gte=from_line).order_by("position")
    ready = rows.select_related("event", "credits__document")
    ready = ready.defer("credits__document__parties", "credits__document__terms")
    return list(ready.prefetch_related(Prefetch("charges", queryset=charges))[:limit])
