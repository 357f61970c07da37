"""The invoice run: the same as drafts by hand, once however often it is pressed, all the way."""

import random
from collections import defaultdict
from contextlib import suppress
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

from apps.billing.models import (
    BillingProfile,
    Books,
    Charge,
    Document,
    InvoiceRun,
    Line,
    OpenItem,
    Posting,
    RunAccount,
    Series,
    TaxRate,
)
from apps.billing.services import BillingRefused
from apps.billing.services.drafting import NO_PROFILE, PAUSED, discard, draft_invoice, redraft
from apps.billing.services.finalising import finalise
from apps.billing.services.run_finalising import begin_finalising, finalise_batch
from apps.billing.services.running import documents_of, draft_batch, retry_parked, start_run
from apps.contracts.models import Account
from apps.outbox.models import Message
from tests.billing_made import ISSUED_ON, make_charge, make_profile, make_series, make_tax
from tests.factories import MORNING, make_order

pytestmark = pytest.mark.django_db
CENT = Decimal("0.01")


def begun(*, through_on: date = ISSUED_ON) -> InvoiceRun:
    return start_run(through_on=through_on, issued_on=ISSUED_ON, at=MORNING, by=None)


def ran(run: InvoiceRun | None = None, *, size: int = 2) -> InvoiceRun:
    run = run or begun()
    while draft_batch(run=run, at=MORNING, size=size):
        pass
    run.refresh_from_db()
    return run


def finished(run: InvoiceRun, *, size: int = 2, on: date = ISSUED_ON) -> None:
    run = begin_finalising(run=run, issued_on=on, at=MORNING)
    while finalise_batch(run=run, at=MORNING, by=None, size=size):
        pass


def parked(run: InvoiceRun) -> dict[int, tuple[str, str]]:
    rows = RunAccount.objects.filter(run=run)
    return {row.account_id: (row.stage, row.reason) for row in rows}


def figures() -> list[tuple]:
    """Everything that documents say, but for their keys."""
    lines = defaultdict(list)
    for line in Line.objects.order_by("document", "position"):
        skipped = {"id", "document", "explanation"}
        lines[line.document_id].append(
            tuple(
                (field.name, getattr(line, field.attname))
                for field in Line._meta.fields
                if field.name not in skipped
            )
        )
    return [
        (
            document.account_id,
            document.kind,
            document.series_id,
            document.currency,
            document.reason,
            document.corrects_id,
            (document.starts_on, document.ends_on),
            (document.net_amount, document.tax_amount, document.total_amount),
            [
                (tax.category_id, tax.code, tax.percent, tax.net_amount, tax.tax_amount, tax.note)
                for tax in document.taxes.all()
            ],
            lines[document.pk],
        )
        for document in Document.objects.order_by("account", "pk")
    ]


def some_accounts(count: int = 7) -> list[BillingProfile]:
    """Make accounts with work of all kinds: corrections, waivers, what nets to nothing."""
    chance = random.Random(6)
    profiles = [make_profile(tax=make_tax(percent="7.7")) for _ in range(count)]
    for profile in profiles:
        for _ in range(chance.randint(1, 6)):
            cents = chance.choice([1, 5, 10, 20, 33, 250, 12_500, 999_999])
            on = ISSUED_ON - timedelta(days=chance.randint(0, 40))
            charge = make_charge(
                account=profile.account, amount=str(Decimal(cents) / 100), incurred_on=on
            )
            if chance.random() < 0.3:
                less = -charge.amount * chance.choice([1, 2])
                make_charge(account=profile.account, amount=str(less), event=charge.event)
    make_charge(account=profiles[0].account, incurred_on=ISSUED_ON + timedelta(days=1))
    make_charge(account=profiles[-1].account, amount="-99999.99")
    Charge.objects.filter(amount=Decimal("2.50")).update(waived_amount=Decimal("0.45"))
    return profiles


@pytest.mark.clause("R-8")
def test_a_run_drafts_what_drafts_by_hand_do():
    profiles = some_accounts()
    for profile in profiles:
        with suppress(BillingRefused):  # nothing to invoice
            draft_invoice(account=profile.account, through_on=ISSUED_ON, at=MORNING, by=None)
    by_hand, states = figures(), states_of_charges()
    for document in Document.objects.all():
        discard(document=document)
    Charge.objects.filter(state="NETTED").update(state="READY")

    run = ran()

    assert figures() == by_hand
    assert states_of_charges() == states
    assert (run.state, run.accounts_done, run.accounts_total) == ("DONE", 7, 7)


def states_of_charges() -> list[tuple]:
    return list(Charge.objects.order_by("pk").values_list("pk", "state", "line__event"))


@pytest.mark.clause("S-13")
def test_a_run_comes_to_the_cent_to_what_decimals_come_to():
    some_accounts(9)
    ready: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for charge in Charge.objects.filter(incurred_on__lte=ISSUED_ON):
        ready[charge.account_id, charge.event_id] += charge.amount - charge.waived_amount

    ran()

    expected: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for (account, _), net in ready.items():
        expected[account, "CREDIT_NOTE" if net < 0 else "INVOICE"] += abs(net)
    rows = Document.objects.values_list("account", "kind", "net_amount", "tax_amount")
    assert {(account, kind): (net, tax) for account, kind, net, tax in rows} == {
        key: (net, (net * Decimal("7.7") / 100).quantize(CENT, rounding=ROUND_HALF_UP))
        for key, net in expected.items()
        if net
    }


