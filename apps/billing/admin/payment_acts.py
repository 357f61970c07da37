"""What each button of a payment's page does."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django import forms
from django.http import QueryDict

from apps.billing.admin.acting import Act
from apps.billing.admin.fields import (
    amount_field,
    checked,
    day_field,
    day_of,
    method_field,
    text_field,
    typed_amounts,
)
from apps.billing.models import Document, Payment
from apps.billing.services.giving_back import refund_credit, reverse_receipt
from apps.billing.services.matching import apply_credit
from apps.billing.services.reallocating import Owing, reallocate
from apps.billing.services.refusal import BillingRefused
from apps.contracts.models import User

SETTLE, TAKEN = "settle_", "taken_"  # an invoice, a payment that was taken back
SEEN = re.compile(r"[0-9]{1,9}")


class RefundForm(forms.Form):
    """Credit that is given back: how much, when, how."""

    amount = amount_field("Amount")
    on = day_field("Paid on")
    method = method_field()
    reference = text_field("Reference", longest=140)
    act_key = forms.CharField(max_length=120)


class ReverseForm(forms.Form):
    """Why a receipt was none, and since when."""

    on = day_field("On")
    reason = text_field("Why", longest=250)


def typed_allocations(given: QueryDict) -> dict[Owing, Decimal]:
    """Return how much of each invoice, or payment that was taken back, is to be settled.

    :raises BillingRefused: an amount is none, or what it is for is not there any more.
    """
    found: dict[Owing, Decimal] = {}
    for prefix, rows in (
        (SETTLE, Document.objects.select_related("account")),
        (TAKEN, Payment.objects.select_related("account")),
    ):
        amounts = typed_amounts(given, prefix=prefix)
        there = rows.in_bulk(list(amounts))
        if len(there) != len(amounts):
            raise BillingRefused("An invoice is not there any more. Look again.")
        found |= {there[key]: amount for key, amount in amounts.items()}
    return found


def _reallocate(payment: Payment, given: QueryDict, by: User, at: datetime) -> str:
    seen = str(given.get("seen", ""))
    reallocate(
        credit=payment.item,
        allocations=typed_allocations(given),
        on=day_of(given),
        at=at,
        by=by,
        seen=int(seen) if SEEN.fullmatch(seen) else -1,
    )
    return "The payment settles what you said; the rest is the account's credit."


def _reverse(payment: Payment, given: QueryDict, by: User, at: datetime) -> str:
    said = checked(ReverseForm(given))
    reverse_receipt(receipt=payment, on=said["on"], reason=said["reason"], at=at, by=by)
    return "The receipt is reversed. What it settled is owed again, from its due date."


def refunded(of: Payment | Document, given: QueryDict, by: User, at: datetime) -> str:
    """Give credit of an account back, in the currency of a receipt or a credit note of it."""
    said = checked(RefundForm(given))
    back = refund_credit(
        account=of.account,
        currency=of.currency,
        amount=said["amount"],
        paid_on=said["on"],
        method=said["method"],
        reference=said["reference"],
        source_key=f"hand:{said['act_key']}",
        at=at,
        by=by,
    )
    return f"{back.amount} {back.currency} of credit is given back to {back.account}."


def _apply(payment: Payment, given: QueryDict, by: User, at: datetime) -> str:
    settled = apply_credit(account=payment.account, at=at, by=by)
    return f"{settled} {payment.currency} of the account's credit settled what it owes."


ACTS: Mapping[str, Act] = {
    "reallocate": _reallocate,
    "reverse": _reverse,
    "refund": refunded,
    "apply": _apply,
}
