"""What we decide on a dispute: the whole amount, a part of it, or nothing is taken back.

Clause: S-12, R-5.
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from apps.billing.models import BillingDispute, Document
from apps.billing.services.dispute_credit import credit_disputed
from apps.billing.services.disputed import recount_disputed
from apps.billing.services.disputes import LONGEST_TEXT, add_step, follow, move
from apps.billing.services.holding import hold_account
from apps.billing.services.payment_checks import check_amount
from apps.billing.services.refusal import BillingRefused
from apps.contracts.models import User

State = BillingDispute.State


@transaction.atomic
def uphold_dispute(
    *, dispute: BillingDispute, seen: int, answer: str, by: User, at: datetime
) -> Document:
    """Take the whole disputed amount back by a credit note, which is final at once.

    Clause: S-12, R-5.

    :raises BillingRefused: somebody changed it meanwhile, or it cannot be credited.
    """
    return _credited(dispute, State.UPHELD, dispute.amount, seen=seen, answer=answer, by=by, at=at)


@transaction.atomic
def uphold_in_part(
    *,
    dispute: BillingDispute,
    amount: Decimal,
    seen: int,
    answer: str,
    by: User,
    at: datetime,
) -> Document:
    """Take a part of it back by a credit note; the rest counts again from its due date.

    Clause: S-12, R-5.

    :raises BillingRefused: it is not a part, somebody changed the dispute meanwhile, there is no
        answer, or it cannot be credited.
    """
    check_amount(amount)
    if amount >= dispute.amount:
        raise BillingRefused(
            f"A part is less than the {dispute.amount} {dispute.document.currency} that are"
            " disputed. Uphold it as a whole, or take less."
        )
    if not answer.strip():
        raise BillingRefused("Say to the client why only a part is upheld.")
    return _credited(dispute, State.PARTLY, amount, seen=seen, answer=answer, by=by, at=at)


@transaction.atomic
def reject_dispute(
    *, dispute: BillingDispute, seen: int, answer: str, by: User, at: datetime
) -> None:
    """Take nothing back: the amount counts again, from the invoice's own due date.

    Clause: S-12, R-5.

    :raises BillingRefused: somebody changed it meanwhile, or there is no answer.
    """
    if not answer.strip():
        raise BillingRefused("Say to the client why it is rejected.")
    account = hold_account(dispute.account)
    _decide(dispute, State.REJECTED, seen=seen, answer=answer, by=by, at=at)
    add_step(dispute, text=dispute.answer, at=at, by=by)
    follow(dispute, account, at=at)


def _credited(
    dispute: BillingDispute,
    state: str,
    amount: Decimal,
    *,
    seen: int,
    answer: str,
    by: User,
    at: datetime,
) -> Document:
    account = hold_account(dispute.account)
    _decide(dispute, state, seen=seen, answer=answer, by=by, at=at)
    recount_disputed(item=dispute.document.item)
    note = credit_disputed(dispute=dispute, amount=amount, at=at, by=by)
    BillingDispute.objects.filter(pk=dispute.pk).update(credit_note=note, upheld_amount=amount)
    dispute.refresh_from_db()
    add_step(dispute, text=dispute.answer, at=at, by=by, amount=amount)
    follow(dispute, account, at=at)
    return note


def _decide(
    dispute: BillingDispute, state: str, *, seen: int, answer: str, by: User, at: datetime
) -> None:
    words = answer.replace("\r\n", "\n").strip()
    if len(words) > LONGEST_TEXT or "\0" in words:
        raise BillingRefused(f"The answer is no text of at most {LONGEST_TEXT:,} characters.")
    move(
        dispute,
        seen=seen,
        among=BillingDispute.OPEN,
        state=state,
        answer=words,
        decided_at=at,
        decided_by=by,
    )
