"""Whether support is owed to a sender, and the sentence that says why."""

from datetime import date

import pytest

from apps.contracts.rules.entitlement import Answer, Clauses, OrderFacts, entitlement

CLAUSES = Clauses(order="H-3", term="H-1", users="H-7")
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
YES = Answer(
    True,
    "H-7",
    "The sender is an authorised user of order ORD-7, which is executed and in term.",
)


def ask(on, *, is_executed=True, ends_on: date | None = LAST, sender_is_authorised=True):
    order = OrderFacts("ORD-7", is_executed, FIRST, ends_on, sender_is_authorised)
    return entitlement(order=order, on=on, clauses=CLAUSES)


@pytest.mark.clause("V-1.2", "V-3.1", "V-3.5")
@pytest.mark.parametrize("on", [FIRST, date(2026, 6, 1), LAST])
def test_both_ends_of_the_term_belong_to_it(on):
    assert ask(on) == YES


@pytest.mark.clause("V-3.1")
@pytest.mark.parametrize(
    ("on", "why"),
    [
        (date(2025, 12, 31), "The term of order ORD-7 begins on 2026-01-01."),
        (date(2027, 1, 1), "The term of order ORD-7 ended on 2026-12-31."),
    ],
)
def test_out_of_term_support_is_not_owed(on, why):
    assert ask(on) == Answer(False, "H-1", why)


@pytest.mark.clause("V-3.1")
def test_a_term_without_a_last_day_goes_on():
    assert ask(date(2099, 1, 1), ends_on=None) == YES


@pytest.mark.clause("V-1.2")
def test_an_order_that_is_not_executed_owes_nothing():
    assert ask(FIRST, is_executed=False) == Answer(False, "H-3", "Order ORD-7 is not executed.")


@pytest.mark.clause("V-3.5")
def test_only_authorised_users_may_ask():
    assert ask(FIRST, sender_is_authorised=False) == Answer(
        False, "H-7", "The sender is not an authorised user of order ORD-7."
    )
