"""What people decide on prices: waivers by two people, quotes, charges by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction

from apps.billing.models import Charge, Quote, RatedEvent, Waiver, WaiverRequest
from apps.billing.services import BillingRefused
from apps.billing.services.quoting import amend_by_hand, charge_by_hand, quote
from apps.billing.services.waiving import (
    approve_waiver,
    ask_waiver,
    decline_waiver,
    withdraw_waiver,
)
from apps.tickets import services as tickets
from tests.billing_made import make_charge, make_invoice, make_profile
from tests.factories import make_order, make_staff
from tests.rated_made import LATER, charges, correct, of_category, rated, work
from tests.tickets.life import wholesale

pytestmark = pytest.mark.django_db
LATE = LATER + timedelta(days=1)


def d(*amounts: str) -> list[Decimal]:
    return [Decimal(amount) for amount in amounts]


def charged(minutes: int = 60) -> Charge:
    ticket = of_category("custom-programming")
    work(ticket, minutes)
    rated()
    return Charge.objects.get(event__ticket=ticket)


def ask(charge: Charge, amount: str = "125.00", **facts) -> WaiverRequest:
    given = {"reason": "A good client", "by": make_staff(), "at": LATER, **facts}
    return ask_waiver(charge=charge, amount=Decimal(amount), **given)


def as_it_is(charge: Charge) -> tuple:
    charge.refresh_from_db()
    return charge.state, charge.waived_amount


@pytest.mark.clause("S-13")
def test_one_asks_and_another_approves_the_whole_or_a_part():
    charge = charged()
    part = ask(charge, "25.00")
    assert as_it_is(charge) == ("READY", Decimal(0))

    waiver = approve_waiver(request=part, by=make_staff(), at=LATE)
    assert as_it_is(charge) == ("READY", Decimal("25.00"))
    approve_waiver(request=ask(charge, "100.00"), by=make_staff(), at=LATE)

    assert as_it_is(charge) == ("WAIVED", Decimal("125.00"))
    assert (waiver.reason, waiver.asked_by, waiver.amount, waiver.at) == (
        *("A good client", part.asked_by),
        *(Decimal("25.00"), LATE),
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Waiver.objects.filter(pk=waiver.pk).update(amount=1)


def test_nobody_approves_their_own_unless_they_may():
    request = ask(charged())

    with pytest.raises(BillingRefused, match="You asked for it"):
        approve_waiver(request=request, by=request.asked_by, at=LATE)
    request.asked_by.user_permissions.add(Permission.objects.get(codename="approve_own_waiver"))
    boss = type(request.asked_by).objects.get(pk=request.asked_by.pk)
    approve_waiver(request=request, by=boss, at=LATE)

    assert as_it_is(request.charge) == ("WAIVED", Decimal("125.00"))


def test_it_is_declined_for_a_reason_or_taken_back_by_who_asked():
    charge = charged()
    first = ask(charge)
    decline_waiver(request=first, why="Too much", by=make_staff(), at=LATE)
    second = ask(charge)
    with pytest.raises(BillingRefused, match="Somebody else asked"):
        withdraw_waiver(request=second, by=make_staff(), at=LATE)
    withdraw_waiver(request=second, by=second.asked_by, at=LATE)

    assert list(WaiverRequest.objects.order_by("pk").values_list("state", "decision")) == [
        ("DECLINED", "Too much"),
        ("WITHDRAWN", ""),
    ]
    with pytest.raises(BillingRefused, match="It was withdrawn by"):
        approve_waiver(request=second, by=make_staff(), at=LATE)
    assert as_it_is(charge) == ("READY", Decimal(0))


@pytest.mark.parametrize(
    ("amount", "reason", "words"),
    [
        ("0.00", "x", "at least 0.01"),
        ("-5.00", "x", "at least 0.01"),
        ("1.005", "x", "at most two places"),
        ("NaN", "x", "Give an amount"),
        ("125.01", "x", "At most 125.00 USD"),
        ("99999999999", "x", "at most 9999999999.99"),
        ("1.00", "  ", "Say why"),
    ],
)
def test_what_cannot_be_waived_is_refused(amount, reason, words):
    charge = charged()

    with pytest.raises(BillingRefused, match=words):
        ask(charge, amount, reason=reason)
    assert WaiverRequest.objects.count() == 0


def test_a_billed_charge_is_credited_not_waived():
    charge = charged()
    waiting = ask(charge)
    invoice = make_invoice(profile=make_profile(account=charge.account))
    Charge.objects.filter(pk=charge.pk).update(state="BILLED", line=invoice.lines.get())

    for act in (
        lambda: ask(charge),
        lambda: approve_waiver(request=waiting, by=make_staff(), at=LATE),
    ):
        with pytest.raises(BillingRefused, match="INV-000001: give a credit note for it instead"):
            act()


@pytest.mark.clause("R-8")
def test_what_was_waived_is_not_given_back_when_less_was_worked():
    charge = charged(60)
    approve_waiver(request=ask(charge, "100.00"), by=make_staff(), at=LATE)
    entry = charge.event.ticket.time_entries.get()
    correct(entry, minutes=30)
    rated(at=LATE)
    tickets.remove_time(entry=entry, reason="No", by=entry.who, at=LATE)
    rated(at=LATE)

    rows = Charge.objects.order_by("pk").values_list("amount", "waived_amount", "state")
    assert list(rows) == [
        (Decimal("125.00"), Decimal("100.00"), "READY"),
        (Decimal("-62.50"), Decimal("-37.50"), "READY"),
        (Decimal("-62.50"), Decimal("-62.50"), "WAIVED"),
    ]
    assert sum(amount - waived for amount, waived, _ in rows) == 0


def test_no_more_is_waived_than_the_event_comes_to():
    charge = charged(60)
    correct(charge.event.ticket.time_entries.get(), minutes=30)
    rated(at=LATE)

    with pytest.raises(BillingRefused, match=r"At most 62\.50 USD"):
        ask(charge, "100.00")


@pytest.mark.clause("S-13.1", "R-9")
def test_a_quote_releases_what_waits_and_more_minutes_wait_again():
    ticket = of_category("dial-translation")
    work(ticket, 75)
    rated()
    event, boss = RatedEvent.objects.get(), make_staff()

    event = quote(
        event=event, amount=Decimal("110.00"), reason="Agreed by phone", revision=event.revision,
        by=boss, at=LATER,
    )  # fmt: skip
    assert (event.held_for, event.worth_amount, charges()) == ("", Decimal("110.00"), d("110.00"))
    row = Quote.objects.get()
    assert (row.amount, row.minutes, row.reason, row.by, row.at) == (
        *(Decimal("110.00"), 75, "Agreed by phone"),
        *(boss, LATER),
    )
    work(ticket, 1, at="2026-03-21 10:00")
    rated(at=LATE)
    event.refresh_from_db()
    assert (event.held_for, charges()) == ("QUOTE", d("110.00"))
    quote(
        event=event, amount=Decimal("90.00"), reason="Less", revision=event.revision, by=boss,
        at=LATE,
    )  # fmt: skip
    assert charges() == d("110.00", "-20.00")


def test_a_quote_is_refused_where_there_is_nothing_to_quote():
    night = wholesale("1", at=LATER.replace(hour=3))
    work(night, 60, at="2026-03-20 02:00")
    charge = charged()
    rated()
    facts = {"amount": Decimal(1), "reason": "x", "by": make_staff(), "at": LATER}

    held = RatedEvent.objects.get(ticket=night)
    with pytest.raises(BillingRefused, match="waits for a finding of fault"):
        quote(event=held, revision=held.revision, **facts)
    with pytest.raises(BillingRefused, match="The policy has a price for it"):
        quote(event=charge.event, revision=charge.event.revision, **facts)
    assert Quote.objects.count() == 0


def test_a_quote_of_what_changed_meanwhile_is_refused():
    ticket = of_category("dial-translation")
    work(ticket, 75)
    rated()
    seen = RatedEvent.objects.get()
    work(ticket, 10, at="2026-03-21 10:00")
    rated(at=LATE)

    with pytest.raises(BillingRefused, match="rated anew meanwhile"):
        quote(
            event=seen, amount=Decimal(1), reason="x", revision=seen.revision, by=make_staff(),
            at=LATE,
        )  # fmt: skip


def by_hand(profile, **facts) -> RatedEvent:
    given = {
        "account": profile.account,
        "title": "Replacement router",
        "amount": Decimal("80.00"),
        "incurred_on": date(2026, 3, 19),
        "reason": "Lost by the client",
        "by": make_staff(),
        "at": LATER,
        "act_key": "a",
    }
    return charge_by_hand(**{**given, **facts})


@pytest.mark.clause("V-3.4.6")
def test_something_is_charged_by_hand_once_and_amended_by_the_difference():
    profile = make_profile(currency="EUR")
    event = by_hand(profile, clause="H-9")
    assert by_hand(profile).pk == event.pk

    amend_by_hand(
        event=event, amount=Decimal("0.00"), reason="Found again", revision=event.revision,
        by=make_staff(), at=LATE,
    )  # fmt: skip

    rows = Charge.objects.order_by("pk").values_list("amount", "currency", "incurred_on")
    assert list(rows) == [
        (Decimal("80.00"), "EUR", date(2026, 3, 19)),
        (Decimal("-80.00"), "EUR", date(2026, 3, 21)),
    ]
    assert [row.reason for row in Quote.objects.order_by("pk")] == [
        "Lost by the client",
        "Found again",
    ]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"amount": Decimal(0)}, "at least 0.01"),
        ({"amount": Decimal(-1)}, "at least 0.01"),
        ({"title": " "}, "Say what it is"),
        ({"reason": ""}, "Say why"),
        ({"incurred_on": date(2026, 3, 21)}, "has not come"),
        ({"clause": "x" * 41}, "Name the clause"),
    ],
)
def test_what_is_no_charge_by_hand_is_refused(facts, words):
    profile = make_profile()

    with pytest.raises(BillingRefused, match=words):
        by_hand(profile, **facts)
    assert (RatedEvent.objects.count(), Charge.objects.count()) == (0, 0)


def test_a_charge_by_hand_needs_a_profile_and_fits_its_ticket():
    order = make_order()
    with pytest.raises(BillingRefused, match="give it a billing profile"):
        charge_by_hand(
            account=order.account, title="x", amount=Decimal(1), incurred_on=date(2026, 3, 1),
            reason="x", by=make_staff(), at=LATER, act_key="b",
        )  # fmt: skip
    with pytest.raises(BillingRefused, match="a ticket of another account"):
        by_hand(make_profile(), ticket=wholesale("4"))
    made = make_charge(account=make_order().account).event
    with pytest.raises(BillingRefused, match="rated by the policy"):
        amend_by_hand(
            event=made, amount=Decimal(1), reason="x", revision=1, by=make_staff(), at=LATER
        )
