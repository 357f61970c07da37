"""Time whose price stands on an invoice: finance alone corrects it, and the difference follows."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission

from apps.billing.models import Charge, Document, Line
from apps.billing.services.after_final import lock_time
from apps.tickets import services as tickets
from apps.tickets.services import Refused
from tests.billing_made import make_invoice, make_profile
from tests.factories import make_staff, make_ticket
from tests.rated_made import LATER, charges, correct, of_category, rated, work

pytestmark = [pytest.mark.django_db, pytest.mark.clause("S-13", "R-8")]


def invoiced(ticket) -> Document:
    """Bill what is charged on a ticket, as a finalisation leaves it."""
    profile = make_profile(account=ticket.account)
    charge = Charge.objects.get(event__ticket=ticket)
    document = make_invoice(profile=profile, amounts=(str(charge.amount),))
    draft = Document.objects.create(
        kind="INVOICE", account=ticket.account, series=document.series, currency="USD",
        drafted_at=LATER,
    )  # fmt: skip
    line = document.lines.get()
    own = Line.objects.create(
        document=draft, position=1, event=charge.event, kind="HOURLY", title="Work",
        net_amount=charge.amount, tax_category=line.tax_category, tax_code="S", tax_percent=20,
    )  # fmt: skip
    Charge.objects.filter(pk=charge.pk).update(state="BILLED", line=own)
    draft.state, draft.number, draft.reference = "FINAL", 7, "INV-000007"
    draft.issued_on, draft.due_on, draft.finalised_at = (
        document.issued_on,
        document.due_on,
        LATER,
    )
    draft.save()
    return draft


def test_it_is_locked_for_its_author_and_finance_corrects_it():
    ticket = of_category("custom-programming")
    entry, other = work(ticket, 60), work(of_category("custom-programming"), 60)
    rated(at=LATER)
    late = work(ticket, 5, at="2026-03-21 10:00")
    document = invoiced(ticket)

    assert [lock_time([document]), lock_time([document])] == [1, 0]

    for row, reference in [(entry, "INV-000007"), (other, ""), (late, "")]:
        row.refresh_from_db()
        assert row.invoiced_in == reference
    with pytest.raises(Refused, match="stands on invoice INV-000007"):
        correct(entry, minutes=30)
    with pytest.raises(Refused, match="stands on invoice INV-000007"):
        tickets.remove_time(entry=entry, reason="No", by=entry.who, at=LATER)
    boss = make_staff()
    boss.user_permissions.add(Permission.objects.get(codename="correct_invoiced"))
    correct(entry, minutes=20, by=boss)
    rated(at=LATER + timedelta(days=1))
    assert charges(event__ticket=ticket) == [Decimal("125.00"), Decimal("-62.50")]


def test_it_goes_with_its_ticket_into_a_merge():
    survivor = of_category("custom-programming")
    duplicate = make_ticket(requester=survivor.requester, severity="4", at=LATER)
    entry = work(duplicate, 10, at="2026-03-21 10:00")
    type(entry).objects.filter(pk=entry.pk).update(invoiced_in="INV-1")

    tickets.merge(
        duplicate=duplicate, into=survivor, by=make_staff(), at=LATER + timedelta(days=2),
        act_key="m",
    )  # fmt: skip

    entry.refresh_from_db()
    assert (entry.ticket, entry.invoiced_in) == (survivor, "INV-1")


def test_drafts_lock_nothing():
    ticket = of_category("custom-programming")
    work(ticket, 60)
    rated()
    profile = make_profile(account=ticket.account)
    draft = Document.objects.create(
        kind="INVOICE", account=ticket.account, series=profile.series, currency="USD",
        drafted_at=LATER,
    )  # fmt: skip

    assert lock_time([draft]) == 0
