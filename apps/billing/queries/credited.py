"""What of invoices' lines was taken back by credit notes."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal

from apps.billing.models import Document, Line
from apps.billing.rules.money import ZERO

Taxing = tuple[int, int, Decimal]  # invoice, category, percent


def credited_of(lines: Collection[int]) -> Mapping[int, Decimal]:
    """Return line -> what credit notes take back of its net, drafts too.

    Clause: V-3.4.6, S-13.
    """
    taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
    rows = Line.objects.filter(credits__in=lines).order_by()
    for line, net in rows.values_list("credits", "net_amount"):
        taken[line or 0] += net
    return taken


def credited_sums(invoices: Collection[int]) -> Mapping[Taxing, Decimal]:
    """Return (invoice, category, percent) -> what final credit notes took back of that net.

    Clause: V-3.4.6, S-13.
    """
    sums: dict[Taxing, Decimal] = defaultdict(lambda: ZERO)
    rows = Line.objects.filter(
        credits__document__in=invoices, document__state=Document.State.FINAL
    ).order_by()
    columns = ("credits__document", "tax_category", "tax_percent", "net_amount")
    for invoice, category, percent, net in rows.values_list(*columns):
        sums[invoice, category, percent] += net
    return sums
