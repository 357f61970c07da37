"""What clients are invoiced: a seller, taxes, how each account is billed, and their invoices.

Some are paid, some overdue; of the latest work there are drafts. One account is paused, so that the
run has somebody to park; one has no billing profile yet.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from apps.backoffice.demo.acts import Stage
from apps.billing.models import (
    BillingProfile,
    ExportProfile,
    RatedEvent,
    RevenueCode,
    Seller,
    Series,
    TaxCategory,
    TaxName,
    TaxRate,
)
from apps.billing.queries.days import today_of
from apps.billing.services.drafting import draft_invoice
from apps.billing.services.finalising import finalise
from apps.billing.services.quoting import charge_by_hand
from apps.billing.services.rating import rate_pending
from apps.billing.services.running import draft_batch, start_run
from apps.contracts.models import Account, AuthorisedUser, Order, User
from apps.contracts.services.orders import sign

Row = TypeVar("Row", BillingProfile, RevenueCode, Seller, Series, TaxCategory, TaxName, TaxRate)
LONG_AGO = date(2020, 1, 1)
OVERDUE, LATE, RECENT = (timedelta(days=days) for days in (75, 40, 12))  # before the demo's day
LATELY = timedelta(days=3)
DEMO_DAYS = 14  # to pay
WORK = [
    ("Set-up of a second trunk group", "640.00"),
    ("Review of the dial plan", "375.00"),
    ("Training of two administrators", "480.00"),
    ("Number porting, 40 numbers", "220.50"),
]
Revenue = RatedEvent.Kind
# Kind of revenue, its account in Xero, its product in QuickBooks.
SOLD = [
    (Revenue.PER_ORDER, "200", "Service plans"),
    (Revenue.HOURLY, "210", "Engineering"),
    (Revenue.TIERS, "210", "Engineering"),
    (Revenue.MANUAL, "220", "Other services"),
]
TAX_NAMES = {
    "XERO": ("Sales tax 8.875%", "Tax exempt"),
    "QUICKBOOKS": ("Sales tax", "Out of scope"),
}


def set_up_billing(stage: Stage, at: datetime) -> None:
    """Write who bills and how each account is billed, before anything is rated."""
    by = stage.people["finance"]
    seller = _kept(
        Seller(
            name="Faultline Voice Ltd",
            address="14 Signal Street\nNew York, NY 10004",
            country="US",
            tax_number="US-47-1120093",
            email="billing@provider.example.com",
            bank_details="First Harbor Bank\nAccount 000 412 7789\nRouting 021000021",
            note="Faultline Voice Ltd, 14 Signal Street, New York",
        ),
        by,
        at,
    )
    invoices = _kept(Series(seller=seller, kind="INVOICE", prefix="INV-"), by, at)
    notes = _kept(Series(seller=seller, kind="CREDIT_NOTE", prefix="CN-"), by, at)
    taxed, untaxed = _taxes(stage, at)
    _programs(stage, at, taxes=[(taxed, Decimal("8.875")), (untaxed, Decimal(0))])
    *accounts, _without = Account.objects.order_by("name")
    for place, account in enumerate(accounts):
        order = Order.objects.filter(account=account).select_related("version").first()
        _kept(
            BillingProfile(
                account=account,
                currency=order.version.currency if order else "USD",
                series=invoices,
                credit_series=notes,
                legal_name=f"{account.name} {'Inc.' if place % 3 else 'GmbH'}",
                address=f"{12 + place} Quay Street\nNew York, NY 10013"
                if place % 3
                else f"Kaistraße {12 + place}\n20457 Hamburg",
                country="US" if place % 3 else "DE",
                tax_number="" if place % 3 else f"DE{811_000_000 + place}",
                email=f"payables@{_domain(account)}",
                buyer_reference=f"PO-{4100 + place}" if place % 2 else "",
                payment_days=DEMO_DAYS,
                tax_category=taxed if place % 3 else untaxed,
                is_paused=account == accounts[-1],
            ),
            by,
            at,
        )


def invoice(stage: Stage, at: datetime) -> None:
    """Invoice some of them at three moments, and leave drafts of a run."""
    rate_pending(at=at)
    profiles = list(BillingProfile.objects.select_related("account").order_by("account__name"))
    for ago, some in ((OVERDUE, profiles[:2]), (LATE, profiles[:4]), (RECENT, profiles[:5])):
        for profile in some:
            _issued(stage, profile, at - ago)
    for profile in [*profiles[:3], profiles[-1]]:
        _charged(stage, profile, at - LATELY)
    run = start_run(through_on=at.date(), issued_on=at.date(), at=at, by=stage.people["finance"])
    while draft_batch(run=run, at=at):
        pass


def _charged(stage: Stage, profile: BillingProfile, when: datetime) -> date:
    """Charge something by hand; return the day of it."""
    on = today_of(profile.account, at=when)
    title, amount = WORK[(profile.pk + when.day) % len(WORK)]
    charge_by_hand(
        account=profile.account,
        title=title,
        amount=Decimal(amount),
        incurred_on=on,
        reason="Agreed with the client by mail",
        by=stage.people["finance"],
        at=when,
        act_key=stage.key(),
    )
    return on


def _issued(stage: Stage, profile: BillingProfile, when: datetime) -> None:
    on = _charged(stage, profile, when)
    by = stage.people["finance"]
    draft = draft_invoice(account=profile.account, through_on=on, at=when, by=by)
    finalise(document=draft, issued_on=on, at=when, by=by)


def _taxes(stage: Stage, at: datetime) -> Sequence[TaxCategory]:
    by = stage.people["finance"]
    made = []
    for key, title, code, note, percent in (
        ("standard", "Sales tax", "S", "", "8.875"),
        (
            "reverse-charge",
            "Reverse charge",
            "AE",
            "Reverse charge: the recipient accounts for the tax.",
            "0",
        ),
    ):
        category = _kept(TaxCategory(key=key, title=title, code=code, note=note), by, at)
        _kept(TaxRate(category=category, from_on=LONG_AGO, percent=Decimal(percent)), by, at)
        made.append(category)
    return made


def _programs(stage: Stage, at: datetime, *, taxes: Sequence[tuple[TaxCategory, Decimal]]) -> None:
    """Say how the accounting programs name what is sold and how it is taxed."""
    by = stage.people["finance"]
    for profile in ExportProfile.objects.all():
        for kind, account, product in SOLD:
            code = account if profile.program == "XERO" else product
            _kept(RevenueCode(profile=profile, kind=kind, code=code), by, at)
        for (category, percent), name in zip(taxes, TAX_NAMES[profile.program], strict=True):
            _kept(TaxName(profile=profile, category=category, percent=percent, name=name), by, at)


def _domain(account: Account) -> str:
    """Return where the account's people have their mail."""
    order = Order.objects.filter(account=account).first()
    person = AuthorisedUser.objects.filter(order=order).first() if order else None
    return person.email.partition("@")[2] if person else "client.example.com"


def _kept(row: Row, by: User, at: datetime) -> Row:
    """Save a row with its history."""
    sign(row, reason="Demo data", by=by, at=at)
    row.save()
    return row
