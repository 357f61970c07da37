"""Drafts follow what holds now: the profile, the rating, the day; what they billed is not lost."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.billing.models import BillingProfile, Charge, Document, InvoiceRun, Line, Seller
from apps.billing.services import BillingRefused
from apps.billing.services.drafting import discard, draft_documents, draft_invoice, redraft
from apps.billing.services.finalising import finalise
from apps.billing.services.following import follow_profile
from apps.billing.services.run_finalising import begin_finalising, finalise_batch
from apps.billing.services.running import draft_batch, start_run
from tests.billing_made import ISSUED_ON, make_charge, make_profile, make_tax
from tests.factories import MORNING
from tests.rated_made import LATER, of_category, work

pytestmark = pytest.mark.django_db
FACTS: dict[str, Any] = {"at": MORNING, "by": None}
DAY = timedelta(days=1)


def drafted(profile: BillingProfile, *amounts: str) -> Document:
    for amount in amounts:
        make_charge(account=profile.account, amount=amount)
    return draft_invoice(account=profile.account, through_on=ISSUED_ON, **FACTS)


def final(document: Document, *, on: date = ISSUED_ON) -> Document:
    document = finalise(document=document, issued_on=on, **FACTS)
    document.refresh_from_db()
    return document


def ran(*, through_on: date = ISSUED_ON) -> InvoiceRun:
    run = start_run(through_on=through_on, issued_on=ISSUED_ON, **FACTS)
    while draft_batch(run=run, at=MORNING):
        pass
    run.refresh_from_db()
    return run


def exported(profile: BillingProfile) -> BillingProfile:
    """Tax an account in another way from now on."""
    profile.tax_category = make_tax(key="export", percent="0", code="G")
    profile.save()
    return profile


@pytest.mark.parametrize("by_run", [False, True], ids=["by hand", "by the run"])
@pytest.mark.clause("V-3.4.6")
def test_lines_take_the_tax_category_that_the_account_has_when_they_are_final(by_run):
    profile = make_profile()
    make_charge(account=profile.account, amount="100.00")
    run = ran() if by_run else None
    draft = run.documents.get() if run else drafted(profile)
    exported(profile)

    if run:
        begin_finalising(run=run, issued_on=ISSUED_ON, at=MORNING)
        finalise_batch(run=run, **FACTS)
    else:
        final(draft)

    draft.refresh_from_db()
    assert (draft.state, draft.total_amount) == ("FINAL", Decimal("100.00"))
    assert [(each.code, each.percent) for each in draft.taxes.all()] == [("G", Decimal(0))]


@pytest.mark.clause("V-3.4.6")
def test_a_draft_shows_the_new_category_at_once_and_keeps_what_differs_by_itself():
    profile = make_profile()
    draft = drafted(profile, "100.00", "50.00")
    reduced = make_tax(key="reduced", percent="10")
    Line.objects.filter(document=draft, position=2).update(tax_category=reduced)

    assert follow_profile(account=exported(profile).account, at=MORNING) == 1

    draft.refresh_from_db()
    assert (draft.tax_amount, draft.tax_category) == (Decimal("5.00"), profile.tax_category)
    codes = draft.lines.order_by("position").values_list("tax_code", "tax_percent")
    assert list(codes) == [("G", Decimal(0)), ("S", Decimal(10))]
    profile.tax_category = make_tax(key="later")
    profile.tax_category.rates.update(from_on=ISSUED_ON + DAY)
    profile.save()
    assert follow_profile(account=profile.account, at=MORNING) == 0
    with pytest.raises(BillingRefused, match="no rate on 2026-03-04"):
        final(draft)


def test_a_draft_of_before_it_knew_its_category_follows_too():
    profile = make_profile()
    draft = drafted(profile, "100.00")
    Document.objects.update(tax_category=None)
    exported(profile)

    assert final(draft).tax_amount == Decimal(0)


def test_no_document_is_dated_ahead_of_its_sellers_day():
    profile = make_profile()
    make_charge(account=profile.account)
    run = ran()
    other = drafted(make_profile(), "10.00")
    Seller.objects.update(time_zone="Pacific/Kiritimati")  # the day begins there first
    begin_finalising(run=run, issued_on=ISSUED_ON + DAY, at=MORNING)
    Seller.objects.update(time_zone="America/New_York")

    with pytest.raises(BillingRefused, match=r"2026-03-05 is to come\. Use 2026-03-04"):
        begin_finalising(run=run, issued_on=ISSUED_ON + DAY, at=MORNING)
    with pytest.raises(BillingRefused, match="2026-03-05 is to come"):
        final(other, on=ISSUED_ON + DAY)

    begin_finalising(run=run, issued_on=ISSUED_ON, at=MORNING)
    finalise_batch(run=run, **FACTS)
    assert final(other).number == 2


@pytest.mark.clause("R-8", "S-13")
def test_what_is_marked_is_rated_before_it_is_drafted_by_hand():
    ticket = of_category("custom-programming")
    make_profile(account=ticket.account)
    facts: dict[str, Any] = {"through_on": LATER.date(), "at": LATER, "by": None}
    work(ticket, 60)

    [draft] = draft_documents(account=ticket.account, **facts)
    assert draft.net_amount == Decimal("125.00")

    work(ticket, 30, at="2026-03-06 10:00")
    [anew] = redraft(document=draft, **facts)
    assert anew.net_amount == Decimal("187.50")


@pytest.mark.parametrize("by_run", [False, True], ids=["by hand", "by the next run"])
def test_what_a_discarded_draft_of_a_done_run_billed_is_drafted_again(by_run, admin_client):
    profile = make_profile()
    make_charge(account=profile.account)
    run = ran()
    page = f"/admin/billing/invoicerun/{run.pk}/change/"
    discard(document=run.documents.get())
    assert list(Charge.objects.values_list("state", "line")) == [("READY", None)]
    assert "1 account has charges through that day" in admin_client.get(page).content.decode()

    if by_run:
        again = ran(through_on=ISSUED_ON + DAY).documents.get()
    else:
        again = draft_invoice(account=profile.account, through_on=ISSUED_ON, **FACTS)

    assert again.net_amount == Decimal("125.00")
    assert "that are on no document" not in admin_client.get(page).content.decode()
