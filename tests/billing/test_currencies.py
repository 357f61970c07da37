"""An account that is billed in another currency: nothing is converted, guessed or lost."""

from decimal import Decimal
from typing import Any

import pytest

from apps.backoffice.account_page.money import Money
from apps.billing.models import BillingProfile, Charge, OpenItem, Quote, RatedEvent
from apps.billing.queries.reports.aging import aging
from apps.billing.queries.verify import verify_ledger
from apps.billing.services import BillingRefused
from apps.billing.services.crediting import all_that_is_left, draft_credit_note
from apps.billing.services.currency import check_currency, rate_anew
from apps.billing.services.drafting import draft_invoice
from apps.billing.services.finalising import finalise
from apps.billing.services.giving_back import refund_credit, reverse_receipt
from apps.billing.services.payments import record_payment
from apps.billing.services.quoting import amend_by_hand, charge_by_hand, quote
from apps.tickets.models import Ticket
from tests.billing_made import make_profile
from tests.factories import make_staff
from tests.rated_made import (
    LATER,
    amended,
    charges,
    correct,
    events,
    ny,
    of_category,
    premium_order,
    rated,
    work,
)

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-3.4.6", "R-8")]
TODAY = LATER.date()
FACTS: dict[str, Any] = {"at": LATER, "by": None}


def d(*amounts: str) -> list[Decimal]:
    return [Decimal(amount) for amount in amounts]


def moved(profile: BillingProfile, currency: str) -> None:
    """Bill an account in another currency, as its page does."""
    check_currency(account=profile.account, currency=currency, at=LATER)
    profile.currency = currency
    profile.save()
    rate_anew(account=profile.account, at=LATER)
    rated()


def quoted(event: RatedEvent, amount: str) -> RatedEvent:
    event.refresh_from_db()
    facts = {"reason": "Agreed", "revision": event.revision, "by": make_staff(), "at": LATER}
    return quote(event=event, amount=Decimal(amount), **facts)


def said(event: RatedEvent) -> str:
    event.refresh_from_db()
    step = event.explanation[-1]
    return step["text"].format_map(step["figures"])


def programming(minutes: int = 60, *, currency: str = "USD") -> tuple[Ticket, BillingProfile]:
    ticket = of_category("custom-programming")
    profile = make_profile(account=ticket.account, currency=currency)
    work(ticket, minutes)
    rated()
    return ticket, profile


def refused(profile: BillingProfile, words: str) -> None:
    with pytest.raises(BillingRefused, match=words):
        check_currency(account=profile.account, currency="EUR", at=LATER)


def test_it_changes_only_where_nothing_is_left_in_the_old_one():
    ticket, profile = programming()
    account = profile.account
    refused(profile, "charges to be invoiced in USD: invoice or waive them")
    draft = draft_invoice(account=account, through_on=TODAY, **FACTS)
    refused(profile, "drafts in USD: make them final, or discard them")
    invoice = finalise(document=draft, issued_on=TODAY, **FACTS)
    refused(profile, "owes something in USD: wait until that is paid")
    pay: dict[str, Any] = {"account": account, "currency": "USD", "received_on": TODAY, **FACTS}
    pay |= {"method": "BANK", "reference": invoice.reference}
    record_payment(amount=invoice.total_amount + 1, source_key="paid", **pay)
    refused(profile, "credit in USD: refund it")
    work(ticket, 60, at="2026-03-06 10:00")
    refused(profile, "charges to be invoiced in USD")  # what was not rated yet was rated first


def test_what_was_not_charged_yet_is_rated_anew_in_the_new_one():
    _, profile = programming(currency="EUR")
    event = RatedEvent.objects.get()
    assert (event.currency, event.asks, event.held_for) == ("EUR", "125.00 USD", "TERM")

    moved(profile, "USD")

    event.refresh_from_db()
    assert (event.currency, charges()) == ("USD", d("125.00"))


