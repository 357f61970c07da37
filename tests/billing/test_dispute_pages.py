"""The pages of disputed amounts, as somebody of finance uses them."""

from decimal import Decimal

import pytest

from apps.billing.models import (
    BillingDispute,
    OpenItem,
)
from tests.billing.test_disputes import dispute
from tests.billing.test_payment_pages import DISPUTE, KEY, act, page, sign_in, text_of, that_morning
from tests.billing_made import make_invoice, make_profile
from tests.factories import make_client, make_order

__all__ = ["that_morning"]  # the hour of each test
pytestmark = pytest.mark.django_db


def test_a_dispute_is_taken_down_and_decided_from_its_pages():
    profile = make_profile()
    invoice = make_invoice(profile=profile)
    client = make_client(order=make_order(account=profile.account))
    line, browser = invoice.lines.get(), sign_in()

    assert browser.get(DISPUTE, {"number": "inv-000001"}).status_code == 302
    assert "There is no invoice “X-1”" in text_of(browser.get(DISPUTE, {"number": "X-1"}))
    url = f"{DISPUTE}?document={invoice.pk}"
    assert "of which 100.00 can be disputed" in text_of(browser.get(url))
    said = {"line": line.pk, "client": client.pk, "reason": "Not ours", "act_key": KEY}
    refused = browser.post(url, {**said, "amount": "100.01"})
    assert (refused.status_code, "that can be disputed" in text_of(refused)) == (422, True)
    for _ in range(2):
        assert browser.post(url, {**said, "amount": "50.00"}).status_code == 302

    row = BillingDispute.objects.get()
    refused = browser.post(act(row, "reject"), {"seen": "1", "text": " "})
    assert "Say to the client why it is rejected." in text_of(refused)
    browser.post(act(row, "accept"), {"seen": "1", "text": ""})
    stale = browser.post(act(row, "uphold"), {"seen": "1", "text": ""})
    assert "changed meanwhile: it is bona fide" in text_of(stale)
    browser.post(act(row, "part"), {"seen": "2", "text": "Half of it", "amount": "25.00"})

    row.refresh_from_db()
    assert (row.state, row.upheld_amount) == ("PARTLY", Decimal("25.00"))
    assert "Half of it" in text_of(browser.get(page(row)))
    assert OpenItem.objects.get(document=invoice).open_amount == Decimal("90.00")


@pytest.mark.parametrize("name", ["reject", "withdraw", "uphold"])
def test_each_end_of_a_dispute_has_its_button(name):
    row = dispute(make_invoice())

    answer = sign_in().post(act(row, name), {"seen": "1", "text": "So it is"}, follow=True)

    assert "fl-refused" not in text_of(answer)
    row.refresh_from_db()
    assert row.state == {"reject": "REJECTED", "withdraw": "WITHDRAWN", "uphold": "UPHELD"}[name]
