"""What of invoices' lines was taken back by credit notes, and what of them is left."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.billing.models import Charge, Document, Line
from apps.billing.rules.money import ZERO

Taxing = tuple[int, int, Decimal]  # invoice, category, percent
FINAL = Q(document__state=Document.State.FINAL)
# A difference that was charged: its charges are on the first of its event's lines there. What a
# person took back has none.
IS_CHARGED = Exists(
    Charge.objects.filter(line__document=OuterRef("document"), event=OuterRef("event"))
)


def credited_of(lines: Collection[int]) -> Mapping[int, Decimal]:
    """Return line -> what credit notes take back of its net, drafts too.

    Clause: V-3.4.6, S-13.
    """
    return _taken(Line.objects.filter(credits__in=lines))


def taken_of(lines: Collection[int]) -> Mapping[int, Decimal]:
    """Return the same without drafts by hand: those are looked at when they are made final.

    Clause: V-3.4.6, S-13, R-8.
    """
    return _taken(Line.objects.filter(FINAL | IS_CHARGED, credits__in=lines))


def _taken(rows: QuerySet[Line]) -> Mapping[int, Decimal]:
    taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
    # Summed here: SQLite would add up floats.
    for line, net in rows.order_by().values_list("credits", "net_amount"):
        taken[line or 0] += net
    return taken


def credited_sums(invoices: Collection[int]) -> Mapping[Taxing, Decimal]:
    """Return (invoice, category, percent) -> what final credit notes took back of that net.

    Clause: V-3.4.6, S-13.
    """
    sums: dict[Taxing, Decimal] = defaultdict(lambda: ZERO)
    rows = Line.objects.filter(FINAL, credits__document__in=invoices).order_by()
    columns = ("credits__document", "tax_category", "tax_percent", "net_amount")
    for invoice, category, percent, net in rows.values_list(*columns):
        sums[invoice, category, percent] += net
    return sums


def credited_by_hand(events: Collection[int]) -> Mapping[int, Decimal]:
    """Return event -> what final credit notes by hand took back of its net.

    Those of a run are differences that were charged.

    Clause: R-8, S-4.
    """
    taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
    rows = Line.objects.filter(
        FINAL,
        ~IS_CHARGED,
        event__in=events,
        credits__isnull=False,
        document__kind=Document.Kind.CREDIT_NOTE,
    ).order_by()
    for event, net in rows.values_list("event", "net_amount"):
        taken[event or 0] += net
    return taken


def left_of_events(events: Collection[int]) -> Mapping[int, Decimal]:
    """Return event -> what is charged of it now, less what credit notes by hand gave back.

    A difference that was charged and stands on no document yet counts: it goes back, too.

    Clause: R-8, S-4.
    """
    left: dict[int, Decimal] = defaultdict(lambda: ZERO)
    rows = Charge.objects.filter(event__in=events).order_by()
    for event, amount, waived in rows.values_list("event", "amount", "waived_amount"):
        left[event] += amount - waived
    for event, net in credited_by_hand(events).items():
        left[event] -= net
    return left


def left_to_take_back(lines: Collection[Line], taken: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """Return line -> what can still be taken back of it by hand; 0 where nothing can.

    ``taken``: line -> what was taken back already. No more than is left of the line, nor than is
    charged of its event now: what was rated to less goes back by itself. A line below nought, as on
    old invoices, is taken back by an amount below nought.

    Clause: V-3.4.6, S-13, R-8.
    """
    events = {line.event_id for line in lines if line.event_id is not None and line.net_amount > 0}
    charged = left_of_events(events) if events else {}
    left = {}
    for line in lines:
        own = line.net_amount - taken.get(line.pk, ZERO)
        if line.event_id is not None and line.event_id in charged:
            own = max(min(own, charged[line.event_id]), ZERO)
        left[line.pk] = own
    return left
