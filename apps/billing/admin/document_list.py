"""What stands above and beside the list of documents: what they come to, and looks at them."""

from collections.abc import Iterable
from decimal import Decimal

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from apps.billing.models import Document

MOST_SUMMED = 10_000  # documents of a list whose sums are shown
State, Kind = Document.State, Document.Kind


class LookFilter(admin.SimpleListFilter):
    """What finance looks for."""

    title = "look"
    parameter_name = "look"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return [
            ("drafts", "Drafts"),
            ("open", "Open"),
            ("overdue", "Overdue"),
            ("settled", "Settled"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        still_open = queryset.filter(item__open_amount__gt=0)
        looks = {
            "drafts": queryset.filter(state=State.DRAFT),
            "open": still_open,
            "overdue": still_open.filter(kind=Kind.INVOICE, due_on__lt=timezone.localdate()),
            "settled": queryset.filter(item__open_amount=0),
        }
        return looks.get(self.value() or "", queryset)


def sums_of(
    rows: QuerySet[Document],
) -> tuple[list[tuple[str, str, Decimal, Decimal, Decimal]], bool]:
    """Return (currency, kind, net, tax, total) of documents, and whether that is all of them."""
    columns = rows.order_by().values_list("currency", "kind", "net_amount", "tax_amount")
    found = list(columns[: MOST_SUMMED + 1])
    sums: dict[tuple[str, str], list[Decimal]] = {}
    # Summed here: SQLite would add up floats.
    for currency, kind, net, tax in found[:MOST_SUMMED]:
        held = sums.setdefault((currency, kind), [Decimal(0), Decimal(0)])
        held[0] += net
        held[1] += tax
    told = [
        (currency, Kind(kind).label.lower(), net, tax, net + tax)
        for (currency, kind), (net, tax) in sorted(sums.items())
    ]
    return told, len(found) <= MOST_SUMMED
