"""What an account owes, what it has as credit, and what it paid lately."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from apps.billing.models import Payment
from apps.billing.queries.beside import with_money
from apps.billing.rules.money import ZERO, to_cents
from apps.contracts.models import Account


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment in short."""

    pk: int
    kind: str
    received_on: date
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Money:
    """Sums of an account that is billed, in its currency; ``older``: credit in others."""

    currency: str
    owed_amount: Decimal
    disputed_amount: Decimal
    credit_amount: Decimal
    older: Mapping[str, Decimal]
    payments: Sequence[Paid]

    @classmethod
    def of(cls, account: Account) -> Self | None:
        """Return what ``with_money`` read, or read it now; None: the account is not billed.

        Clause: V-3.4.6, S-12.
        """
        if "lately" not in vars(account):
            account = with_money(Account.objects.all()).get(pk=account.pk)
        profile, read = getattr(account, "billing", None), vars(account)
        if profile is None:
            return None
        paid = sorted((_paid(facts) for facts in read["lately"]), key=_order, reverse=True)
        return cls(
            currency=profile.currency,
            owed_amount=to_cents(read["owed"] or ZERO),
            disputed_amount=to_cents(read["disputed"] or ZERO),
            credit_amount=to_cents(read["credit"] or ZERO),
            older=_by_currency(read["older"]),
            payments=paid,
        )


def _by_currency(credits: Sequence[dict[str, str]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in sorted(credits, key=lambda each: each["currency"]):
        sums[row["currency"]] = sums.get(row["currency"], ZERO) + to_cents(Decimal(row["amount"]))
    return sums


def _paid(facts: dict[str, Any]) -> Paid:
    return Paid(
        pk=facts["pk"],
        kind=str(Payment.Kind(facts["kind"]).label),
        received_on=date.fromisoformat(facts["received_on"]),
        amount=to_cents(Decimal(facts["amount"])),
        currency=facts["currency"],
    )


def _order(paid: Paid) -> tuple[date, int]:
    return (paid.received_on, paid.pk)
