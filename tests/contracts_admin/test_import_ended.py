"""Orders that come in after their end: nothing is owed under them, and a revision says why."""

from datetime import date, timedelta

import pytest

from apps.contracts.models import Order, OrderRevision
from apps.contracts.sheets.resources import OrderSheet
from tests.contracts_admin.sheets import problems, taken
from tests.contracts_admin.test_import_orders import rows
from tests.factories import MORNING, make_order, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-3.1", "V-1.2")]
TODAY = MORNING.date()
YESTERDAY = TODAY - timedelta(days=1)


@pytest.mark.parametrize(("state", "how"), [("ENDED", "ended"), ("TERMINATED", "terminated")])
@pytest.mark.parametrize("day", ["2099-12-31", TODAY.isoformat()])
def test_an_order_whose_last_day_is_not_over_does_not_come_in_as_ended(state, how, day):
    order = make_order(state="DRAFT")

    found = problems(OrderSheet, rows(order, ["E-1"], state=state, ends_on=day), by=make_staff())

    assert found == [
        f"row 2, ends_on: {day} is not over, so the order is not {how} yet. "
        "Import it as EXECUTED, and end it on its own page."
    ]


@pytest.mark.parametrize(("state", "how"), [("ENDED", "ended"), ("TERMINATED", "terminated")])
def test_an_order_without_a_last_day_does_not_come_in_as_ended(state, how):
    order = make_order(state="DRAFT")

    found = problems(OrderSheet, rows(order, ["E-1"], state=state, ends_on=""), by=make_staff())

    assert found == [f"row 2, ends_on: is empty. Write on which day the order was {how}."]


@pytest.mark.parametrize(("state", "dated_on"), [("ENDED", TODAY), ("TERMINATED", YESTERDAY)])
def test_an_order_that_is_over_comes_in_with_the_revision_that_ended_it(state, dated_on):
    clerk = make_staff()
    text = rows(make_order(state="DRAFT"), ["E-1"], state=state, ends_on=YESTERDAY.isoformat())

    taken(OrderSheet, text, by=clerk)

    order = Order.objects.get(number="E-1")
    revision = OrderRevision.objects.get(order=order)
    assert (order.state, order.ends_on, order.revision) == (state, YESTERDAY, revision.number)
    assert (revision.kind, revision.dated_on, revision.by) == (state, dated_on, clerk)


def test_an_order_that_ended_and_is_there_already_is_unchanged():
    order = make_order(state="ENDED", ends_on=date(2099, 12, 31))

    assert problems(OrderSheet, rows(order, [order.number]), by=make_staff()) == []
