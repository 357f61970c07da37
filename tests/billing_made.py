"""Rows of billing for tests: plain keyword-only functions."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from apps.billing.models import (
    BillingProfile,
    Charge,
    Document,
    Line,
    OpenItem,
    RatedEvent,
    Seller,
    Series,
    TaxCategory,
    TaxRate,
    TaxTotal,
)
from apps.billing.rules.money import tax_on
from apps.billing.services.ledger import Kind, Move, ledger_account, post, receivable_of
from apps.contracts.models import Account
from tests.factories import MORNING, make_order

ISSUED_ON = date(2026, 3, 4)
_serial = count(1)


def make_tax(*, key: str = "standard", percent: str = "20", code: str = "S") -> TaxCategory:
    """Return a tax category with one rate, from long ago."""
    category, is_new = TaxCategory.objects.get_or_create(
        key=key, defaults={"title": key.title(), "code": code}
    )
    if is_new:
        TaxRate.objects.create(
            category=category, from_on=date(2020, 1, 1), percent=Decimal(percent)
        )
    return category


def make_series(*, kind: str = Series.Kind.INVOICE, prefix: str = "") -> Series:
    """Return a series of the one seller."""
    seller, _ = Seller.objects.get_or_create(
        name="Harbour Voice Ltd",
        defaults={
            "address": "1 Quay Street\nHarbour",
            "country": "US",
            "tax_number": "US-12-3456789",
            "email": "billing@provider.example.com",
            "bank_details": "Harbour Bank, account 0123",
        },
    )
    prefix = prefix or {"INVOICE": "INV-", "CREDIT_NOTE": "CN-"}[kind]
    return Series.objects.get_or_create(prefix=prefix, defaults={"seller": seller, "kind": kind})[0]


def make_profile(
    *,
    account: Account | None = None,
    currency: str = "USD",
    payment_days: int = 30,
    tax: TaxCategory | None = None,
    plans_from_on: date | None = None,
) -> BillingProfile:
    """Create how an account is billed; of a new account with an order unless one is given."""
    account = account or make_order().account
    return BillingProfile.objects.create(
        account=account,
        currency=currency,
        series=make_series(),
        credit_series=make_series(kind=Series.Kind.CREDIT_NOTE),
        legal_name=f"{account.name} Inc.",
        address="2 Mole Road\nHarbour",
        country="US",
        email=f"payables{next(_serial)}@client.example.com",
        payment_days=payment_days,
        tax_category=tax or make_tax(),
        plans_from_on=plans_from_on,
    )


def make_charge(
    *,
    account: Account,
    amount: str = "125.00",
    incurred_on: date = ISSUED_ON,
    currency: str = "USD",
    kind: str = RatedEvent.Kind.HOURLY,
    event: RatedEvent | None = None,
) -> Charge:
    """Create a charge that is ready to be invoiced, of an event of its own unless one is given."""
    if event is not None:
        event.worth_amount = (event.worth_amount or 0) + Decimal(amount)
        event.save()
    event = event or RatedEvent.objects.create(
        key=f"test:{next(_serial)}",
        account=account,
        kind=kind,
        title="Work on a ticket",
        clause="H-9",
        currency=currency,
        starts_on=incurred_on,
        ends_on=incurred_on,
        worth_amount=Decimal(amount),
        rated_at=MORNING,
    )
    return Charge.objects.create(
        event=event,
        number=event.charges.count() + 1,
        account=account,
        currency=currency,
        amount=Decimal(amount),
        incurred_on=incurred_on,
        rated_at=MORNING,
        explanation=[{"clause": "H-9", "text": "Made for a test", "figures": {}}],
    )


def make_invoice(
    *,
    profile: BillingProfile | None = None,
    amounts: tuple[str, ...] = ("100.00",),
    issued_on: date = ISSUED_ON,
    due_on: date | None = None,
) -> Document:
    """Create a final invoice, its open item and its posting, as a finalisation leaves them."""
    profile = profile or make_profile()
    category, percent = profile.tax_category, profile.tax_category.rates.get().percent
    net = sum((Decimal(amount) for amount in amounts), Decimal(0))
    tax = tax_on(net, percent)
    series = Series.objects.get(pk=profile.series_id)
    document = Document.objects.create(
        kind=Document.Kind.INVOICE,
        account=profile.account,
        series=series,
        currency=profile.currency,
        net_amount=net,
        tax_amount=tax,
        total_amount=net + tax,
        parties={
            "seller": {"name": series.seller.name, "address": series.seller.address},
            "buyer": {"name": profile.legal_name, "address": profile.address},
        },
        drafted_at=MORNING,
    )
    for position, amount in enumerate(amounts, start=1):
        Line.objects.create(
            document=document,
            position=position,
            kind=RatedEvent.Kind.HOURLY,
            title=f"Work {position}",
            clause="H-9",
            net_amount=Decimal(amount),
            tax_category=category,
            tax_code=category.code,
            tax_percent=percent,
        )
    TaxTotal.objects.create(
        document=document,
        category=category,
        code=category.code,
        percent=percent,
        net_amount=net,
        tax_amount=tax,
    )
    return _finalise(document, profile, issued_on, due_on)


def _finalise(
    document: Document, profile: BillingProfile, issued_on: date, due_on: date | None
) -> Document:
    series = document.series
    document.number = series.next_number
    document.reference = series.printed(series.next_number)
    document.state = Document.State.FINAL
    document.issued_on = issued_on
    document.due_on = due_on or issued_on + timedelta(days=profile.payment_days)
    document.finalised_at = MORNING
    document.save()
    series.next_number += 1
    series.last_issued_on = max(issued_on, series.last_issued_on or issued_on)
    series.save()
    OpenItem.objects.create(
        account=profile.account,
        side=OpenItem.Side.DEBIT,
        document=document,
        currency=document.currency,
        dated_on=document.issued_on,
        due_on=document.due_on,
        amount=document.total_amount,
        open_amount=document.total_amount,
    )
    receivable = receivable_of(profile.account, document.currency)
    revenue = ledger_account(Kind.REVENUE, RatedEvent.Kind.HOURLY, document.currency)
    tax = ledger_account(Kind.TAX, profile.tax_category.key, document.currency)
    post(
        key=f"document:{document.pk}",
        dated_on=issued_on,
        moves=[
            Move(receivable, revenue, document.net_amount),
            Move(receivable, tax, document.tax_amount),
        ],
        at=MORNING,
        document=document,
    )
    return document
