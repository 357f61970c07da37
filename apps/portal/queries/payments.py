"""What an account paid, and what of it settles which invoice.

Clause: V-3.4.6, S-12.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from apps.billing.models import Allocation, OpenItem, Payment
from apps.contracts.models import Account
from apps.portal.queries.keyset import Page, page_of

PAID = 25  # on a page


@dataclass(frozen=True, slots=True)
class PaymentShown:
    """A payment, what of it is left or still owed, and the invoices that it settles."""

    payment: Payment
    item: OpenItem | None
    settles: Sequence[Allocation]


def payments_of(account: Account, *, after: str) -> tuple[Page, Sequence[PaymentShown]]:
    """Return a page of the account's payments, the latest first.

    Clause: V-3.4.6.
    """
    given = Allocation.objects.filter(reverses=None, reversed_by=None).select_related(
        "debit__document"
    )
    given = given.defer("debit__document__parties", "debit__document__terms").order_by("pk")
    rows = Payment.objects.filter(account=account).select_related("item", "reverses")
    ready = rows.prefetch_related(Prefetch("item__given", queryset=given))
    page = page_of(ready, by="received_on", after=after, most=PAID)
    found = []
    for payment in page.rows:
        item = getattr(payment, "item", None)
        found.append(PaymentShown(payment, item, list(item.given.all()) if item else []))
    return page, found
