"""Two workers who rate at once: each mark is taken once, and nothing is charged twice."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import close_old_connections, connection, transaction

from apps.billing.services.rating import rate_marked, rate_pending
from apps.tickets.models import WorkMark
from tests.rated_made import LATER, charges, of_category, premium_order, work

pytestmark = pytest.mark.postgresql


@pytest.mark.django_db(transaction=True)
@pytest.mark.clause("R-8")
def test_many_workers_charge_each_difference_once():
    ticket = of_category("custom-programming")
    others = [of_category("custom-programming") for _ in range(3)]
    for one in [ticket, *others]:
        for number in range(4):
            work(one, 20, at=f"2026-03-{5 + number:02d} 10:00")
    WorkMark.objects.bulk_create(
        WorkMark(order=one.order, ticket=one, at=LATER) for one in [ticket, *others] * 50
    )
    barrier = Barrier(4)
    faults: list[Exception] = []

    def worker() -> None:
        try:
            barrier.wait()
            rate_marked(at=LATER)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    for one in [ticket, *others]:
        assert [str(amount) for amount in charges(event__ticket=one)] == ["187.50"]
    assert WorkMark.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_mark_that_comes_while_its_ticket_is_rated_is_not_lost():
    ticket = of_category("custom-programming")
    work(ticket, 20)
    done: list[int] = []

    def late() -> None:
        with transaction.atomic():
            work(ticket, 20, at="2026-03-06 10:00")
            rate_in_the_meantime.start()
            rate_in_the_meantime.join()
        close_old_connections()

    def rate() -> None:
        done.append(rate_marked(at=LATER))
        connection.close()

    rate_in_the_meantime = Thread(target=rate)
    late()

    assert done == [1]
    assert rate_marked(at=LATER + timedelta(minutes=1)) == 1
    assert [str(amount) for amount in charges()] == ["62.50", "62.50"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.clause("V-3.4.6")
def test_many_workers_charge_each_period_once():
    orders = [premium_order(fee="310.00") for _ in range(6)]
    faults: list[Exception] = []
    barrier = Barrier(4)

    def worker() -> None:
        try:
            barrier.wait()
            rate_pending(at=LATER)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    for order in orders:
        assert [str(amount) for amount in charges(event__order=order)] == ["310.00"] * 3
