"""Two who change orders at the same time: PostgreSQL lets one through, and tells the other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection

from apps.contracts import services
from apps.contracts.models import Order, OrderRevision
from tests.factories import MORNING, make_order, make_staff

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def at_once(*acts) -> list[str]:
    """Do all acts in threads of their own; return what each was told, or "done"."""

    def run(act):
        try:
            act()
        except services.OrderRefused as refusal:
            return type(refusal).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(max_workers=len(acts)) as threads:
        return sorted(threads.map(run, acts))


@pytest.mark.clause("V-1.2", "V-2-order")
def test_of_two_orders_that_overlap_one_is_executed():
    first = make_order(state="DRAFT")
    orders = [first, *(make_order(state="DRAFT", account=first.account) for _ in range(3))]
    by = make_staff()

    def execute(order):
        return lambda: services.execute_order(order=order, revision=1, by=by, at=MORNING)

    assert at_once(*map(execute, orders)) == ["OrderRefused"] * 3 + ["done"]
    assert Order.objects.executed().count() == 1


@pytest.mark.clause("V-2-order")
def test_of_many_who_amend_one_order_one_gets_through():
    order, by = make_order(), make_staff()

    def amend(day):
        return lambda: services.amend_order(
            order=order,
            revision=1,
            terms={"ends_on": date(2026, 12, day)},
            dated_on=date(2026, 3, 4),
            reason="Renewal",
            by=by,
            at=MORNING,
        )

    assert at_once(*map(amend, range(1, 5))) == ["ChangedMeanwhile"] * 3 + ["done"]
    assert OrderRevision.objects.get().number == 2


@pytest.mark.clause("V-3.1")
def test_of_many_sweeps_one_ends_the_order():
    order = make_order(ends_on=date(2026, 3, 3))

    assert at_once(*[lambda: services.end_expired(at=MORNING)] * 4) == ["done"] * 4
    assert [row.kind for row in OrderRevision.objects.filter(order=order)] == ["ENDED"]
