"""Who is the TAM of whom, for many orders at once."""

from datetime import UTC, date, datetime

import pytest

from apps.contracts.models import Account, Order
from apps.contracts.queries import (
    coming_handovers,
    has_tam,
    orders_of_tam,
    tam_now,
    tams_now,
)
from apps.contracts.queries.tams import is_served
from tests.factories import MORNING, make_order, make_staff
from tests.tams_made import assign, deliver, hand_over, make_held, make_tam_order

pytestmark = pytest.mark.django_db
EARLIEST = date(2026, 3, 13)


def reading(orders) -> list[Order]:
    """The orders as a page reads them."""
    found = Order.objects.filter(pk__in=[order.pk for order in orders]).order_by("pk")
    return list(found.select_related("version", "plan"))


@pytest.mark.clause("V-6.1")
def test_a_tam_has_the_orders_that_are_theirs_now_by_account():
    grace, mary = make_staff(), make_staff()
    zebra = make_held(tam=grace, account=Account.objects.create(name="Zebra"))
    acme = make_held(tam=grace, account=Account.objects.create(name="Acme"))
    left = make_held(tam=grace, account=Account.objects.create(name="Middle"))
    make_held(tam=mary)
    over = make_held(tam=grace)
    Order.objects.filter(pk=over.pk).update(state="TERMINATED")
    assign(make_tam_order(), grace, starts_on=date(2026, 3, 5))
    hand_over(left, mary, EARLIEST)
    deliver(at=MORNING)

    eve, day = (datetime(2026, 3, number, 12, tzinfo=UTC) for number in (12, 13))

    assert orders_of_tam(grace, at=MORNING) == [acme, left, zebra]
    assert [left in orders_of_tam(grace, at=at) for at in (eve, day)] == [True, False]
    assert [left in orders_of_tam(mary, at=at) for at in (eve, day)] == [False, True]


@pytest.mark.clause("V-6.1", "V-6.6")
@pytest.mark.parametrize(
    ("zone", "begins_at"),
    [
        ("Pacific/Kiritimati", datetime(2026, 3, 5, 10, tzinfo=UTC)),
        ("Pacific/Pago_Pago", datetime(2026, 3, 6, 11, tzinfo=UTC)),
    ],
)
def test_each_order_has_its_own_today(zone, begins_at):
    grace = make_staff()
    order = make_tam_order(time_zone=zone)
    assign(order, grace, starts_on=date(2026, 3, 6))
    instants = [begins_at.replace(hour=begins_at.hour - 1, minute=59, second=59), begins_at]

    assert [orders_of_tam(grace, at=at) for at in instants] == [[], [order]]
    assert [tam_now(order, at=at) is not None for at in instants] == [False, True]


@pytest.mark.clause("V-6.1")
def test_the_number_of_queries_does_not_grow_with_the_orders(django_assert_num_queries):
    grace = make_staff()
    orders = [make_held(tam=grace) for _ in range(3)]
    orders += [make_held(tam=grace) for _ in range(9)]
    hand_over(orders[0], None, EARLIEST)
    read = reading(orders)

    with django_assert_num_queries(2):
        assert len(orders_of_tam(grace, at=MORNING)) == 12
    with django_assert_num_queries(1):
        found = tams_now(read, at=MORNING)
    with django_assert_num_queries(1):
        coming = coming_handovers(read, at=MORNING)

    assert {pk: row.tam for pk, row in found.items()} == {order.pk: grace for order in orders}
    assert {pk: row.tam for pk, row in coming.items()} == {orders[0].pk: None}


@pytest.mark.clause("V-6.1", "V-1.2", "V-3.1")
def test_many_at_once_are_answered_like_one():
    orders = [
        make_held(),
        make_tam_order(),
        make_held(starts_on=date(2026, 3, 4), ends_on=date(2026, 3, 4)),
        make_held(ends_on=date(2026, 3, 20)),
        make_order(),
    ]
    hand_over(orders[0], None, EARLIEST)
    deliver(at=MORNING)
    days = [datetime(2026, 3, day, 22, tzinfo=UTC) for day in (2, 3, 4, 12, 20, 21)]

    for at in days:
        each = {order.pk: tam_now(order, at=at) for order in orders}
        assert tams_now(reading(orders), at=at) == {pk: row for pk, row in each.items() if row}


@pytest.mark.clause("V-2-order", "V-4")
def test_a_tams_time_comes_from_the_plan_or_the_order():
    base, summit = make_tam_order(plan="base"), make_tam_order()
    agreed = make_tam_order(plan="base")
    agreed.tam_minutes_per_month = 1

    assert [has_tam(order) for order in (base, summit, agreed)] == [False, True, True]


@pytest.mark.clause("V-3.1", "V-4")
@pytest.mark.parametrize(
    ("first", "last", "at", "served"),
    [
        (None, date(2026, 3, 4), datetime(2026, 3, 4, 21, 59, 59, tzinfo=UTC), True),
        (None, date(2026, 3, 4), datetime(2026, 3, 4, 22, tzinfo=UTC), False),
        (date(2026, 3, 5), None, datetime(2026, 3, 4, 21, 59, 59, tzinfo=UTC), False),
        (date(2026, 3, 5), None, datetime(2026, 3, 4, 22, tzinfo=UTC), True),
    ],
)
def test_the_days_of_the_term_are_the_policys_wherever_the_order_counts_its_own(
    first, last, at, served
):
    order = make_tam_order(time_zone="Pacific/Honolulu")
    order.starts_on, order.ends_on = first or order.starts_on, last

    assert is_served(order, at=at) is served
