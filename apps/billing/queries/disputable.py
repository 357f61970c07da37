"""How much of an invoice's line may still be disputed."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal

from apps.billing.models import BillingDispute, Line
from apps.billing.rules.money import ZERO


def disputable_of(lines: Collection[Line]) -> Mapping[int, Decimal]:
    """Return line -> its net, less what credit notes took back and what is under dispute.

    Clause: S-12, R-5.
    """
    keys = [line.pk for line in lines]
    taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
    credits = Line.objects.filter(credits__in=keys).order_by()
    for key, amount in credits.values_list("credits", "net_amount"):
        taken[key or 0] += amount
    disputes = BillingDispute.objects.filter(line__in=keys, state__in=BillingDispute.OPEN)
    for key, amount in disputes.order_by().values_list("line", "amount"):
        taken[key] += amount
    return {line.pk: max(line.net_amount - taken[line.pk], ZERO) for line in lines}