def test_a_later_difference_to_what_was_charged_in_the_old_one_waits_for_a_person():
    ticket, profile = programming()
    draft = draft_invoice(account=profile.account, through_on=TODAY, **FACTS)
    invoice = finalise(document=draft, issued_on=TODAY, **FACTS)
    note = draft_credit_note(
        invoice=invoice, amounts=all_that_is_left(invoice), reason="Moved", **FACTS
    )
    finalise(document=note, issued_on=TODAY, **FACTS)
    by_hand: dict[str, Any] = {"reason": "Agreed", "by": make_staff(), "at": LATER}
    moved(profile, "EUR")
    work(ticket, 30, at="2026-03-06 10:00")
    rated()

    event = RatedEvent.objects.get()
    assert (events(), charges()) == ([("professional-services", 90, None, "TERM")], d("125.00"))
    assert said(event).startswith("125.00 USD of it were charged, and the account is billed in EUR")
    charge_by_hand(
        account=profile.account, title="Half an hour", amount=Decimal(58), incurred_on=TODAY,
        act_key="rest", **by_hand,
    )  # fmt: skip
    assert quoted(event, "100.00").held_for == "TERM"
    assert quoted(event, "125.00").worth_amount == Decimal("125.00")
    assert draft_invoice(account=profile.account, through_on=TODAY, **FACTS).currency == "EUR"
    assert verify_ledger(as_of=TODAY).findings == []
    work(ticket, 30, at="2026-03-07 10:00")
    rated()
    event.refresh_from_db()
    assert (event.held_for, charges(currency="USD")) == ("TERM", d("125.00"))


@pytest.mark.clause("S-12")
def test_an_invoice_in_the_old_one_is_credited_in_it_and_the_credit_given_back():
    _, profile = programming()
    account = profile.account
    draft = draft_invoice(account=account, through_on=TODAY, **FACTS)
    invoice = finalise(document=draft, issued_on=TODAY, **FACTS)
    pay: dict[str, Any] = {"account": account, "received_on": TODAY, "method": "BANK", **FACTS}
    paid = record_payment(
        amount=invoice.total_amount, currency="USD", reference="", source_key="usd", **pay
    )
    moved(profile, "EUR")
    charge_by_hand(
        account=account, title="Cable", amount=Decimal(50), incurred_on=TODAY, act_key="eur",
        reason="Agreed", by=make_staff(), at=LATER,
    )  # fmt: skip
    euros = draft_invoice(account=account, through_on=TODAY, **FACTS)
    euros = finalise(document=euros, issued_on=TODAY, **FACTS)

    line = invoice.lines.get()
    note = draft_credit_note(
        invoice=invoice, amounts={line.pk: Decimal(25)}, reason="Agreed", **FACTS
    )
    note = finalise(document=note, issued_on=TODAY, **FACTS)

    assert (note.currency, note.total_amount) == ("USD", Decimal("30.00"))
    assert [each.open_amount for each in (note.item, euros.item)] == d("30.00", "60.00")
    money = Money.of(account)
    assert (money.currency, money.owed_amount, money.credit_amount, money.older) == (
        *("EUR", Decimal("60.00"), Decimal(0)),
        {"USD": Decimal("30.00")},
    )
    assert [(each.currency, each.balance) for each in aging(as_of=TODAY)] == [
        ("EUR", Decimal("60.00")),
        ("USD", Decimal("-30.00")),
    ]
    refund: dict[str, Any] = {"account": account, "paid_on": TODAY, "method": "BANK", **FACTS}
    refund |= {"reference": "", "source_key": "back", "currency": "USD"}
    with pytest.raises(BillingRefused, match=r"has 30\.00 USD of credit .* less than the 30\.01"):
        refund_credit(amount=Decimal("30.01"), **refund)
    back = refund_credit(amount=Decimal("30.00"), **refund)
    assert (back.currency, open_amounts(account)) == ("USD", [("EUR", Decimal("60.00"))])
    for act, words in [
        (lambda: reverse_receipt(receipt=paid, on=TODAY, reason="Bounced", **FACTS),
         "bill the account in USD again"),
        (lambda: record_payment(
            amount=Decimal(1), currency="USD", reference="", source_key="x", **pay),
         "is billed in EUR: a payment in USD"),
    ]:  # fmt: skip
        with pytest.raises(BillingRefused, match=words):
            act()
    assert verify_ledger(as_of=TODAY).findings == []


