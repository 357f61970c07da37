"""What tax categories cost on a day."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

from apps.billing.models import TaxRate
from apps.billing.rules.invoicing import rate_on


def rates_on(categories: Collection[int], *, on: date) -> Mapping[int, Decimal]:
    """Return category -> its percentage on a day; a category that has none then is left out.

    Clause: V-3.4.6.
    """
    rows: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    found = TaxRate.objects.filter(category__in=categories, from_on__lte=on)
    for category, from_on, percent in found.values_list("category", "from_on", "percent"):
        rows[category].append((from_on, percent))
    percents = {category: rate_on(rates, on) for category, rates in rows.items()}
    return {category: percent for category, percent in percents.items() if percent is not None}
