"""Money that comes in: recorded once, posted, and allocated to what it settles.

Clause: S-12, R-5.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from apps.billing.models import Payment
from apps.billing.queries.named import documents_named
from apps.billing.services.after import settled
from apps.billing.services.booking import Facts, already_there, book
from apps.billing.services.holding import hold_account
from apps.billing.services.matching import settle_open
from apps.billing.services.payment_checks import check_facts
from apps.billing.services.reallocating import Owing, settle_as_said
from apps.billing.services.refusal import BillingRefused
from apps.contracts.models import Account, User


@transaction.atomic
def record_payment(
    *,
    account: Account,
    amount: Decimal,
    currency: str,
    received_on: date,
    method: str,
    reference: str,
    source_key: str,
    at: datetime,
    by: User | None,
    note: str = "",
    allocations: Mapping[Owing, Decimal] | None = None,
) -> Payment:
    """Record money that an account has paid: a credit, its posting, and what it settles.

    ``allocations`` says how much of each invoice it settles, and what is left stays as credit;
    without it, the invoices that the reference names come first, then the oldest due. The same
    ``source_key`` again returns the payment that is there.

    Clause: S-12, R-5.

    :raises BillingRefused: the amount, currency or day cannot be, the month is closed, the account
        has no billing profile, or the reference names another account's invoice.
    """
    account = hold_account(account)
    facts = Facts(currency, amount, received_on, method, reference, note, source_key)
    there = already_there(account, Payment.Kind.RECEIPT, facts)
    if there is not None:
        return there
    check_facts(
        account=account,
        amount=amount,
        currency=currency,
        on=received_on,
        method=method,
        texts={"reference": reference, "note": note},
        at=at,
    )
    named = [] if allocations is not None else named_of(account, reference)
    payment, credit = book(account, Payment.Kind.RECEIPT, facts, at=at, by=by)
    if allocations is None:
        settle_open(credit=credit, named=named, at=at, by=by)
    else:
        settle_as_said(credit, allocations, at=at, by=by)
    settled(account=account, at=at)
    return payment


def named_of(account: Account, reference: str) -> list[int]:
    """Return the documents of the account that the reference names.

    :raises BillingRefused: it names a document of another account.
    """
    named = documents_named([reference])[reference]
    other = next((each for each in named if each.account_id != account.pk), None)
    if other is not None:
        raise BillingRefused(
            f"{other.reference} is of another account, {other.account}. Record the payment there,"
            " or take the number out of the reference."
        )
    return [each.pk for each in named]
