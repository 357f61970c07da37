"""Whether support is owed to a sender: each refusal, its words, and which of several decides."""

from datetime import date

import pytest

from apps.contracts.rules.entitlement import Answer, Clauses, OrderFacts, Step, entitlement

CLAUSES = Clauses(order="H-3", term="H-1", users="H-7")
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
YES = "The sender is an authorised user of order ORD-7, which is executed and in term."


def ask(on, *, is_executed=True, ends_on: date | None = LAST, **facts):
    given = {"sender_is_authorised": True, **facts}
    order = OrderFacts("ORD-7", is_executed, FIRST, ends_on, **given)
    return entitlement(order=order, on=on, clauses=CLAUSES)


def decided(answer):
    """The answer without its steps, which are to end with what decided it."""
    assert answer.entitled or answer.steps[-1] == Step(answer.clause, False, answer.why)
    return answer.entitled, answer.clause, answer.why


@pytest.mark.clause("V-1.2", "V-3.1", "V-3.5")
@pytest.mark.parametrize("on", [FIRST, date(2026, 6, 1), LAST])
def test_both_ends_of_the_term_belong_to_it(on):
    assert decided(ask(on)) == (True, "H-7", YES)


@pytest.mark.clause("V-1.2", "V-3.1", "V-3.5", "V-2-order")
def test_a_yes_keeps_every_check_that_was_made_with_its_clause():
    assert ask(FIRST, service="Fax", covers_service=True) == Answer(
        True,
        "H-7",
        YES,
        (
            Step("H-3", True, "Order ORD-7 is executed."),
            Step(
                "H-1",
                True,
                "The term of order ORD-7 began on 2026-01-01 and ends on 2026-12-31:"
                " 2026-01-01 is in it.",
            ),
            Step("H-7", True, "The sender is an authorised user of order ORD-7."),
            Step("H-7", True, "The sender may open tickets under order ORD-7."),
            Step("H-3", True, "Order ORD-7 covers “Fax”."),
        ),
    )


@pytest.mark.clause("V-3.1")
@pytest.mark.parametrize(
    ("on", "why"),
    [
        (date(2025, 12, 31), "The term of order ORD-7 begins on 2026-01-01."),
        (date(2027, 1, 1), "The term of order ORD-7 ended on 2026-12-31."),
    ],
)
def test_out_of_term_support_is_not_owed(on, why):
    assert ask(on) == Answer(
        False,
        "H-1",
        why,
        (Step("H-3", True, "Order ORD-7 is executed."), Step("H-1", False, why)),
    )


@pytest.mark.clause("V-3.1")
def test_a_term_without_a_last_day_goes_on():
    answer = ask(date(2099, 1, 1), ends_on=None)

    assert decided(answer) == (True, "H-7", YES)
    assert answer.steps[1].says == (
        "The term of order ORD-7 began on 2026-01-01 and has no last day: 2099-01-01 is in it."
    )


@pytest.mark.clause("V-1.2")
def test_an_order_that_is_not_executed_owes_nothing():
    why = "Order ORD-7 is not executed."
    assert ask(FIRST, is_executed=False) == Answer(False, "H-3", why, (Step("H-3", False, why),))


@pytest.mark.clause("V-3.5")
def test_only_authorised_users_may_ask():
    assert decided(ask(FIRST, sender_is_authorised=False)) == (
        False,
        "H-7",
        "The sender is not an authorised user of order ORD-7.",
    )


@pytest.mark.clause("V-3.5")
def test_a_user_without_the_right_to_open_tickets_is_refused():
    assert decided(ask(FIRST, sender_may_open=False)) == (
        False,
        "H-7",
        "The sender may not open tickets under order ORD-7.",
    )


@pytest.mark.clause("V-2-order")
def test_a_service_outside_the_order_is_refused():
    assert decided(ask(FIRST, service="Fax", covers_service=False)) == (
        False,
        "H-3",
        "Order ORD-7 does not cover “Fax”.",
    )


@pytest.mark.clause("V-1.2")
def test_an_answer_is_stored_as_plain_json():
    assert ask(FIRST, is_executed=False).as_json() == {
        "entitled": False,
        "clause": "H-3",
        "why": "Order ORD-7 is not executed.",
        "steps": [{"clause": "H-3", "holds": False, "says": "Order ORD-7 is not executed."}],
    }
