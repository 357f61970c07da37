"""How much of what is open on an invoice is under dispute.

Clause: S-12, R-5.
"""

from decimal import Decimal

from apps.billing.models import BillingDispute, OpenItem
from apps.billing.rules.money import ZERO


def recount_disputed(*, item: OpenItem) -> Decimal:
    """Set what of a debit is disputed: the sum of its open disputes, no more than is open.

    The caller holds the account.

    Clause: S-12, R-5.
    """
    rows = OpenItem.objects.select_for_update().filter(pk=item.pk)
    now = rows.get()
    open_ones = BillingDispute.objects.filter(
        document=now.document_id, document__isnull=False, state__in=BillingDispute.OPEN
    )
    total = sum(open_ones.values_list("total_amount", flat=True), ZERO)
    disputed = min(total, now.open_amount)
    rows.exclude(disputed_amount=disputed).update(disputed_amount=disputed)
    return disputed
