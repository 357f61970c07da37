"""From time entries to charges: late, corrected, moved and removed entries yield the difference."""

from decimal import Decimal

import pytest

from apps.billing.models import Charge, RatedEvent
from apps.billing.queries.verify import verify_ledger
from apps.billing.services.rating import rate_marked
from apps.contracts.models import OrderMark
from apps.tickets import services as tickets
from apps.tickets.models import WorkMark
from tests.billing_made import make_profile
from tests.factories import make_staff, make_ticket, reason_of
from tests.rated_made import (
    LATER,
    charges,
    correct,
    events,
    found,
    ny,
    of_category,
    rated,
    work,
)
from tests.tickets.life import premium, wholesale
from tests.time_made import make_premium, make_time

pytestmark = pytest.mark.django_db
ZERO = Decimal("0.00")


def d(*amounts: str) -> list[Decimal]:
    return [Decimal(amount) for amount in amounts]


@pytest.mark.clause("S-13", "R-8")
def test_half_hours_round_the_tickets_total_and_late_entries_charge_the_difference():
    ticket = of_category("custom-programming")
    work(ticket, 20)
    assert rated() == 1
    work(ticket, 10, at="2026-03-04 12:00")  # late: it was done the day before
    assert rated() == 0
    work(ticket, 1, at="2026-03-05 14:00")
    assert rated() == 1

    assert charges() == d("62.50", "62.50")
    assert events() == [("professional-services", 31, Decimal("125.00"), "")]
    event, charge = RatedEvent.objects.get(), Charge.objects.get(number=2)
    assert (event.title, event.clause, event.reading, str(event.starts_on), str(event.ends_on)) == (
        f"Professional services and custom programming, {ticket.number}",
        *("S-13", "R-8", "2026-03-04", "2026-03-05"),
    )
    assert (str(charge.incurred_on), charge.state, charge.currency) == (
        *("2026-03-05", "READY"),
        "USD",
    )
    assert [step["clause"] for step in charge.explanation] == ["S-13, R-8"] * 4
    assert charge.explanation[-1]["figures"] == {
        "worth": "125.00",
        "charged": "62.50",
        "amount": "62.50",
    }


@pytest.mark.clause("R-8")
def test_a_second_run_writes_nothing():
    ticket = of_category("custom-programming")
    work(ticket, 20)
    rated()
    before = RatedEvent.objects.get().revision
    tickets.classify(
        ticket=ticket,
        category=ticket.category,
        covered_work=None,
        by=make_staff(),
        at=LATER,
    )
    WorkMark.objects.create(order=ticket.order, ticket=ticket, at=LATER)

    assert rated() == 0

    assert (WorkMark.objects.count(), OrderMark.objects.count()) == (0, 0)
    assert RatedEvent.objects.get().revision == before


@pytest.mark.clause("R-8")
def test_a_correction_and_a_removal_yield_what_is_too_much():
    ticket = of_category("custom-programming")
    entry = work(ticket, 90)
    rated()
    correct(entry, minutes=31)
    rated()
    tickets.remove_time(entry=entry, reason="Never was", by=entry.who, at=LATER)
    rated()

    assert charges() == d("187.50", "-62.50", "-125.00")
    assert events() == [("professional-services", 0, ZERO, "")]
    assert RatedEvent.objects.get().explanation[-1]["text"] == (
        "No time counts here any more: it is worth nothing."
    )


@pytest.mark.clause("R-8")
def test_a_correction_is_not_incurred_before_what_it_corrects():
    ticket = of_category("custom-programming", at=ny("2026-02-10 09:00"))
    work(ticket, 60, at="2026-02-10 10:00")
    entry = work(ticket, 60, at="2026-03-02 10:00")
    rated()
    tickets.remove_time(entry=entry, reason="Never was", by=entry.who, at=ny("2026-03-03 09:00"))
    rated()

    rows = Charge.objects.order_by("pk").values_list("amount", "incurred_on")
    assert [(amount, str(day)) for amount, day in rows] == [
        (Decimal("250.00"), "2026-03-02"),
        (Decimal("-125.00"), "2026-03-02"),
    ]
    assert str(RatedEvent.objects.get().ends_on) == "2026-02-10"


@pytest.mark.clause("S-13", "S-10")
def test_another_category_charges_by_its_own_fee_and_takes_the_first_back():
    ticket = of_category("custom-programming")
    work(ticket, 45)
    rated()
    for key in ("dial-translation", "improvement", "training"):
        tickets.classify(
            ticket=ticket,
            category=reason_of(ticket.version, key),
            covered_work=None,
            by=make_staff(),
            at=LATER,
        )
        rated()

    assert charges() == d("125.00", "75.00", "-125.00", "-75.00")
    assert sorted(events()) == [
        ("", 45, ZERO, ""),
        ("dial-translations", 0, ZERO, ""),
        ("professional-services", 0, ZERO, ""),
        ("standard-improvements", 0, ZERO, ""),
    ]


