"""The currency that an account is billed in: it changes only where nothing is left in the old one.

Clause: V-3.4.6, S-13.
"""

from collections.abc import Iterator
from datetime import datetime

from apps.billing.models import Charge, Document, OpenItem
from apps.billing.services.holding import hold_account
from apps.billing.services.rating import rate_pending
from apps.billing.services.refusal import BillingRefused
from apps.contracts.models import Account, OrderMark
from apps.contracts.services.order_fees import mark_account
from apps.tickets.models import WorkMark


def check_currency(*, account: Account, currency: str, at: datetime) -> None:
    """Let an account be billed in another currency from now on. The caller is in a transaction.

    All that is marked is rated first, in the old currency. What nobody charged yet is rated anew
    in the new one: see ``rate_anew``. A later difference to what was charged waits for a person.

    Clause: V-3.4.6, S-13.

    :raises BillingRefused: something is left in another currency; it says what to do first.
    """
    account = hold_account(account)
    rate_pending(at=at, account=account)
    problem = next(_left(account, currency), None)
    if problem is not None:
        raise BillingRefused(f"It cannot be billed in {currency} yet. {problem}")


def rate_anew(*, account: Account, at: datetime) -> None:
    """Mark all that an account is charged for, once it is billed in another way.

    Clause: V-3.4.6, R-8.
    """
    mark_account(account, at=at, with_work=True)


def _left(account: Account, currency: str) -> Iterator[str]:
    if WorkMark.objects.filter(order__account=account).exists() or (
        OrderMark.objects.filter(order__account=account).exists()
    ):
        yield "Some of its work is being rated just now: try again in a minute."
    ready = Charge.objects.filter(account=account, state=Charge.State.READY)
    drafts = Document.objects.filter(account=account, state=Document.State.DRAFT)
    items = OpenItem.objects.filter(account=account, open_amount__gt=0)
    debits, credits = (
        items.filter(side=OpenItem.Side.DEBIT),
        items.filter(side=OpenItem.Side.CREDIT),
    )
    for rows, words in (
        (drafts, "It has drafts in {old}: make them final, or discard them."),
        (ready, "It has charges to be invoiced in {old}: invoice or waive them."),
        (debits, "It owes something in {old}: wait until that is paid, or credit it."),
        (credits, "It has credit in {old}: refund it."),
    ):
        old = rows.exclude(currency=currency).values_list("currency", flat=True).first()
        if old is not None:
            yield words.format(old=old)
