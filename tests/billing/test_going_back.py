"""What is worth less than was invoiced goes back by a credit note of its own, and once."""

from decimal import Decimal
from typing import Any

import pytest

from apps.billing.models import BillingProfile, Charge, Document, Line, OpenItem
from apps.billing.queries.disputable import disputable_of
from apps.billing.queries.verify import verify_ledger
from apps.billing.services import BillingRefused
from apps.billing.services.crediting import all_that_is_left, draft_credit_note
from apps.billing.services.drafting import discard, draft_documents, redraft
from apps.billing.services.finalising import finalise
from apps.billing.services.run_finalising import begin_finalising, finalise_batch
from apps.billing.services.running import draft_batch, start_run
from tests.billing_made import ISSUED_ON, make_charge, make_profile, make_tax
from tests.factories import MORNING

pytestmark = [pytest.mark.django_db, pytest.mark.clause("R-8")]
FACTS: dict[str, Any] = {"at": MORNING, "by": None}


def drafted(profile: BillingProfile) -> list[Document]:
    return draft_documents(account=profile.account, through_on=ISSUED_ON, **FACTS)


def final(document: Document) -> Document:
    document = finalise(document=document, issued_on=ISSUED_ON, **FACTS)
    document.refresh_from_db()
    return document


def billed(profile: BillingProfile, amount: str = "125.00") -> tuple[Charge, Document]:
    """A charge that stands on a final invoice."""
    charge = make_charge(account=profile.account, amount=amount)
    [invoice] = drafted(profile)
    return charge, final(invoice)


def less(charge: Charge, amount: str) -> Charge:
    return make_charge(account=charge.account, amount=f"-{amount}", event=charge.event)


def by_hand(invoice: Document, amount: str) -> Document:
    amounts = {invoice.lines.get().pk: Decimal(amount)}
    return draft_credit_note(invoice=invoice, amounts=amounts, reason="Agreed", **FACTS)


def open_of(*documents: Document) -> list[Decimal]:
    return [OpenItem.objects.get(document=each).open_amount for each in documents]


def wrong() -> list[str]:
    return [each.words for each in verify_ledger(as_of=ISSUED_ON).findings]


def ran() -> list[Document]:
    run = start_run(through_on=ISSUED_ON, issued_on=ISSUED_ON, **FACTS)
    while draft_batch(run=run, at=MORNING):
        pass
    begin_finalising(run=run, issued_on=ISSUED_ON, at=MORNING)
    while finalise_batch(run=run, size=1, **FACTS):
        pass
    return list(run.documents.order_by("kind"))


@pytest.mark.parametrize("by_run", [False, True], ids=["by hand", "by the run"])
@pytest.mark.clause("V-3.4.6", "S-12")
def test_beside_what_is_new_it_goes_back_with_the_tax_that_was_on_it(by_run):
    profile = make_profile(tax=make_tax(percent="20"))
    charge, old = billed(profile)
    less(charge, "125.00")
    make_charge(account=profile.account, amount="200.00")
    BillingProfile.objects.update(tax_category=make_tax(key="export", percent="0", code="G"))

    note, invoice = ran() if by_run else [final(each) for each in reversed(drafted(profile))]

    assert (invoice.net_amount, invoice.tax_amount) == (Decimal(200), Decimal(0))
    assert (note.kind, note.total_amount, note.corrects) == ("CREDIT_NOTE", Decimal(150), old)
    assert note.terms["corrects"] == [old.reference]
    line = note.lines.get()
    assert (line.credits, line.tax_percent) == (old.lines.get(), Decimal(20))
    assert open_of(old, note, invoice) == [Decimal(0), Decimal(0), Decimal(200)]
    assert all_that_is_left(old) == {}
    assert disputable_of(list(old.lines.all())) == {line.credits_id: Decimal("0.00")}
    assert wrong() == []


def test_an_account_owed_less_than_was_charged_gets_a_credit_note():
    profile = make_profile()
    charge, invoice = billed(profile, "100.00")
    less(charge, "60.00")

    [note] = drafted(profile)

    assert (final(note).kind, note.corrects, note.total_amount) == (
        "CREDIT_NOTE",
        invoice,
        Decimal(72),
    )
    assert note.lines.get().credits == invoice.lines.get()
    assert (open_of(invoice), wrong()) == ([Decimal("48.00")], [])


