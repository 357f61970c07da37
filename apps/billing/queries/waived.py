"""What clients were let off of events."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal

from apps.billing.models import Waiver
from apps.billing.rules.money import ZERO


def approved_of(events: Collection[int]) -> Mapping[int, Decimal]:
    """Return event -> what its approved waivers come to.

    Clause: R-8, S-13.
    """
    approved: dict[int, Decimal] = defaultdict(lambda: ZERO)
    rows = Waiver.objects.filter(charge__event__in=events).order_by()
    # Summed here: SQLite would add up floats.
    for event, amount in rows.values_list("charge__event", "amount"):
        approved[event] += amount
    return approved