def test_pressed_twice_it_is_the_same_run_and_the_same_invoices():
    some_accounts()
    first = ran()
    before = figures()

    assert ran(begun()) == first
    assert (figures(), InvoiceRun.objects.count()) == (before, 1)
    with pytest.raises(BillingRefused, match="is there already"):
        start_run(through_on=ISSUED_ON, issued_on=date(2026, 3, 1), at=MORNING, by=None)


def test_a_later_run_makes_none_of_what_was_billed():
    some_accounts()
    ran()
    before = Document.objects.count()

    ran(begun(through_on=ISSUED_ON - timedelta(days=1)))

    assert Document.objects.count() == before


def test_stopped_in_the_middle_it_goes_on_where_it_was():
    some_accounts()
    run = begun()
    draft_batch(run=run, at=MORNING, size=3)
    run.refresh_from_db()
    assert (run.accounts_done, run.accounts_total, run.state) == (3, 7, "OPEN")

    ran(run)
    once = Document.objects.order_by().values("account", "kind").distinct()
    assert once.count() == Document.objects.count()
    assert not Charge.objects.filter(state="READY", incurred_on__lte=ISSUED_ON).exists()


def test_accounts_with_a_problem_are_parked_and_the_others_go_on():
    fine, paused, foreign, untaxed = (make_profile() for _ in range(4))
    none = make_order().account
    for account in (fine.account, paused.account, foreign.account, untaxed.account, none):
        make_charge(account=account)
    make_charge(account=foreign.account, currency="EUR")
    BillingProfile.objects.filter(pk=paused.pk).update(is_paused=True)
    other = make_tax(key="later")
    TaxRate.objects.filter(category=other).update(from_on=ISSUED_ON + timedelta(days=1))
    BillingProfile.objects.filter(pk=untaxed.pk).update(tax_category=other)

    run = ran()

    assert [document.account_id for document in run.documents.all()] == [fine.account_id]
    assert parked(run) == {
        none.pk: ("DRAFTING", NO_PROFILE),
        paused.account_id: ("DRAFTING", PAUSED),
        foreign.account_id: ("DRAFTING", "It is billed in USD and has charges in EUR."),
        untaxed.account_id: ("DRAFTING", "The tax category “Later” has no rate on 2026-03-04."),
    }
    assert (run.state, run.accounts_done) == ("DONE", 5)

    make_profile(account=none)
    BillingProfile.objects.filter(pk=paused.pk).update(is_paused=False)
    assert retry_parked(run=run, at=MORNING) == 2
    assert set(parked(run)) == {foreign.account_id, untaxed.account_id}
    assert {each.account_id for each in run.documents.all()} == {
        fine.account_id,
        paused.account_id,
        none.pk,
    }


def test_all_drafts_of_a_run_are_made_final_in_the_order_of_accounts():
    some_accounts()
    run = ran()

    finished(run)

    invoices = Document.objects.filter(kind="INVOICE").order_by("account_id")
    assert [each.number for each in invoices] == list(range(1, len(invoices) + 1))
    notes = Document.objects.filter(kind="CREDIT_NOTE").order_by("account_id")
    assert [each.number for each in notes] == list(range(1, len(notes) + 1))
    assert len(notes) > 0
    count = Document.objects.count()
    assert documents_of(run) == {"DRAFT": 0, "FINAL": count}
    assert (OpenItem.objects.count(), Posting.objects.count()) == (count, count)
    assert Message.objects.filter(topic__endswith="ed").count() == count
    finished(run)
    assert (Message.objects.count(), Posting.objects.count()) == (count, count)


def test_a_run_finalises_as_one_does_by_hand():
    profiles = some_accounts(4)
    run = ran()
    finished(run, size=100)
    invoices = run.documents.filter(kind="INVOICE")
    rows = {each.account_id: copied(each) for each in invoices}
    moved = {each.account_id: transfers(each) for each in invoices}

    # The same work once more, by hand.
    billed = Charge.objects.filter(line__document__in=invoices)
    for charge in list(billed.select_related("account")):
        make_charge(
            account=charge.account,
            amount=str(charge.amount - charge.waived_amount),
            incurred_on=charge.incurred_on,
        )
    for profile in profiles:
        if profile.account_id not in rows:
            continue
        document = draft_invoice(account=profile.account, through_on=ISSUED_ON, at=MORNING, by=None)
        document = finalise(document=document, issued_on=ISSUED_ON, at=MORNING, by=None)
        document.refresh_from_db()
        assert copied(document) == rows[profile.account_id]
        assert transfers(document) == moved[profile.account_id]


