"""Plan fees by period: due once, and the difference when the order is amended or ends."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum

from apps.billing.models import Charge, PlanClock, RatedEvent
from apps.billing.queries.prices import prices_of
from apps.billing.rules.periods import Terms
from apps.billing.services.plan_fees import rate_due
from apps.billing.services.rating import rate_pending
from apps.contracts.models import Order, OrderFee, OrderMark
from apps.contracts.services import end_order, terminate_order
from apps.contracts.services.order_fees import mark_account
from tests.billing_made import make_profile
from tests.factories import make_order, make_preset, make_staff
from tests.rated_made import amended, charges, ny, premium_order

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-3.4.6")]


def d(*amounts: str) -> list[Decimal]:
    return [Decimal(amount) for amount in amounts]


def due(at: str) -> int:
    """Let fall due what does at an instant of the order's policy, which is in UTC."""
    return rate_pending(at=ny(f"{at} 12:00"))


def test_each_period_is_charged_once_when_it_begins():
    order = premium_order(fee="310.00")

    assert due("2026-01-02") == 1
    assert [due("2026-01-31"), due("2026-02-01"), due("2026-02-01"), due("2026-04-01")] == [
        *(0, 1),
        *(0, 2),
    ]

    assert charges() == d("310.00", "310.00", "310.00", "310.00")
    rows = RatedEvent.objects.order_by("starts_on").values_list("key", "starts_on", "ends_on")
    assert list(rows)[:2] == [
        (f"plan:{order.pk}:2026-01-01", date(2026, 1, 1), date(2026, 1, 31)),
        (f"plan:{order.pk}:2026-02-01", date(2026, 2, 1), date(2026, 2, 28)),
    ]
    event = RatedEvent.objects.order_by("starts_on")[0]
    assert (event.title, event.clause, event.kind) == (
        f"Fee of the service plan, {order.number}",
        *("V-3.4.6", "PER_ORDER"),
    )
    assert PlanClock.objects.get().next_due_on == date(2026, 5, 1)
    assert str(event.charges.get().incurred_on) == "2026-01-01"


@pytest.mark.clause("V-2-order")
def test_an_upgrade_in_mid_period_charges_the_difference_and_the_next_period_its_fee():
    order = premium_order(fee="310.00")
    due("2026-03-01")
    amended(
        order, dated_on=date(2026, 3, 11), at=ny("2026-03-11 10:00"),
        fee_amount=Decimal("620.00"), plan=order.version.plans.get(key="platinum"),
    )  # fmt: skip
    due("2026-03-11")
    due("2026-04-01")

    # 21 of 31 days at 310 more.
    assert charges() == d("310.00", "310.00", "310.00", "210.00", "620.00")
    march = RatedEvent.objects.get(starts_on=date(2026, 3, 1))
    assert (march.worth_amount, march.charges.count()) == (Decimal("520.00"), 2)
    assert str(march.charges.get(number=2).incurred_on) == "2026-03-11"
    assert [(str(row.from_on), row.amount) for row in OrderFee.objects.order_by("pk")] == [
        ("2026-01-01", Decimal("310.00")),
        ("2026-03-11", Decimal("620.00")),
    ]


@pytest.mark.clause("V-2-order")
def test_an_amendment_that_is_dated_back_changes_what_was_charged():
    order = premium_order(fee="310.00")
    due("2026-03-01")
    amended(
        order, dated_on=date(2026, 2, 15), at=ny("2026-03-05 10:00"), fee_amount=Decimal("0.00")
    )
    due("2026-03-05")

    assert charges() == d("310.00", "310.00", "310.00", "-155.00", "-310.00")


@pytest.mark.clause("V-3.1")
def test_an_order_that_ends_or_is_terminated_gives_back_the_days_after():
    ended, terminated = premium_order(fee="310.00"), premium_order(fee="31.00")
    due("2026-03-01")
    end_order(
        order=ended, ends_on=date(2026, 3, 10), reason="Agreed", by=make_staff(),
        at=ny("2026-03-05 10:00"),
    )  # fmt: skip
    terminate_order(order=terminated, reason="Fraud", by=make_staff(), at=ny("2026-03-05 10:00"))
    due("2026-03-05")
    due("2026-06-01")

    assert charges(event__order=ended) == d("310.00", "310.00", "310.00", "-210.00")
    assert charges(event__order=terminated) == d("31.00", "31.00", "31.00", "-26.00")
    assert set(PlanClock.objects.values_list("next_due_on", flat=True)) == {None}


@pytest.mark.clause("V-3.1")
def test_an_order_that_is_terminated_before_it_begins_costs_nothing():
    order = premium_order(fee="310.00", starts_on=date(2026, 3, 1))
    terminate_order(order=order, reason="Never mind", by=make_staff(), at=ny("2026-02-01 10:00"))

    assert due("2026-04-01") == 0
    assert charges() == []


def test_a_policy_that_does_not_say_how_fees_are_billed_holds_them():
    order = make_order(version=make_preset(slug="skyswitch-support-2017"))
    Order.objects.filter(pk=order.pk).update(fee_amount=50, fee_period="MONTH")
    OrderFee.objects.create(
        order=order, from_on=order.starts_on, amount=50, period="MONTH", version=order.version,
        revision=1, at=ny("2026-01-01 09:00"),
    )  # fmt: skip
    OrderMark.objects.create(order=order, kind="TERMS", at=ny("2026-01-01 09:00"))

    assert due("2026-01-15") == 0

    event = RatedEvent.objects.get()
    assert (event.held_for, event.worth_amount, event.clause) == ("TERM", None, "")


def test_a_version_of_before_bills_by_the_defaults():
    version = make_preset(slug="voximplant-premium-2023")
    prices = prices_of([version.pk])[version.pk]
    stated = {"billed": "in_advance", "periods": "from_start", "pro_rata": "daily"}
    assert prices.plan.terms == stated

    older = replace(prices, plan=replace(prices.plan, terms={}))

    assert older.plan_terms == prices.plan_terms == Terms(**stated, cites="V-3.4.6")


@pytest.mark.parametrize("orders", [1, 10])
def test_what_is_due_takes_so_many_queries(orders, django_assert_num_queries):
    for _ in range(orders):
        premium_order(fee="310.00")
    due("2026-01-02")

    with django_assert_num_queries(17):
        assert rate_due(at=ny("2026-02-01 12:00")) == orders


def test_what_was_billed_elsewhere_is_not_charged_and_goes_back_where_it_was():
    order = premium_order(fee="310.00")
    assert due("2026-03-04") == 3
    make_profile(account=order.account, plans_from_on=date(2026, 3, 1))
    mark_account(order.account, at=ny("2026-03-05 09:00"))

    assert due("2026-03-05") == 2

    left = Charge.objects.values_list("event__starts_on").annotate(left=Sum("amount"))
    assert sorted(left) == [
        (date(2026, 1, 1), Decimal(0)),
        (date(2026, 2, 1), Decimal(0)),
        (date(2026, 3, 1), Decimal("310.00")),
    ]
    assert due("2026-04-01") == 1


def test_what_was_charged_of_a_period_that_is_gone_goes_back_on_the_day_that_we_noticed():
    order = premium_order(fee="3650.00", period="YEAR")
    due("2026-01-02")
    amended(
        order,
        dated_on=date(2026, 1, 1),
        at=ny("2026-01-05 10:00"),
        fee_amount=None,
        fee_period="",
    )

    due("2026-01-05")

    last = Charge.objects.order_by("pk").last()
    assert (last.amount, last.incurred_on) == (Decimal("-3650.00"), date(2026, 1, 5))
