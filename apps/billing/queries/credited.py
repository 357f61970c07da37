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


def credited_by_hand(events: Collection[int]) -> Mapping[int, Decimal]:
    """Return event -> what final credit notes by hand took back of its net.

    Their lines carry no charges; those of a run do, and are differences that were charged.

    Clause: R-8, S-4.
    """
    taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
    rows = Line.objects.filter(
        event__in=events,
        credits__isnull=False,
        charges__isnull=True,
        document__kind=Document.Kind.CREDIT_NOTE,
        document__state=Document.State.FINAL,
    ).order_by()
    # Summed here: SQLite would add up floats.
    for event, net in rows.values_list("event", "net_amount"):
        taken[event or 0] += net
    return taken