def test_where_no_single_line_has_as_much_left_several_are_taken_back():
    profile = make_profile()
    charge, first = billed(profile, "50.00")
    make_charge(account=profile.account, amount="30.00", event=charge.event)
    second = final(drafted(profile)[0])
    less(charge, "70.00")
    [note] = drafted(profile)
    taken = Line.objects.filter(document=note).values_list("credits__document", "net_amount")

    assert list(taken) == [(second.pk, Decimal("30.00")), (first.pk, Decimal("40.00"))]
    note = final(note)
    assert (note.corrects, note.total_amount) == (None, Decimal("84.00"))
    assert note.terms["corrects"] == [second.reference, first.reference]
    assert open_of(first, second, note) == [Decimal(0), Decimal("12.00"), Decimal(0)]
    assert (list(all_that_is_left(first).values()), wrong()) == ([Decimal("10.00")], [])


def test_new_and_old_of_the_same_amount_settle_each_other():
    profile = make_profile()
    charge, old = billed(profile, "10.00")
    BillingProfile.objects.update(payment_days=0)
    less(charge, "10.00")
    make_charge(account=profile.account, amount="10.00")

    invoice, note = [final(each) for each in drafted(profile)]

    assert (open_of(old, invoice, note), wrong()) == (
        [Decimal(0), Decimal("12.00"), Decimal(0)],
        [],
    )


def test_what_a_draft_bills_does_not_go_back_before_that_is_final():
    profile = make_profile()
    charge = make_charge(account=profile.account)
    [draft] = drafted(profile)
    less(charge, "25.00")
    make_charge(account=profile.account, amount="5.00")

    [other] = drafted(profile)

    assert (other.kind, other.net_amount) == ("INVOICE", Decimal("5.00"))
    assert Charge.objects.get(amount=-25).state == "READY"
    with pytest.raises(BillingRefused, match="goes back of what the draft of an invoice bills"):
        drafted(profile)
    final(draft)
    [note] = drafted(profile)
    assert note.lines.get().credits == draft.lines.get()


def test_a_draft_is_made_anew_with_what_goes_back_beside_it():
    profile, run = make_profile(), start_run(through_on=ISSUED_ON, issued_on=ISSUED_ON, **FACTS)
    charge, old = billed(profile)
    make_charge(account=profile.account, amount="10.00")
    while draft_batch(run=run, at=MORNING):
        pass
    less(charge, "25.00")

    made = redraft(document=run.documents.get(), through_on=ISSUED_ON, **FACTS)

    assert [(each.kind, each.run) for each in made] == [("INVOICE", run), ("CREDIT_NOTE", run)]
    less(charge, "5.00")
    [invoice, note] = redraft(document=made[0], through_on=ISSUED_ON, **FACTS)
    assert (invoice.run, note.run, note.net_amount) == (run, None, Decimal("5.00"))
    assert list(all_that_is_left(old).values()) == [Decimal("95.00")]


@pytest.mark.clause("V-3.4.6")
def test_a_draft_by_hand_does_not_give_back_what_was_rated_to_less_meanwhile():
    profile = make_profile()
    charge, invoice = billed(profile)
    draft, part = by_hand(invoice, "100.00"), by_hand(invoice, "25.00")
    less(charge, "100.00")

    with pytest.raises(BillingRefused, match=r"100.00 USD of “Work on a ticket” .* 25.00 is left"):
        final(draft)
    final(part)
    discard(document=draft)
    with pytest.raises(BillingRefused, match=r"has 0.00 USD left of 125.00"):
        by_hand(invoice, "0.01")
    [note] = drafted(profile)
    assert (final(note).net_amount, all_that_is_left(invoice)) == (Decimal(100), {})
    assert (open_of(invoice, note, part), wrong()) == ([Decimal(0)] * 3, [])


@pytest.mark.clause("S-4")
def test_a_run_makes_no_draft_final_whose_finding_was_taken_back():
    profile = make_profile()
    charge = make_charge(account=profile.account)
    run = start_run(through_on=ISSUED_ON, issued_on=ISSUED_ON, **FACTS)
    while draft_batch(run=run, at=MORNING):
        pass
    type(charge.event).objects.update(held_for="FINDING")

    begin_finalising(run=run, issued_on=ISSUED_ON, at=MORNING)
    while finalise_batch(run=run, **FACTS):
        pass

    assert run.documents.get().state == "DRAFT"
    assert "finding that it rests on" in run.parked.get().reason