def copied(document: Document) -> tuple:
    return (
        document.kind,
        document.issued_on,
        document.due_on,
        document.parties,
        document.terms,
        (document.net_amount, document.tax_amount, document.total_amount),
        document.item.open_amount + sum(each.amount for each in document.item.taken.all()),
    )


def transfers(document: Document) -> list[tuple]:
    return [
        (row.debit.kind, row.debit.key, row.credit.kind, row.credit.key, row.amount)
        for row in document.posting.transfers.all()
    ]


def test_rates_that_changed_since_the_draft_count_at_the_date():
    profile = make_profile(tax=make_tax(percent="20"))
    make_charge(account=profile.account, amount="100.00")
    run = ran()
    TaxRate.objects.create(
        category=profile.tax_category, from_on=date(2026, 3, 2), percent=Decimal(21)
    )

    finished(run)

    document = run.documents.get()
    assert (document.tax_amount, document.lines.get().tax_percent) == (Decimal(21), Decimal(21))


def test_a_draft_that_cannot_be_final_is_parked_and_leaves_no_gap():
    profiles = [make_profile() for _ in range(3)]
    for profile in profiles:
        make_charge(account=profile.account)
    run = ran()
    BillingProfile.objects.filter(pk=profiles[1].pk).update(currency="EUR")

    finished(run, size=1)

    assert [each.number for each in run.documents.order_by("account_id")] == [1, None, 2]
    assert parked(run)[profiles[1].account_id][0] == "FINALISING"
    BillingProfile.objects.filter(pk=profiles[1].pk).update(currency="USD")
    finished(run)
    assert [each.number for each in run.documents.order_by("account_id")] == [1, 3, 2]
    assert parked(run) == {}


def test_a_run_is_not_finalised_before_it_is_done_or_on_a_day_that_cannot_be():
    some_accounts(3)
    run = begun()
    draft_batch(run=run, at=MORNING, size=1)
    with pytest.raises(BillingRefused, match="still under way"):
        finished(run)
    ran(run)

    with pytest.raises(BillingRefused, match="is to come"):
        finished(run, on=ISSUED_ON + timedelta(days=2))
    Series.objects.update(next_number=2, last_issued_on=ISSUED_ON)
    with pytest.raises(BillingRefused, match="dates of a series never go back"):
        finished(run, on=ISSUED_ON - timedelta(days=1))
    Books.objects.update_or_create(pk=1, defaults={"closed_through_on": ISSUED_ON})
    with pytest.raises(BillingRefused, match="books are closed"):
        finished(run)
    assert documents_of(run)["FINAL"] == 0


@pytest.mark.parametrize("on", [ISSUED_ON + timedelta(days=2), date(2999, 1, 1)])
def test_a_run_of_days_to_come_is_refused(on):
    with pytest.raises(BillingRefused, match="is to come"):
        start_run(through_on=on, issued_on=ISSUED_ON, at=MORNING, by=None)
    with pytest.raises(BillingRefused, match="is to come"):
        start_run(through_on=ISSUED_ON, issued_on=on, at=MORNING, by=None)


def test_two_series_are_numbered_each_on_its_own():
    profiles = [make_profile() for _ in range(4)]
    other = make_series(prefix="EU-")
    for place, profile in enumerate(profiles):
        make_charge(account=profile.account)
        if place % 2:
            BillingProfile.objects.filter(pk=profile.pk).update(series=other)

    finished(ran(), size=3)

    references = Document.objects.order_by("account_id").values_list("reference", flat=True)
    assert list(references) == ["INV-000001", "EU-000001", "INV-000002", "EU-000002"]


@pytest.mark.clause("R-8")
def test_a_draft_of_a_run_made_anew_stays_in_it():
    profile = make_profile()
    charge = make_charge(account=profile.account, amount="100.00")
    run = ran()
    make_charge(account=profile.account, amount="-40.00", event=charge.event)

    [anew] = redraft(document=run.documents.get(), through_on=ISSUED_ON, at=MORNING, by=None)

    assert (anew.run, anew.net_amount) == (run, Decimal(60))


@pytest.mark.parametrize("count", [2, 12])
def test_the_queries_of_a_batch_do_not_grow(count, django_assert_num_queries):
    for _ in range(count):
        profile = make_profile()
        for _ in range(3):
            make_charge(account=profile.account)
    run = begun()

    with django_assert_num_queries(20):
        draft_batch(run=run, at=MORNING)
    ran(run)
    run = begin_finalising(run=run, issued_on=ISSUED_ON, at=MORNING)
    with django_assert_num_queries(31):
        finalise_batch(run=run, at=MORNING, by=None)


def test_no_account_is_skipped_whatever_it_is_called():
    names = ["Zulu", "Yard", "Xebec", "Wharf", "Vane"]
    accounts = [make_order(account=Account.objects.create(name=name)).account for name in names]
    for account in accounts:
        make_profile(account=account)
        make_charge(account=account)

    run = ran(size=2)
    finished(run, size=2)

    final = Document.objects.order_by("number").values_list("account__name", "number", "state")
    assert list(final) == [(name, number, "FINAL") for number, name in enumerate(names, start=1)]
