"""Corruptions of money, and what verify_ledger finds of each."""

from datetime import date, timedelta
from decimal import Decimal

from apps.billing.models import (
    Allocation,
    BillingDispute,
    Books,
    Charge,
    ClosedMonth,
    Document,
    ExportBatch,
    LedgerAccount,
    Line,
    OpenItem,
    Payment,
    Posting,
    RatedEvent,
    Series,
    TaxTotal,
    Transfer,
    Waiver,
)
from apps.billing.queries.balances import as_kept, balances
from apps.billing.queries.reports import REPORTS, Asked
from apps.billing.queries.verify import verify_ledger
from apps.billing.services.crediting import draft_credit_note
from apps.billing.services.exporting import ask_export, make_export
from apps.billing.services.finalising import finalise
from apps.contracts.models import User
from tests.billing_made import ISSUED_ON, make_charge, make_profile
from tests.factories import MORNING
from tests.ledger_made import NEXT_DAY, make_payment, settle

MARCH = date(2026, 3, 31)
DAY_BEFORE = ISSUED_ON - timedelta(days=1)
SECOND = timedelta(seconds=1)


def found() -> dict[str, int]:
    findings = verify_ledger(as_of=NEXT_DAY).findings
    keys = [finding.check for finding in findings]
    return {key: keys.count(key) for key in sorted(set(keys))}


def first() -> Document:
    return Document.objects.order_by("pk")[0]


def item() -> OpenItem:
    return OpenItem.objects.get(document=first())


def changed(rows, **values) -> None:
    assert rows.update(**values)


def net_taken_for_tax():
    rows = Document.objects.filter(pk=first().pk)
    changed(rows, tax_amount=Decimal("21.09"), net_amount=Decimal("99.43"))


def tax_base():
    changed(Line.objects.filter(document=first(), position=1), tax_percent=Decimal(21))


def tax_amount():
    changed(TaxTotal.objects.filter(document=first()), percent=Decimal(21))
    changed(Line.objects.filter(document=first()), tax_percent=Decimal(21))


def numbers():
    changed(Series.objects.filter(kind="INVOICE"), next_number=4)


def number_dates():
    changed(Document.objects.filter(pk=first().pk), number=9)
    changed(Document.objects.exclude(pk=first().pk), number=1)
    changed(Document.objects.filter(pk=first().pk), number=2)


def series_date():
    changed(Series.objects.filter(kind="INVOICE"), last_issued_on=ISSUED_ON)


def document_posted():
    Transfer.objects.filter(posting__document=first()).delete()
    Posting.objects.filter(document=first()).delete()


def draft_posted():
    draft = Document.objects.create(
        kind="INVOICE",
        account=first().account,
        series=Series.objects.get(kind="INVOICE"),
        currency="USD",
        drafted_at=MORNING,
    )
    Posting.objects.create(
        key=f"document:{draft.pk}", dated_on=ISSUED_ON, posted_at=MORNING, document=draft
    )


def document_posting_date():
    changed(Posting.objects.filter(document=first()), dated_on=DAY_BEFORE)


def document_amounts():
    other = LedgerAccount.objects.create(kind="REVENUE", key="MANUAL", currency="USD")
    rows = Transfer.objects.filter(posting__document=first(), credit__kind="REVENUE")
    changed(rows, credit=other)


def document_item():
    changed(OpenItem.objects.filter(document=first()), due_on=NEXT_DAY)


def payment_posted():
    row = Payment.objects.order_by("pk")[0]
    changed(Payment.objects.filter(pk=row.pk), received_on=DAY_BEFORE)


def payment_amounts():
    other = LedgerAccount.objects.create(kind="BANK", key="CARD", currency="USD")
    row = Payment.objects.order_by("pk")[0]
    changed(Transfer.objects.filter(posting__payment=row), debit=other)


def payment_item():
    row = make_payment(profile=first().account.billing, amount="3.00")
    changed(OpenItem.objects.filter(payment=row), amount=4, open_amount=4)


