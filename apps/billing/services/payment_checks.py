"""What a payment must be before it is booked: an amount, a currency and a day that can be."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from apps.billing.models import BillingProfile, Books, Payment
from apps.billing.queries.days import today_of
from apps.billing.rules.money import CENT, LARGEST
from apps.billing.services.refusal import BillingRefused
from apps.contracts.models import Account
from apps.contracts.rules.names import unseen_in

LONGEST = {"reference": 140, "note": 250}  # characters


def check_amount(amount: Decimal) -> None:
    """Let an amount of money pass that can be booked: above nought, in whole cents, not absurd.

    :raises BillingRefused: it is not.
    """
    if not amount.is_finite():
        raise BillingRefused("That is not an amount. Write it as 1250.00.")
    problems = [
        (amount <= 0, "The amount must be more than nothing."),
        (amount > LARGEST, f"The amount is larger than {LARGEST:,}."),
        (
            amount <= LARGEST and amount != amount.quantize(CENT),
            "The amount has more than two decimals.",
        ),
    ]
    refusal = next((words for is_so, words in problems if is_so), "")
    if refusal:
        raise BillingRefused(refusal)


def check_facts(
    *,
    account: Account,
    amount: Decimal,
    currency: str,
    on: date,
    method: str,
    texts: Mapping[str, str],
    at: datetime,
    goes_back: bool = False,
) -> None:
    """Let a payment pass that can be booked on the account.

    What comes in is in the currency that it is billed in. What ``goes_back`` is in that of the
    credit, which may be an older one.

    :raises BillingRefused: it cannot; the message says why and what to do.
    """
    check_amount(amount)
    _check_texts(method, texts)
    profile = BillingProfile.objects.filter(account=account).first()
    if profile is None:
        raise BillingRefused(f"{account} has no billing profile. Add one first.")
    if currency != profile.currency and not goes_back:
        raise BillingRefused(
            f"{account} is billed in {profile.currency}: a payment in {currency} cannot be booked."
        )
    check_day(on, today=today_of(account, at=at))


def check_day(on: date, *, today: date) -> None:
    """Let a day pass that is not to come, and not in a closed month.

    :raises BillingRefused: it is.
    """
    problem = day_problem(on, today=today, closed_through_on=closed_through())
    if problem:
        raise BillingRefused(problem)


def day_problem(on: date, *, today: date, closed_through_on: date) -> str:
    """Return why nothing is dated on a day; "": nothing speaks against it."""
    if on > today:
        return f"{on} is to come. Use {today} or an earlier day."
    if on <= closed_through_on:
        return (
            f"The books are closed through {closed_through_on}: nothing is dated {on} any more."
            " Use a later date."
        )
    return ""


def closed_through() -> date:
    """Return the last day of the last closed month."""
    rows = Books.objects.filter(pk=Books.ONLY).values_list("closed_through_on", flat=True)
    return rows.first() or date.min


def _check_texts(method: str, texts: Mapping[str, str]) -> None:
    if method not in Payment.Method.values:
        raise BillingRefused(f"“{method}” is not a way to pay.")
    for name, text in texts.items():
        if len(text) > LONGEST[name]:
            raise BillingRefused(f"The {name} is longer than {LONGEST[name]} characters.")
        unseen = unseen_in(text)
        if unseen:
            raise BillingRefused(f"The {name} holds an invisible character, {unseen}.")
