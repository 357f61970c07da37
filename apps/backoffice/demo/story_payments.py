"""Money that came in: a payment by hand, a bank's file, and what a client disputes.

It works on the invoices that are there: without any, nothing happens.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from apps.backoffice.demo.acts import Stage
from apps.billing.bank_files.choices import Choices
from apps.billing.bank_files.read import read_bank_file
from apps.billing.models import Document, OpenItem
from apps.billing.queries.days import today_of
from apps.billing.queries.disputable import disputable_of
from apps.billing.rules.money import CENT, ZERO
from apps.billing.services.dispute_decisions import reject_dispute
from apps.billing.services.disputes import accept_as_bona_fide, raise_dispute
from apps.billing.services.import_plan import plan_of
from apps.billing.services.imports import book_import, start_import
from apps.billing.services.payments import record_payment
from apps.contracts.models import AuthorisedUser

SOON = timedelta(days=3)  # after its invoice a client pays
CHOICES = Choices(day_form="ISO", method="BANK")


def take_payments(stage: Stage, at: datetime) -> None:
    """Let some clients pay, one dispute an amount, and one dispute be decided."""
    owed = _owed()
    if not owed:
        return
    paid, *others = owed
    _by_hand(stage, paid, at)
    _by_file(stage, others[:2], at)
    for number, invoice in enumerate(others[2:4]):
        _disputed(stage, invoice, at, is_decided=number > 0)


def _owed() -> Sequence[Document]:
    """Return the oldest open invoice of each account, the oldest of all first."""
    items = OpenItem.objects.filter(side=OpenItem.Side.DEBIT, open_amount__gt=0)
    rows = items.filter(document__isnull=False).select_related(
        "document__account", "document__item"
    )
    first: dict[int, Document] = {}
    for item in rows.order_by("due_on", "pk"):
        if item.document is not None:
            first.setdefault(item.account_id, item.document)
    return list(first.values())


def _by_hand(stage: Stage, invoice: Document, at: datetime) -> None:
    """Record a card payment that is five more than the invoice: the rest stays as credit."""
    record_payment(
        account=invoice.account,
        amount=invoice.item.open_amount + 5,
        currency=invoice.currency,
        received_on=_day(invoice, at),
        method="CARD",
        reference=str(invoice),
        source_key="demo:by-hand",
        at=at,
        by=stage.people["finance"],
    )


def _by_file(stage: Stage, invoices: Sequence[Document], at: datetime) -> None:
    """Import a statement: one pays in full by number, one a part by name, one is nobody's."""
    lines = ["Date,Amount,Currency,Reference,Payer"]
    for number, invoice in enumerate(invoices):
        amount = invoice.item.open_amount if not number else _part(invoice)
        words = str(invoice) if not number else "on account"
        named = invoice.account.name.replace('"', '""')
        day = _day(invoice, at)
        lines.append(f'{day},{amount},{invoice.currency},{words},"{named}"')
    currency = invoices[0].currency if invoices else "USD"
    lines.append(f"{at.date() - timedelta(days=1)},49.90,{currency},Thanks,Gull Rock Partners")
    data = "\n".join(lines).encode()
    file = read_bank_file(data=data, name="statement.csv", choices=CHOICES)
    seen = plan_of(file=file, at=at).digest
    by = stage.people["finance"]
    made = start_import(file=file, choices=CHOICES, seen=seen, by=by, at=at)
    book_import(payment_import=made, at=at)


def _disputed(stage: Stage, invoice: Document, at: datetime, *, is_decided: bool) -> None:
    """Let a client dispute half of a line; look into it, or decide it."""
    by = stage.people["finance"]
    left = disputable_of(list(invoice.lines.all()))
    line = invoice.lines.filter(pk__in=[key for key, net in left.items() if net > 1]).first()
    if line is None:
        return
    client = AuthorisedUser.objects.filter(order__account=invoice.account, is_active=True).first()
    dispute = raise_dispute(
        line=line,
        amount=(left[line.pk] / 2).quantize(CENT),
        reason="We did not ask for this work, and nobody told us that it costs anything.",
        source_key=f"demo:{invoice.pk}",
        client=client,
        by=None if client else by,
        at=at,
    )
    if is_decided:
        words = "The work was asked for in the ticket, and its price is in the order."
        reject_dispute(dispute=dispute, seen=1, answer=words, by=by, at=at)
    else:
        words = "We read the ticket again and come back to you."
        accept_as_bona_fide(dispute=dispute, seen=1, text=words, by=by, at=at)


def _part(invoice: Document) -> Decimal:
    half = (invoice.item.open_amount / 2).quantize(CENT)
    return half if half > ZERO else invoice.item.open_amount


def _day(invoice: Document, at: datetime) -> date:
    """Return the day of a payment: soon after its invoice, and not to come."""
    issued_on = invoice.issued_on or at.date()
    return min(issued_on + SOON, today_of(invoice.account, at=at))
