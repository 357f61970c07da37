"""What a person says of an imported row that could not be booked: whose it is, or that it is none.

Clause: V-3.4.6, S-12.
"""

from datetime import datetime

from django.db import transaction

from apps.billing.models import Payment, PaymentImportRow
from apps.billing.services.holding import hold_account
from apps.billing.services.imports import payment_of
from apps.billing.services.refusal import BillingRefused
from apps.contracts.models import Account, User

State = PaymentImportRow.State
LONGEST_WHY = 400


@transaction.atomic
def book_row(
    *,
    row: PaymentImportRow,
    account: Account,
    as_credit: bool,
    by: User,
    at: datetime,
    reason: str = "",
) -> Payment:
    """Book a row on the account that a person chose. ``as_credit``: it settles nothing yet.

    A row that looked like another one is then another payment, and ``reason`` says why.

    Clause: V-3.4.6.

    :raises BillingRefused: it is booked or waits to be, the payment cannot be booked; or it was set
        aside or looks like one that is there, and nobody says why it is another one.
    """
    held, reason = _held(row), _reason(reason)
    hold_account(account)
    held.account = account
    if not reason:
        _check_is_new(held)
    payment = payment_of(held, by=by, at=at, as_credit=as_credit, reason=reason)
    # Another row of the bank may have this key: whoever books this one says that it is another.
    same = PaymentImportRow.objects.filter(bank_key=held.bank_key).exclude(pk=held.pk)
    held.is_again = same.exclude(state__in=[State.DUPLICATE, State.ASIDE]).exists()
    held.state, held.payment, held.why = State.BOOKED, payment, reason
    held.decided_at, held.decided_by = at, by
    held.save()
    return payment


@transaction.atomic
def set_row_aside(*, row: PaymentImportRow, why: str, by: User, at: datetime) -> None:
    """Say that a row is no client's payment, or is there already. It can still be booked later.

    :raises BillingRefused: it is booked or waits to be, or nobody says why.
    """
    if not why.strip():
        raise BillingRefused("Say why it is not booked.")
    held, why = _held(row), _reason(why)
    held.state, held.why = State.ASIDE, why
    held.decided_at, held.decided_by = at, by
    held.save()


def _reason(words: str) -> str:
    words = words.strip()
    if len(words) > LONGEST_WHY:
        raise BillingRefused(f"The reason is longer than {LONGEST_WHY} characters.")
    return words


def _check_is_new(row: PaymentImportRow) -> None:
    """Let a row pass that was not set aside and looks like no payment that is there.

    :raises BillingRefused: it does not.
    """
    if row.state == State.ASIDE:
        raise BillingRefused("It was set aside. Say why it is booked after all.")
    if row.state == State.DUPLICATE:
        raise BillingRefused(f"{row.why} If so, say why.".strip())
    receipts = Payment.objects.filter(account=row.account, kind=Payment.Kind.RECEIPT)
    like = receipts.filter(
        amount=row.amount, received_on=row.received_on, reversed_by__isnull=True
    ).first()
    if like is not None:
        raise BillingRefused(
            f"{row.account} paid {like} already. Say why this is another payment, or set it aside."
        )


def _held(row: PaymentImportRow) -> PaymentImportRow:
    """Return the row, held until the transaction ends, for a person to decide on.

    :raises BillingRefused: nobody has to, any more or yet.
    """
    held = PaymentImportRow.objects.select_for_update().get(pk=row.pk)
    if held.state == State.BOOKED:
        raise BillingRefused("This row was just booked. Look again.")
    if held.state == State.WAITING:
        raise BillingRefused("This row is about to be booked. Look again in a minute.")
    return held