def reversal():
    changed(Payment.objects.filter(reverses__isnull=False), method="CARD")
    bank = LedgerAccount.objects.create(kind="BANK", key="CARD", currency="USD")
    row = Payment.objects.get(reverses__isnull=False)
    changed(Transfer.objects.filter(posting__payment=row), credit=bank)


def open_amounts():
    """Both sides by the same amount: their sum is right, each of the two is wrong."""
    changed(OpenItem.objects.filter(pk=item().pk), open_amount=item().open_amount - 1)
    credit = OpenItem.objects.filter(side="CREDIT", open_amount__gt=1)
    changed(credit, open_amount=credit.get().open_amount - 1)


def allocation_pairs():
    row = Allocation.objects.filter(debit=item(), reverses=None).order_by("pk")[0]
    changed(Allocation.objects.filter(pk=row.pk), dated_on=DAY_BEFORE)


def allocation_undone():
    row = Allocation.objects.get(reverses__isnull=False)
    changed(Allocation.objects.filter(pk=row.reverses_id), dated_on=NEXT_DAY)
    changed(Allocation.objects.filter(pk=row.pk), dated_on=ISSUED_ON)


def open_on_any_day():
    """What was taken back the next day is settled anew the day before."""
    row = make_payment(profile=first().account.billing, amount="70.16")
    settle(payment=row, debit=item(), amount="70.16", on=NEXT_DAY)
    changed(Allocation.objects.filter(credit__payment=row), dated_on=ISSUED_ON)


def disputed_amounts():
    invoice = first()
    BillingDispute.objects.create(
        line=invoice.lines.order_by("pk")[0],
        document=invoice,
        account=invoice.account,
        amount=10,
        total_amount=12,
        reason="No",
        raised_at=MORNING,
        source_key="x",
    )


def receivable():
    changed(OpenItem.objects.filter(pk=item().pk), open_amount=item().open_amount - 1)


def aging():
    changed(OpenItem.objects.filter(document=first()), dated_on=DAY_BEFORE)


def event_worth():
    changed(RatedEvent.objects.filter(charges__line__position=1), worth_amount=1)


def charge_parties():
    row = Charge.objects.get(state="WAIVED")
    changed(Charge.objects.filter(pk=row.pk), account=make_profile().account)


def line_charges():
    row = Charge.objects.get(line__position=1)
    changed(Charge.objects.filter(pk=row.pk), waived_amount=1)
    person = User.objects.get(username="finance")
    facts = {"asked_by": person, "approved_by": person, "at": MORNING, "reason": "Why not"}
    Waiver.objects.create(charge=row, amount=1, **facts)


def waivers():
    changed(Waiver.objects.all(), amount=4)


def credited_tax():
    """Two credit notes over a line: the second gives back at another percentage."""
    note = credited()
    changed(TaxTotal.objects.filter(document=note), percent=Decimal(21))
    changed(Line.objects.filter(document=note), tax_percent=Decimal(21))


def credited_too_far():
    other = Line.objects.get(document=first(), position=2)
    changed(Line.objects.filter(document=credited()), credits=other)


def given_back():
    row = Charge.objects.get(line__document=first(), line__position=1)
    changed(Line.objects.filter(pk=row.line_id), event=row.event)
    credited()
    changed(Charge.objects.filter(pk=row.pk), amount=Decimal(50))


def credited() -> Document:
    """Take back a third of a line, twice; return the second credit note."""
    line = Line.objects.get(document=first(), position=1)
    Series.objects.filter(kind="CREDIT_NOTE").update(prefix="CN-")
    for _ in range(2):
        draft = draft_credit_note(
            invoice=first(),
            amounts={line.pk: Decimal("33.33")},
            reason="Agreed",
            at=MORNING + timedelta(days=1),
            by=None,
        )
        note = finalise(document=draft, issued_on=NEXT_DAY, at=MORNING + timedelta(days=1), by=None)
    return note