@pytest.mark.clause("S-10")
def test_new_versions_and_improvements_cost_nothing():
    ticket = of_category("improvement")
    work(ticket, 600)

    assert rated() == 0

    assert events() == [("standard-improvements", 600, ZERO, "")]
    assert [step["clause"] for step in RatedEvent.objects.get().explanation] == ["S-10", "S-10"]


@pytest.mark.clause("S-13.1", "R-9")
def test_over_an_hour_of_translations_waits_for_a_quote_and_what_was_charged_stays():
    ticket = of_category("dial-translation")
    work(ticket, 60)
    rated()
    more = work(ticket, 1, at="2026-03-05 12:00")
    rated()
    assert (events(), charges()) == ([("dial-translations", 61, None, "QUOTE")], d("75.00"))

    tickets.remove_time(entry=more, reason="Another client's", by=more.who, at=LATER)
    assert rated() == 0
    assert events() == [("dial-translations", 60, Decimal("75.00"), "")]


@pytest.mark.clause("S-4", "R-7")
def test_nothing_is_charged_before_the_finding_and_a_later_one_makes_the_difference():
    night = ny("2026-03-04 21:00")
    ticket = wholesale("1", at=night)
    work(ticket, 90, at="2026-03-04 21:00", kind="SUPPORT")
    assert rated() == 0
    assert events() == [("after-hours-emergency", 90, None, "FINDING")]

    wanted = {
        "UNDECIDED": [],
        "NOT_PROVIDER": d("187.50"),
        "PROVIDER": d("187.50", "-187.50"),
    }
    for finding, amounts in wanted.items():
        found(ticket, finding)
        rated()
        assert charges() == amounts
    found(ticket, "UNDECIDED")
    rated()
    assert (events(), charges()) == (
        [("after-hours-emergency", 90, None, "FINDING")],
        d("187.50", "-187.50"),
    )
    found(ticket, "NOT_PROVIDER")
    rated()
    assert charges() == d("187.50", "-187.50", "187.50")


@pytest.mark.clause("S-4")
def test_a_severity_that_is_raised_makes_the_night_one_to_be_reviewed():
    ticket = wholesale("3", at=ny("2026-03-04 21:00"))
    work(ticket, 30, at="2026-03-04 21:00")
    rated()
    assert events() == [("", 30, ZERO, "")]
    tickets.change_severity(
        ticket=ticket,
        to=ticket.version.severities.get(key="1"),
        reason=reason_of(ticket.version, "misclassified"),
        explanation="Everything is down.",
        by=make_staff(),
        at=ny("2026-03-04 22:00"),
    )
    rated()

    assert sorted(events()) == [("", 0, ZERO, ""), ("after-hours-emergency", 30, None, "FINDING")]


@pytest.mark.clause("S-4", "S-13")
def test_a_night_contact_does_not_swallow_the_next_days_programming():
    ticket = of_category("custom-programming", "1", at=ny("2026-03-04 21:00"))
    work(ticket, 30, at="2026-03-04 21:00")
    work(ticket, 180, at="2026-03-05 10:00")
    rated()
    own = ("professional-services", 180, Decimal("375.00"), "")
    assert sorted(events()) == [("after-hours-emergency", 30, None, "FINDING"), own]

    found(ticket, "PROVIDER")
    rated()
    assert sorted(events()) == [("after-hours-emergency", 30, ZERO, ""), own]
    assert charges() == d("375.00")
    found(ticket, "NOT_PROVIDER")
    rated()

    assert sorted(events()) == [("after-hours-emergency", 30, Decimal("125.00"), ""), own]
    assert charges() == d("375.00", "125.00")
    assert verify_ledger(as_of=LATER.date()).findings == []


@pytest.mark.clause("S-10", "S-4")
def test_an_improvement_is_free_at_night_too_whoever_was_at_fault():
    ticket = of_category("improvement", "1", at=ny("2026-03-04 21:00"))
    work(ticket, 60, at="2026-03-04 21:00")
    found(ticket, "NOT_PROVIDER")

    assert rated() == 0

    assert events() == [("standard-improvements", 60, ZERO, "")]
    assert verify_ledger(as_of=LATER.date()).findings == []


