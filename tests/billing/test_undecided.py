"""Nothing is billed while its finding is open; credit that is left settles what is owed again."""

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.billing.models import Charge, Document, RatedEvent
from apps.billing.services import BillingRefused
from apps.billing.services.drafting import draft_invoice
from apps.billing.services.finalising import finalise
from apps.billing.services.giving_back import reverse_receipt
from apps.billing.services.running import draft_batch, start_run
from tests.billing.test_payments import left, pay
from tests.billing_made import ISSUED_ON, make_charge, make_invoice, make_profile
from tests.factories import MORNING

pytestmark = pytest.mark.django_db
FACTS = {"at": MORNING, "by": None}


def hold(charge: Charge, *, held_for: str = "FINDING") -> None:
    assert RatedEvent.objects.filter(pk=charge.event_id).update(held_for=held_for)


@pytest.mark.clause("S-4")
def test_a_charge_whose_finding_was_taken_back_is_not_invoiced_before_the_next():
    profile = make_profile()
    charge = make_charge(account=profile.account)
    hold(charge)

    with pytest.raises(BillingRefused, match="has nothing to invoice"):
        draft_invoice(account=profile.account, through_on=ISSUED_ON, **FACTS)
    run = start_run(through_on=ISSUED_ON, issued_on=ISSUED_ON, **FACTS)
    while draft_batch(run=run, at=MORNING):
        pass
    assert Document.objects.count() == 0

    hold(charge, held_for="")
    draft = draft_invoice(account=profile.account, through_on=ISSUED_ON, **FACTS)
    assert draft.net_amount == Decimal("125.00")


@pytest.mark.clause("S-4")
def test_a_draft_is_not_made_final_while_a_finding_of_it_is_open():
    profile = make_profile()
    charge = make_charge(account=profile.account)
    draft = draft_invoice(account=profile.account, through_on=ISSUED_ON, **FACTS)
    hold(charge)

    with pytest.raises(BillingRefused, match="finding that it rests on was taken back"):
        finalise(document=draft, issued_on=ISSUED_ON, **FACTS)

    hold(charge, held_for="")
    assert finalise(document=draft, issued_on=ISSUED_ON, **FACTS).number == 1


@pytest.mark.clause("R-5")
def test_the_credit_that_is_left_settles_what_a_bounced_receipt_had():
    profile = make_profile()
    invoice = make_invoice(profile=profile)
    bounced, other = pay(profile, "120.00"), pay(profile, "120.00")
    assert left(invoice, bounced, other) == ["0.00", "0.00", "120.00"]

    reverse_receipt(
        receipt=bounced, on=ISSUED_ON, reason="Bounced", at=MORNING + timedelta(hours=1), by=None
    )

    assert left(invoice, bounced, other) == ["0.00", "0.00", "0.00"]
