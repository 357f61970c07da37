"""Disputes of amounts: raised, judged, and what counts as overdue meanwhile."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction

from apps.billing.models import BillingDispute, BillingDisputeStep, Document, Line, OpenItem
from apps.billing.services import BillingRefused
from apps.billing.services.dispute_decisions import (
    reject_dispute,
    uphold_dispute,
    uphold_in_part,
)
from apps.billing.services.disputes import accept_as_bona_fide, raise_dispute, withdraw_dispute
from apps.outbox.models import Message
from tests.billing.test_payments import balanced, left, pay
from tests.billing_made import make_invoice, make_profile
from tests.factories import MORNING, make_client, make_order, make_staff

pytestmark = pytest.mark.django_db
LATER = MORNING + timedelta(days=2)


def dispute(invoice: Document, amount: str = "50.00", **given) -> BillingDispute:
    facts = {
        "line": invoice.lines.order_by("position")[0],
        "reason": "Nobody worked on it",
        "source_key": f"test:{BillingDispute.objects.count()}",
        "client": None,
        "by": make_staff(),
        "at": MORNING,
        **given,
    }
    return raise_dispute(amount=Decimal(amount), **facts)


def disputed(invoice: Document) -> str:
    return str(OpenItem.objects.get(document=invoice).disputed_amount)


def told() -> list[tuple[str, str]]:
    return sorted(Message.objects.values_list("topic", "recipient"))


@pytest.mark.clause("S-12", "R-5")
def test_what_is_disputed_is_counted_with_its_tax_and_client_and_finance_are_told():
    profile = make_profile()
    invoice = make_invoice(profile=profile, amounts=("100.00", "10.00"))
    client = make_client(order=make_order(account=profile.account))
    fiona = make_staff(name="fiona")
    fiona.groups.add(Group.objects.get(name="Finance"))

    row = dispute(invoice, client=client, by=None)

    assert (row.state, row.amount, row.total_amount) == ("RAISED", Decimal(50), Decimal("60.00"))
    assert disputed(invoice) == "60.00"
    assert told() == sorted(
        [
            ("amount.disputed", client.email),
            ("amount.disputed", profile.email),
            ("amount.to_decide", "fiona@provider.example.com"),
        ]
    )
    assert [(s.number, s.state, s.text, s.client) for s in row.steps.all()] == [
        (1, "RAISED", "Nobody worked on it", client)
    ]


def test_the_same_key_is_the_same_dispute():
    invoice = make_invoice()

    assert dispute(invoice, source_key="k") == dispute(invoice, source_key="k")
    assert BillingDispute.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"amount": "100.01"}, r"has 100\.00 USD before tax that can be disputed"),
        ({"amount": "0"}, "more than nothing"),
        ({"amount": "-1"}, "more than nothing"),
        ({"amount": "NaN"}, "not an amount"),
        ({"amount": "0.001"}, "more than two decimals"),
        ({"reason": " \n "}, "Say why"),
        ({"reason": "x" * 20_001}, "longer than 20,000"),
        ({"reason": "a\0b"}, "cannot be kept"),
    ],
)
def test_a_dispute_that_cannot_be_is_refused(given, words):
    invoice = make_invoice()

    with pytest.raises(BillingRefused, match=words):
        dispute(invoice, **given)
    assert (BillingDispute.objects.count(), disputed(invoice)) == (0, "0.00")


def test_a_line_is_disputed_once_over():
    invoice = make_invoice()
    dispute(invoice, "60.00")

    with pytest.raises(BillingRefused, match=r"has 40\.00 USD before tax"):
        dispute(invoice, "40.01")
    dispute(invoice, "40.00")
    assert disputed(invoice) == "120.00"


@pytest.mark.clause("V-3.5")
def test_only_an_active_user_of_the_account_disputes():
    profile = make_profile()
    invoice = make_invoice(profile=profile)
    stranger = make_client()
    gone = make_client(order=make_order(account=profile.account), is_active=False)

    for client, words in [(stranger, "is not of"), (gone, "not an active user")]:
        with pytest.raises(BillingRefused, match=words):
            dispute(invoice, client=client)


def test_only_lines_of_final_invoices_are_disputed():
    profile = make_profile()
    draft = Document.objects.create(
        kind="INVOICE",
        account=profile.account,
        series=profile.series,
        currency="USD",
        drafted_at=MORNING,
    )
    Line.objects.create(
        document=draft,
        position=1,
        kind="HOURLY",
        title="Work",
        net_amount=Decimal(10),
        tax_category=profile.tax_category,
        tax_code="S",
        tax_percent=20,
    )
    with pytest.raises(BillingRefused, match="is no final invoice"):
        dispute(draft, "1.00")

    invoice = make_invoice(profile=profile)
    note = uphold_dispute(dispute=dispute(invoice), seen=1, answer="", by=make_staff(), at=MORNING)
    with pytest.raises(BillingRefused, match="is no final invoice"):
        dispute(note, "1.00")
    with pytest.raises(BillingRefused, match=r"has 50\.00 USD before tax"):
        dispute(invoice, "50.01")


def test_a_line_that_gives_money_back_is_not_disputed():
    invoice = make_invoice(amounts=("-10.00", "100.00"))

    with pytest.raises(BillingRefused, match=r"has 0\.00 USD before tax"):
        dispute(invoice, "1.00")


@pytest.mark.clause("S-12")
def test_a_bona_fide_dispute_is_open_still():
    invoice = make_invoice()
    row, by = dispute(invoice), make_staff()

    accept_as_bona_fide(dispute=row, seen=1, text="We look into it", by=by, at=LATER)

    row.refresh_from_db()
    assert (row.state, row.revision, row.decided_at, disputed(invoice)) == (
        "BONA_FIDE",
        2,
        None,
        "60.00",
    )
    with pytest.raises(BillingRefused, match="changed meanwhile: it is bona fide"):
        accept_as_bona_fide(dispute=row, seen=2, text="", by=by, at=LATER)


@pytest.mark.clause("R-5")
@pytest.mark.parametrize("accepted", [False, True])
def test_rejected_it_counts_again_from_the_original_due_date(accepted):
    invoice = make_invoice()
    row, by = dispute(invoice), make_staff()
    if accepted:
        accept_as_bona_fide(dispute=row, seen=1, text="", by=by, at=MORNING)

    with pytest.raises(BillingRefused, match="why it is rejected"):
        reject_dispute(dispute=row, seen=row.revision, answer=" ", by=by, at=LATER)
    reject_dispute(dispute=row, seen=row.revision, answer="It was done", by=by, at=LATER)

    item = OpenItem.objects.get(document=invoice)
    assert (item.disputed_amount, item.open_amount, item.due_on) == (
        Decimal(0),
        Decimal(120),
        invoice.due_on,
    )
    assert (row.state, row.answer, row.decided_by, row.decided_at) == (
        "REJECTED",
        "It was done",
        by,
        LATER,
    )


@pytest.mark.clause("S-12")
def test_upheld_it_is_taken_back_by_a_final_credit_note():
    invoice = make_invoice()
    row, by = dispute(invoice), make_staff()

    note = uphold_dispute(dispute=row, seen=1, answer="You are right", by=by, at=MORNING)

    assert (note.kind, note.state, note.corrects, note.total_amount) == (
        "CREDIT_NOTE",
        "FINAL",
        invoice,
        Decimal("60.00"),
    )
    row.refresh_from_db()
    assert (row.state, row.credit_note, row.upheld_amount) == ("UPHELD", note, Decimal("50.00"))
    assert (left(invoice, note), disputed(invoice)) == (["60.00", "0.00"], "0.00")
    assert [(s.number, s.state, s.amount) for s in row.steps.all()] == [
        (1, "RAISED", None),
        (2, "UPHELD", Decimal("50.00")),
    ]
    assert balanced()


@pytest.mark.clause("S-12", "R-5")
def test_upheld_in_part_the_rest_counts_again():
    invoice = make_invoice()
    row, by = dispute(invoice), make_staff()
    facts = {"dispute": row, "seen": 1, "by": by, "at": MORNING}

    for amount, answer, words in [
        ("50.00", "x", r"A part is less than the 50\.00 USD"),
        ("0", "x", "more than nothing"),
        ("20.00", " ", "why only a part"),
    ]:
        with pytest.raises(BillingRefused, match=words):
            uphold_in_part(amount=Decimal(amount), answer=answer, **facts)
    note = uphold_in_part(amount=Decimal("20.00"), answer="Two thirds were done", **facts)

    row.refresh_from_db()
    assert (row.state, row.upheld_amount, note.total_amount) == (
        "PARTLY",
        Decimal("20.00"),
        Decimal("24.00"),
    )
    assert (left(invoice), disputed(invoice)) == (["96.00"], "0.00")
    assert balanced()


def test_what_was_paid_and_is_upheld_becomes_credit():
    profile = make_profile()
    invoice = make_invoice(profile=profile)
    pay(profile, "120.00")
    row = dispute(invoice)
    assert disputed(invoice) == "0.00"

    note = uphold_dispute(dispute=row, seen=1, answer="", by=make_staff(), at=MORNING)

    assert left(invoice, note) == ["0.00", "60.00"]


def test_a_client_takes_it_back():
    invoice = make_invoice()
    client = make_client(order=make_order(account=invoice.account))
    row = dispute(invoice, client=client)

    with pytest.raises(BillingRefused, match="is not of"):
        withdraw_dispute(dispute=row, seen=1, text="", by=None, client=make_client(), at=LATER)
    withdraw_dispute(dispute=row, seen=1, text="Found it", by=None, client=client, at=LATER)

    assert (row.state, disputed(invoice)) == ("WITHDRAWN", "0.00")
    assert row.steps.get(number=2).client == client
    with pytest.raises(BillingRefused, match="changed meanwhile: it is withdrawn"):
        reject_dispute(dispute=row, seen=2, answer="x", by=make_staff(), at=LATER)


def test_who_decides_on_what_they_did_not_see_is_refused_and_nothing_is_credited():
    invoice = make_invoice()
    row, by = dispute(invoice), make_staff()
    accept_as_bona_fide(dispute=row, seen=1, text="", by=by, at=LATER)

    with pytest.raises(BillingRefused, match="changed meanwhile"):
        uphold_dispute(dispute=row, seen=1, answer="", by=by, at=LATER)

    assert Document.objects.filter(kind="CREDIT_NOTE").count() == 0


def test_a_step_is_a_record():
    dispute(make_invoice())

    with pytest.raises(IntegrityError), transaction.atomic():
        BillingDisputeStep.objects.update(text="other")


def test_each_step_is_told_to_the_client_once():
    profile = make_profile()
    row, by = dispute(make_invoice(profile=profile)), make_staff()
    accept_as_bona_fide(dispute=row, seen=1, text="", by=by, at=LATER)
    reject_dispute(dispute=row, seen=2, answer="No", by=by, at=LATER)

    mine = Message.objects.filter(recipient=profile.email).order_by("pk")
    assert list(mine.values_list("topic", flat=True)) == [
        "amount.disputed",
        "amount.bona_fide",
        "amount.decided",
    ]