@pytest.mark.clause("R-7", "S-4")
def test_one_minimum_for_the_ticket_not_for_each_entry():
    ticket = wholesale("1", at=ny("2026-03-04 19:55"))
    other = wholesale("1", at=ny("2026-03-04 20:00"))
    for at in ("2026-03-04 20:10", "2026-03-04 23:00"):
        work(other, 20, at=at)
    work(ticket, 20, at="2026-03-04 20:10")  # the contact came in standard hours
    found(other, "NOT_PROVIDER")
    rated()

    assert charges() == d("125.00")


@pytest.mark.clause("S-13", "R-8")
def test_time_follows_a_merge_and_each_is_charged_what_it_is_worth_now():
    survivor = of_category("custom-programming")
    duplicate = make_ticket(requester=survivor.requester, severity="4", at=ny("2026-03-05 09:00"))
    tickets.classify(
        ticket=duplicate, category=survivor.category, covered_work=None, by=make_staff(),
        at=ny("2026-03-05 09:00"),
    )  # fmt: skip
    duplicate.refresh_from_db()
    work(survivor, 20)
    work(duplicate, 20, at="2026-03-05 11:00")
    rated()
    assert charges() == d("62.50", "62.50")

    tickets.merge(duplicate=duplicate, into=survivor, by=make_staff(), at=LATER, act_key="m")
    rated()

    # Forty minutes together are two half hours: one is charged on the survivor, one given back.
    assert charges(event__ticket=survivor) == d("62.50", "62.50")
    assert charges(event__ticket=duplicate) == d("62.50", "-62.50")


@pytest.mark.clause("S-4")
def test_a_night_contact_that_was_merged_is_reviewed_on_the_survivor():
    survivor = wholesale("1", at=ny("2026-03-04 12:00"))
    duplicate = make_ticket(requester=survivor.requester, severity="1", at=ny("2026-03-04 21:00"))
    work(duplicate, 60, at="2026-03-04 21:00")
    found(duplicate, "NOT_PROVIDER")
    rated()
    assert charges() == d("125.00")
    tickets.merge(duplicate=duplicate, into=survivor, by=make_staff(), at=LATER, act_key="m")
    rated()

    assert charges(event__ticket=duplicate) == d("125.00", "-125.00")
    assert charges(event__ticket=survivor) == d("125.00")


@pytest.mark.clause("V-6.3")
def test_tam_time_is_worth_nothing_and_explained():
    ticket = premium(at=ny("2026-03-05 10:00"))
    make_time(order=ticket.order, ticket=ticket, minutes=60, started_at=ny("2026-03-05 10:00"))
    make_time(order=ticket.order, minutes=30, started_at=ny("2026-03-05 12:00"))
    make_time(order=ticket.order, minutes=15, started_at=ny("2026-04-02 12:00"), kind="SUPPORT")

    assert rated(at=ny("2026-04-03 12:00")) == 0

    assert events() == [
        ("tam-hours", 30, ZERO, ""),
        ("", 15, ZERO, ""),
        ("tam-hours", 60, ZERO, ""),
    ]
    assert [step["clause"] for step in RatedEvent.objects.get(ticket=ticket).explanation] == [
        "V-6.3, R-18"
    ] * 2


def test_an_account_that_is_billed_in_another_currency_waits_for_a_quote():
    ticket = of_category("custom-programming")
    make_profile(account=ticket.account, currency="EUR")
    work(ticket, 30)

    assert rated() == 0

    assert events() == [("professional-services", 30, None, "TERM")]
    assert RatedEvent.objects.get().currency == "EUR"


def test_what_cannot_be_rated_keeps_its_mark_and_holds_up_nothing(caplog):
    bad, good = of_category("custom-programming"), of_category("custom-programming")
    work(bad, 30)
    work(good, 30)
    # Absurd, and past every check: no calendar answers for it.
    install = reason_of(bad.version, "install")
    type(bad).objects.filter(pk=bad.pk).update(category=install)
    bad.time_entries.update(started_at=ny("2250-01-01 10:00"))
    assert rate_marked(at=LATER) == 1

    assert charges() == d("62.50")
    assert set(WorkMark.objects.values_list("ticket", flat=True)) == {bad.pk}
    assert [record.getMessage() for record in caplog.records] == [
        f"The work of {bad} at 2026-03-04 14:00 UTC cannot be rated",
        f"The work of {bad} at 2026-03-05 15:30 UTC cannot be rated",
    ]


def test_a_premium_order_has_no_hourly_fee():
    order = make_premium()
    make_time(order=order, minutes=30, kind="ENGINEERING", started_at=ny("2026-03-05 10:00"))

    assert (rated(), events()) == (0, [("", 30, ZERO, "")])