def waived_events():
    """All was waived, and then it is worth half: the waiver is not taken back."""
    charge = make_charge(account=first().account, amount="100.00")
    person = User.objects.get(username="finance")
    facts = {"asked_by": person, "approved_by": person, "at": MORNING, "reason": "Why not"}
    Waiver.objects.create(charge=charge, amount=100, **facts)
    changed(Charge.objects.filter(pk=charge.pk), waived_amount=100, state="WAIVED")
    make_charge(account=first().account, amount="-50.00", event=charge.event)


def netted():
    charge = make_charge(account=first().account, amount="7.00")
    changed(Charge.objects.filter(pk=charge.pk), state="NETTED")


def transfers():
    row = Transfer.objects.order_by("pk")[0]
    changed(Transfer.objects.filter(pk=row.pk), currency="EUR")


def exported(*, at=MORNING + timedelta(hours=2)) -> ExportBatch:
    march = Asked(date(2026, 3, 1), MARCH, None, "")
    batch = ask_export(report=REPORTS["invoices"], asked=march, file_format="CSV", at=at, by=None)
    make_export(batch_id=batch.pk, at=at)
    return ExportBatch.objects.get(pk=batch.pk)


def exports():
    batch = exported()
    assert batch.booked == {"USD": "132.51"}
    changed(ExportBatch.objects.filter(pk=batch.pk), booked={"USD": "132.50"})


def close_march(**facts) -> None:
    ClosedMonth.objects.create(
        **{
            "starts_on": date(2026, 3, 1),
            "ends_on": MARCH,
            "closed_at": MORNING,
            "closed_by": User.objects.get(username="finance"),
            "totals": as_kept(balances(through_on=MARCH)),
            **facts,
        }
    )
    Books.objects.update_or_create(pk=Books.ONLY, defaults={"closed_through_on": MARCH})


def late_postings():
    close_march()
    changed(Posting.objects.filter(document=first()), posted_at=MORNING + SECOND)


def late_allocations():
    close_march()
    changed(Allocation.objects.filter(reverses__isnull=False), at=MORNING + SECOND)


def month_totals():
    close_march(totals={"USD": {"BANK": "1.00"}})


def books():
    close_march()
    changed(Books.objects.all(), closed_through_on=date(2026, 2, 28))


# Each corruption with all that is found of it: rows hang together, and a wrong one shows at both
# ends.
CORRUPTIONS = {
    net_taken_for_tax: {"document_net": 1, "document_tax": 1},
    tax_base: {"tax_base": 2},
    tax_amount: {"tax_amount": 1},
    numbers: {"numbers": 1},
    number_dates: {"number_dates": 1},
    series_date: {"series_date": 1},
    document_posted: {"document_posted": 1, "aging": 1, "receivable": 1, "totals": 1},
    draft_posted: {"draft_posted": 1},
    document_posting_date: {"document_posting_date": 1, "aging": 2},
    document_amounts: {"document_amounts": 2},
    document_item: {"document_item": 1},
    payment_posted: {"payment_posted": 1, "payment_item": 1},
    payment_amounts: {"payment_amounts": 2},
    payment_item: {"payment_item": 1, "aging": 1, "receivable": 1, "totals": 1},
    reversal: {"reversal": 1},
    open_amounts: {"open_amounts": 2},
    allocation_pairs: {"allocation_pairs": 1},
    allocation_undone: {"allocation_undone": 1},
    open_on_any_day: {"open_on_any_day": 1},
    disputed_amounts: {"disputed_amounts": 1},
    receivable: {"receivable": 1, "open_amounts": 1},
    aging: {"aging": 2, "document_item": 1},
    event_worth: {"event_worth": 1},
    charge_parties: {"charge_parties": 1},
    line_charges: {"line_charges": 1},
    waivers: {"waivers": 1},
    netted: {"netted": 1},
    credited_tax: {"credited_tax": 1},
    credited_too_far: {"credited": 1},
    given_back: {"given_back": 1, "line_charges": 1, "event_worth": 1},
    waived_events: {"waived_events": 1},
    transfers: {"transfers": 1},
    exports: {"exports": 1},
    late_postings: {"late_postings": 1},
    late_allocations: {"late_allocations": 1},
    month_totals: {"month_totals": 1},
    books: {"books": 1},
}
