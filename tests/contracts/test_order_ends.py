"""An order's end by its services: on a last day, because its term is over, or at once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.contracts.models import Order
from tests.contracts.orders_acted import OVER, TODAY, end, refusal, sweep, terminate
from tests.factories import MORNING, make_order, make_policy

pytestmark = pytest.mark.django_db


@pytest.mark.clause("V-3.1")
@pytest.mark.parametrize("ends_on", [TODAY, date(2026, 3, 31)])
def test_an_order_still_serves_its_last_day(ends_on):
    order = end(make_order(), ends_on)

    assert (order.state, order.ends_on) == ("EXECUTED", ends_on)
    assert order.revisions.get().kind == "ENDED"


@pytest.mark.clause("V-3.1")
def test_an_order_is_not_ended_on_a_day_that_it_has_served():
    order = make_order()

    assert refusal(end, order, date(2026, 3, 3)) == OVER
    assert (order.state, order.revisions.count()) == ("EXECUTED", 0)


@pytest.mark.clause("V-3.1")
def test_a_term_that_is_over_ends_the_order_at_midnight_in_its_policys_zone():
    order = make_order(ends_on=TODAY)
    midnight = datetime(2026, 3, 5, 5, tzinfo=UTC)  # of New York

    assert sweep(midnight - timedelta(microseconds=1)) == 0
    assert sweep(midnight + timedelta(days=2)) == 1

    order.refresh_from_db()
    revision, history = order.revisions.get(), order.history.latest("history_id")
    assert (order.state, order.ends_on) == ("ENDED", TODAY)
    assert (revision.kind, revision.dated_on, revision.reason, revision.by, revision.changes) == (
        "ENDED",
        date(2026, 3, 5),
        "The term is over.",
        None,
        [],
    )
    assert (history.history_user, history.history_change_reason) == (None, "The term is over.")


@pytest.mark.clause("V-3.1")
def test_the_day_begins_first_in_the_east():
    text = make_policy().source.replace("America/New_York", "Pacific/Kiritimati")
    version = make_policy(text=text.replace("harbour-support", "harbour-east"))
    make_order(version=version, ends_on=TODAY)
    midnight = datetime(2026, 3, 4, 10, tzinfo=UTC)

    assert [sweep(midnight - timedelta(microseconds=1)), sweep(midnight)] == [0, 1]


@pytest.mark.clause("V-3.1")
def test_a_second_sweep_and_other_orders_are_left_alone():
    make_order(ends_on=date(2026, 3, 3))
    for state in ("DRAFT", "ENDED", "TERMINATED"):
        make_order(state=state, ends_on=date(2026, 3, 3))
    make_order(ends_on=None)
    make_order(ends_on=date.max)

    assert [sweep(MORNING), sweep(MORNING)] == [1, 0]
    assert Order.objects.filter(state="ENDED").count() == 2


@pytest.mark.clause("V-3.1")
def test_ending_neither_prolongs_an_order_nor_turns_it_round():
    order = make_order(ends_on=date(2026, 6, 30))

    assert refusal(end, order, date(2026, 7, 1)) == (
        "Its term ends on 2026-06-30 already. To prolong it, amend it."
    )
    assert refusal(end, order, date(2025, 12, 31)) == (
        "The last day lies before the first, 2026-01-01."
    )
    assert refusal(end, order, TODAY, reason="") == "Say why: the history keeps it."


@pytest.mark.clause("V-1.2")
@pytest.mark.parametrize(
    ("starts_on", "ends_on", "left"),
    [
        (date(2026, 1, 1), None, TODAY),
        (date(2026, 1, 1), date(2026, 2, 1), date(2026, 2, 1)),
        (date(2026, 4, 1), None, None),
    ],
)
def test_a_terminated_order_owes_nothing_more_and_ends_today_at_the_latest(
    starts_on, ends_on, left
):
    order = terminate(make_order(starts_on=starts_on, ends_on=ends_on))

    assert (order.state, order.ends_on) == ("TERMINATED", left)
    assert refusal(terminate, order) == f"{order} is terminated, not executed."
