"""Accounts that owe something under the wholesale policy, for tests: keyword-only functions."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

from apps.billing.models import BillingDispute, BillingProfile, Document, OpenItem, Payment
from apps.billing.services.after import settled
from apps.billing.services.allocating import allocate
from apps.contracts.models import Account, PolicyVersion, Standing
from tests.billing_made import make_invoice, make_profile, make_tax
from tests.factories import make_client, make_order, make_preset

WHOLESALE = "skyswitch-support-2017"
DUE = date(2026, 3, 4)
ZONE = ZoneInfo("America/New_York")
_serial = count(1)


def on(days: int, *, hour: int = 12, zone: ZoneInfo = ZONE) -> datetime:
    """Return noon, or another hour, of so many days after ``DUE``, in the policy's zone."""
    local = datetime.combine(DUE + timedelta(days=days), time(hour), zone)
    return local.astimezone(UTC)


def make_debtor(*, version: PolicyVersion | None = None, with_user: bool = True) -> BillingProfile:
    """Create an account with an order of the wholesale policy, a user, and how it is billed.

    No tax is due, so that amounts are round.
    """
    order = make_order(version=version or make_preset(slug=WHOLESALE))
    if with_user:
        make_client(order=order)
    return make_profile(account=order.account, tax=make_tax(key="exempt", percent="0", code="E"))


def owe(profile: BillingProfile, amount: str = "100.00", *, due_on: date = DUE) -> Document:
    """Issue an invoice that is due on that day."""
    issued_on = due_on - timedelta(days=profile.payment_days)
    return make_invoice(profile=profile, amounts=(amount,), issued_on=issued_on, due_on=due_on)


def pay(document: Document, amount: str, *, at: datetime) -> None:
    """Book a payment on an invoice, and what follows, as recording one does."""
    account = Account.objects.select_for_update(no_key=True).get(pk=document.account_id)
    received_on = at.astimezone(ZONE).date()
    payment = Payment.objects.create(
        account=account,
        method="BANK",
        currency=document.currency,
        amount=Decimal(amount),
        received_on=received_on,
        source_key=f"made:{next(_serial)}",
        recorded_at=at,
    )
    credit = OpenItem.objects.create(
        account=account,
        side="CREDIT",
        payment=payment,
        currency=document.currency,
        dated_on=received_on,
        amount=payment.amount,
        open_amount=payment.amount,
    )
    allocate(
        credit=credit,
        debit=OpenItem.objects.get(document=document),
        amount=payment.amount,
        dated_on=received_on,
        at=at,
        by=None,
    )
    settled(account=account, at=at)


def dispute(
    document: Document, amount: str, *, at: datetime, state: str = "RAISED"
) -> BillingDispute:
    """Raise a dispute of a part of an invoice, and what follows."""
    row = BillingDispute.objects.create(
        line=document.lines.get(),
        document=document,
        account=document.account,
        amount=Decimal(amount),
        total_amount=Decimal(amount),
        reason="Not ordered.",
        state=state,
        raised_at=at,
        source_key=f"made:{next(_serial)}",
    )
    _count_disputes(document)
    settled(account=document.account, at=at)
    return row


def reject(row: BillingDispute, *, at: datetime) -> None:
    """Reject a dispute, and what follows."""
    BillingDispute.objects.filter(pk=row.pk).update(state="REJECTED", decided_at=at)
    _count_disputes(row.document)
    settled(account=row.account, at=at)


def _count_disputes(document: Document) -> None:
    item = OpenItem.objects.get(document=document)
    rows = BillingDispute.objects.filter(document=document, state__in=BillingDispute.OPEN)
    total = sum((row.total_amount for row in rows), Decimal(0))
    OpenItem.objects.filter(pk=item.pk).update(disputed_amount=min(total, item.open_amount))


def state_of(profile: BillingProfile) -> str:
    """Return how an account stands on record."""
    row = Standing.objects.filter(account=profile.account_id).first()
    return row.state if row else "GOOD"
