"""Amounts that people name, looked at before anything is written."""

from decimal import Decimal

from apps.billing.rules.money import LARGEST, to_cents
from apps.billing.services.refusal import BillingRefused


def checked_amount(amount: Decimal, *, least: Decimal) -> Decimal:
    """Return an amount in whole cents.

    :raises BillingRefused: it is no number, below ``least``, has parts of a cent, or is more than
        one charge holds.
    """
    if not amount.is_finite():
        raise BillingRefused("Give an amount, such as 125.00.")
    if amount < least:
        raise BillingRefused(f"The amount is at least {least}.")
    if amount > LARGEST:
        raise BillingRefused(f"The amount is at most {LARGEST}.")
    if amount != to_cents(amount):
        raise BillingRefused("The amount has at most two places after the point.")
    return to_cents(amount)


def checked_reason(reason: str) -> str:
    """Return a reason that says something, in one line.

    :raises BillingRefused: it says nothing, or too much.
    """
    said = " ".join(reason.split())
    if not said:
        raise BillingRefused("Say why: the history keeps it.")
    if len(said) > LONGEST:
        raise BillingRefused(f"Say why in at most {LONGEST} characters.")
    return said


LONGEST = 250