def open_amounts(account) -> list[tuple[str, Decimal]]:
    rows = OpenItem.objects.filter(account=account, open_amount__gt=0).order_by("currency")
    return list(rows.values_list("currency", "open_amount"))


def test_a_charge_by_hand_in_the_old_one_is_not_amended():
    profile = make_profile()
    by_hand: dict[str, Any] = {"reason": "Agreed", "by": make_staff(), "at": LATER}
    event = charge_by_hand(
        account=profile.account, title="Cable", amount=Decimal(5), incurred_on=TODAY, act_key="a",
        **by_hand,
    )  # fmt: skip
    BillingProfile.objects.update(currency="EUR")

    with pytest.raises(BillingRefused, match="charged in USD, and the account is billed in EUR"):
        amend_by_hand(event=event, amount=Decimal(4), revision=event.revision, **by_hand)


@pytest.mark.clause("S-13")
def test_a_quote_holds_for_what_was_asked_then_and_in_its_currency():
    ticket, _ = programming(currency="EUR")
    event = RatedEvent.objects.get()
    quoted(event, "110.00")
    assert said(event) == "Quoted: 110.00 EUR, for 125.00 USD."
    row = Quote.objects.get()
    assert (row.currency, row.quoted_for, charges()) == ("EUR", "125.00 USD", d("110.00"))

    entry = ticket.time_entries.get()
    correct(entry, minutes=31)  # two half hours all the same
    rated()
    assert charges() == d("110.00")
    correct(entry, minutes=30)
    rated()
    assert said(event) == (
        "It was quoted for 125.00 USD, and 62.50 USD is asked now: it needs another quote."
    )
    assert (events()[0][2:], charges()) == ((None, "TERM"), d("110.00"))
    quoted(event, "55.00")
    assert charges() == d("110.00", "-55.00")


@pytest.mark.clause("S-13.1", "R-9")
def test_a_quote_in_a_currency_that_the_account_left_needs_another_one():
    ticket = of_category("dial-translation")
    profile = make_profile(account=ticket.account, currency="EUR")
    work(ticket, 75)
    rated()
    event = quoted(RatedEvent.objects.get(), "0.00")  # nothing to be charged
    assert said(event) == "Quoted: 0.00 EUR, for 75 min."

    moved(profile, "GBP")

    assert said(event) == "It was quoted in EUR, not in GBP: it needs another quote."
    assert (events()[0][2:], RatedEvent.objects.get().currency) == ((None, "QUOTE"), "GBP")


def test_a_plan_fee_that_was_quoted_and_is_amended_needs_another_quote():
    order = premium_order(fee="310.00")
    make_profile(account=order.account, currency="EUR")
    rated(at=ny("2026-01-02 12:00"))
    first = RatedEvent.objects.order_by("starts_on").first()
    assert first is not None
    first = quoted(first, "290.00")
    assert (first.asks, first.held_for, first.worth_amount) == ("310.00 USD", "", Decimal(290))

    amended(order, dated_on=first.starts_on, at=LATER, fee_amount=Decimal("620.00"))
    rated()

    assert said(first) == (
        "It was quoted for 310.00 USD, and 620.00 USD is asked now: it needs another quote."
    )
    assert (first.held_for, charges(event=first)) == ("TERM", d("290.00"))
    assert Charge.objects.exclude(event=first).count() == 0
