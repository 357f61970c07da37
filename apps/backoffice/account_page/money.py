"""What an account owes, what it has as credit, and what it paid lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from django.db.models import Q, Sum

from apps.billing.models import BillingProfile, OpenItem, Payment
from apps.billing.rules.money import ZERO, to_cents
from apps.contracts.models import Account

SHOWN = 3  # payments


@dataclass(frozen=True, slots=True)
class Money:
    """Sums of an account that is billed, in its currency."""

    currency: str
    owed_amount: Decimal
    disputed_amount: Decimal
    credit_amount: Decimal
    payments: Sequence[Payment]

    @classmethod
    def of(cls, account: Account) -> Self | None:
        """Read them in three queries; None: the account is not billed.

        Clause: V-3.4.6, S-12.
        """
        profile = BillingProfile.objects.filter(account=account).first()
        if profile is None:
            return None
        debit, credit = Q(side=OpenItem.Side.DEBIT), Q(side=OpenItem.Side.CREDIT)
        sums = OpenItem.objects.filter(account=account, open_amount__gt=0).aggregate(
            owed=Sum("open_amount", filter=debit),
            disputed=Sum("disputed_amount", filter=debit),
            credit=Sum("open_amount", filter=credit),
        )
        lately = Payment.objects.filter(account=account).order_by("-received_on", "-pk")
        return cls(
            currency=profile.currency,
            owed_amount=to_cents(sums["owed"] or ZERO),
            disputed_amount=to_cents(sums["disputed"] or ZERO),
            credit_amount=to_cents(sums["credit"] or ZERO),
            payments=list(lately[:SHOWN]),
        )
