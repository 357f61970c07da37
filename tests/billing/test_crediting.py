"""Credit notes: they take back lines, with exactly the tax that was on them."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.billing.models import Document, OpenItem, TaxRate, Transfer
from apps.billing.rules.invoicing import tax_to_credit
from apps.billing.rules.money import tax_on
from apps.billing.services import BillingRefused
from apps.billing.services.crediting import all_that_is_left, draft_credit_note
from apps.billing.services.drafting import discard
from apps.billing.services.finalising import finalise
from apps.outbox.models import Message
from tests.billing_made import ISSUED_ON, make_invoice, make_profile, make_tax
from tests.factories import MORNING

FACTS = {"at": MORNING, "by": None}


def credited(invoice: Document, amounts, *, reason: str = "Agreed with the client") -> Document:
    keys = list(invoice.lines.order_by("position").values_list("pk", flat=True))
    given_back = {keys[place]: Decimal(amount) for place, amount in amounts.items()}
    return draft_credit_note(invoice=invoice, amounts=given_back, reason=reason, **FACTS)


def final(document: Document) -> Document:
    document = finalise(document=document, issued_on=ISSUED_ON, **FACTS)
    document.refresh_from_db()
    return document


def open_of(document: Document) -> Decimal:
    return OpenItem.objects.get(document=document).open_amount


@pytest.mark.django_db
@pytest.mark.clause("V-3.4.6")
def test_a_credit_note_takes_back_a_line_and_settles_its_invoice():
    invoice = make_invoice(amounts=("100.00", "50.00"))

    note = final(credited(invoice, {1: "50.00"}))

    assert (note.reference, note.corrects, note.total_amount) == ("CN-000001", invoice, Decimal(60))
    line = note.lines.get()
    assert (line.credits.title, line.net_amount, line.tax_percent) == ("Work 2", Decimal(50), 20)
    assert (open_of(invoice), open_of(note)) == (Decimal(120), Decimal(0))
    assert note.terms["corrects"] == [invoice.reference]
    assert Message.objects.get().topic == "credit_note.issued"
    moved = [(row.debit.kind, row.credit.kind, row.amount) for row in note.posting.transfers.all()]
    assert moved == [("REVENUE", "RECEIVABLE", Decimal(50)), ("TAX", "RECEIVABLE", Decimal(10))]
    assert Transfer.objects.count() == 4


@pytest.mark.django_db
@pytest.mark.parametrize("parts", [("0.10",), ("0.03", "0.03", "0.04"), ("0.01",) * 10])
@pytest.mark.clause("V-3.4.6")
def test_crediting_all_of_an_invoice_gives_back_exactly_its_tax(parts):
    invoice = make_invoice(profile=make_profile(tax=make_tax(percent="25")), amounts=("0.10",))

    notes = [final(credited(invoice, {0: part})) for part in parts]

    assert sum(note.tax_amount for note in notes) == invoice.tax_amount == Decimal("0.03")
    assert open_of(invoice) == 0


@given(
    parts=st.lists(
        st.decimals(min_value="0.01", max_value="9999", places=2), min_size=1, max_size=8
    ),
    percent=st.decimals(min_value=0, max_value=100, places=3),
)
@settings(deadline=None)
def test_however_it_is_divided_the_tax_comes_to_that_of_the_whole(parts, percent):
    credited_yet, back = Decimal(0), Decimal(0)
    for part in parts:
        tax = tax_to_credit(part, percent, credited=credited_yet)
        assert tax >= 0
        back, credited_yet = back + tax, credited_yet + part

    assert back == tax_on(sum(parts), percent)


@pytest.mark.django_db
def test_a_rate_that_changed_since_does_not_count():
    invoice = make_invoice()
    TaxRate.objects.create(
        category=invoice.lines.get().tax_category, from_on=ISSUED_ON, percent=Decimal(50)
    )

    assert final(credited(invoice, {0: "100.00"})).tax_amount == invoice.tax_amount


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("amounts", "words"),
    [
        ({0: "100.01"}, "has 100.00 USD left of 100.00"),
        ({0: "0"}, "cannot be"),
        ({0: "-5"}, "cannot be"),
        ({0: "1.005"}, "no amount in whole cents"),
        ({0: "NaN"}, "no amount in whole cents"),
        ({0: "1e12"}, "no amount in whole cents"),
        ({}, "more than nothing"),
    ],
)
def test_amounts_that_cannot_be(amounts, words):
    invoice = make_invoice()

    with pytest.raises(BillingRefused, match=words):
        credited(invoice, amounts)
    assert Document.objects.count() == 1


@pytest.mark.django_db
def test_never_more_than_is_left_after_drafts_and_final_ones():
    invoice = make_invoice()
    final(credited(invoice, {0: "30.00"}))
    draft = credited(invoice, {0: "40.00"})

    with pytest.raises(BillingRefused, match=r"has 30.00 USD left"):
        credited(invoice, {0: "30.01"})
    assert list(all_that_is_left(invoice).values()) == [Decimal("30.00")]
    discard(document=draft)
    assert list(all_that_is_left(invoice).values()) == [Decimal("70.00")]


@pytest.mark.django_db
def test_the_tax_of_a_draft_is_worked_out_when_it_is_final():
    invoice = make_invoice(profile=make_profile(tax=make_tax(percent="25")), amounts=("0.10",))
    first, second = credited(invoice, {0: "0.02"}), credited(invoice, {0: "0.02"})

    assert [final(first).tax_amount, final(second).tax_amount] == [Decimal("0.01"), Decimal(0)]


@pytest.mark.django_db
def test_what_is_refused():
    invoice, other = make_invoice(), make_invoice()
    strange = {other.lines.get().pk: Decimal(1)}

    with pytest.raises(BillingRefused, match="line of another document"):
        draft_credit_note(invoice=invoice, amounts=strange, reason="x", **FACTS)
    with pytest.raises(BillingRefused, match="Say why"):
        credited(invoice, {0: "1"}, reason=" ")
    with pytest.raises(BillingRefused, match="longer than 250"):
        credited(invoice, {0: "1"}, reason="x" * 251)
    note = final(credited(invoice, {0: "1"}))
    with pytest.raises(BillingRefused, match="no final invoice"):
        credited(note, {0: "1"})


@pytest.mark.django_db
def test_all_of_an_old_invoice_with_a_line_below_nought():
    invoice = make_invoice(amounts=("100.00", "-30.00"))

    note = draft_credit_note(
        invoice=invoice, amounts=all_that_is_left(invoice), reason="Withdrawn", **FACTS
    )

    assert final(note).total_amount == invoice.total_amount == Decimal("84.00")
    assert open_of(invoice) == 0
