"""What was paid on promises to pay, in their time."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db.models import Q

from apps.billing.models import Exemption, Payment
from apps.billing.rules.money import ZERO

Kind = Payment.Kind


def paid_on(promises: Mapping[Exemption, date]) -> dict[tuple[int, str], Decimal]:
    """Return (account, currency) -> what it paid from its promise until that one's last day.

    That is what was received from the promise's own day on, which ``promises`` says in the policy's
    zone, and recorded after it; less what was given back. What bounced was not paid.

    Clause: S-12, R-12.
    """
    paid: dict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
    if not promises:
        return paid
    in_time = (
        Q(
            account=row.account_id,
            recorded_at__gte=row.made_at,
            received_on__range=(first_on, row.until_on),
        )
        for row, first_on in promises.items()
    )
    rows = Payment.objects.filter(reduce(or_, in_time), reversed_by__isnull=True)
    rows = rows.exclude(kind=Kind.REVERSAL).order_by()
    for account, currency, kind, amount in rows.values_list(
        "account_id", "currency", "kind", "amount"
    ):
        paid[account, currency] += amount if kind == Kind.RECEIPT else -amount
    return paid
