"""What minutes are worth under each kind of fee: to the minute, to the cent, at each border."""

from decimal import Decimal

import pytest

from apps.billing.rules.fees import Fee, Finding, HeldFor, Quote, Worth
from apps.billing.rules.rating import (
    after_finding,
    back_already,
    difference,
    in_other_currency,
    rate,
    waived_again,
)

EMERGENCY = Fee(
    1,
    "after-hours",
    "hourly",
    "After hours",
    "S-4",
    "R-7",
    {"hourly_amount": "125.00", "minimum_minutes": 60, "increment_minutes": 1},
)
PROGRAMMING = Fee(
    2,
    "programming",
    "hourly",
    "Programming",
    "S-13",
    "R-8",
    {"hourly_amount": "125.00", "minimum_minutes": 0, "increment_minutes": 30},
)
TRANSLATIONS = Fee(
    3,
    "translations",
    "tiers",
    "Dial translations",
    "S-13.1",
    "",
    {
        "over_last_tier": "quote",
        "over_last_tier_reading": "R-9",
        "tiers": [
            {"from_minutes": 0, "to_minutes": 4, "amount": "0.00"},
            {"from_minutes": 5, "to_minutes": 15, "amount": "25.00"},
            {"from_minutes": 16, "to_minutes": 40, "amount": "50.00"},
            {"from_minutes": 41, "to_minutes": 60, "amount": "75.00"},
        ],
    },
)
IMPROVEMENT = Fee(4, "improvement", "free", "New versions", "S-10")
ALLOWANCE = Fee(5, "tam", "allowance", "TAM hours", "V-6.3", "R-18")
PLAN = Fee(6, "plan", "per_order", "Plan", "V-3.4.6")


def worth(fee: Fee, minutes: int, quote: Quote | None = None) -> tuple:
    found = rate(fee, minutes=minutes, currency="USD", quote=quote)
    return found.amount, found.held_for.value


def told(found: Worth) -> list[str]:
    return [step.text.format_map(step.figures) for step in found.steps]


@pytest.mark.clause("S-4", "R-7")
@pytest.mark.parametrize(
    ("minutes", "amount"),
    [(0, "0.00"), (1, "125.00"), (60, "125.00"), (61, "127.08"), (62, "129.17"), (90, "187.50")],
)
def test_an_hour_is_the_least_and_then_each_minute_counts(minutes, amount):
    assert worth(EMERGENCY, minutes) == (Decimal(amount), "")


@pytest.mark.clause("S-13", "R-8")
@pytest.mark.parametrize(
    ("minutes", "amount"),
    [(0, "0.00"), (1, "62.50"), (30, "62.50"), (31, "125.00"), (60, "125.00"), (61, "187.50")],
)
def test_half_hours_are_begun(minutes, amount):
    assert worth(PROGRAMMING, minutes) == (Decimal(amount), "")


@pytest.mark.clause("S-13.1")
@pytest.mark.parametrize(
    ("minutes", "amount"),
    [
        *[(0, "0.00"), (1, "0.00"), (4, "0.00"), (5, "25.00"), (15, "25.00"), (16, "50.00")],
        *[(40, "50.00"), (41, "75.00"), (60, "75.00")],
    ],
)
def test_a_price_list_has_both_ends_of_each_tier(minutes, amount):
    assert worth(TRANSLATIONS, minutes) == (Decimal(amount), "")


@pytest.mark.clause("S-13.1", "R-9")
def test_over_the_last_tier_it_waits_for_a_quote_and_more_minutes_wait_again():
    quote = Quote(Decimal("110.00"), 75)

    assert worth(TRANSLATIONS, 61) == (None, "QUOTE")
    assert worth(TRANSLATIONS, 61, quote) == (Decimal("110.00"), "")
    assert worth(TRANSLATIONS, 75, quote) == (Decimal("110.00"), "")
    assert worth(TRANSLATIONS, 76, quote) == (None, "QUOTE")
    assert worth(TRANSLATIONS, 60, quote) == (Decimal("75.00"), "")


@pytest.mark.clause("S-10", "V-6.3")
def test_improvements_and_included_time_are_worth_nothing_and_say_so():
    assert worth(IMPROVEMENT, 600) == (Decimal("0.00"), "")
    assert worth(ALLOWANCE, 600) == (Decimal("0.00"), "")
    assert told(rate(IMPROVEMENT, minutes=600, currency="USD")) == [
        "Work of this kind costs nothing: 600 min, 0.00 USD."
    ]
    assert told(rate(ALLOWANCE, minutes=600, currency="USD")) == [
        "600 min count against hours that the plan includes: 0.00 USD."
    ]


def test_a_fee_that_has_no_price_for_time_is_never_guessed():
    assert worth(PLAN, 10) == (None, "TERM")
    assert worth(PLAN, 10, Quote(Decimal("9.99"), 10)) == (Decimal("9.99"), "")


@pytest.mark.clause("S-13", "R-8")
def test_the_explanation_gives_minutes_rounding_rate_and_clause():
    found = rate(EMERGENCY, minutes=20, currency="USD")
    half_hours = rate(PROGRAMMING, minutes=31, currency="USD")

    assert told(found) == [
        "At least 60 min are charged for all of it.",
        "60 min at 125.00 USD an hour: 125.00 USD.",
    ]
    assert told(half_hours) == [
        "31 min are rounded up to a multiple of 30 min: 60 min.",
        "60 min at 125.00 USD an hour: 125.00 USD.",
    ]
    assert {step.clause for step in half_hours.steps} == {"S-13, R-8"}


@pytest.mark.clause("S-4")
@pytest.mark.parametrize(
    ("finding", "bill_before", "amount", "held"),
    [
        (Finding.UNDECIDED, False, None, HeldFor.FINDING),
        (Finding.UNDECIDED, True, Decimal("125.00"), HeldFor.NOTHING),
        (Finding.PROVIDER, False, Decimal("0.00"), HeldFor.NOTHING),
        (Finding.PROVIDER, True, Decimal("0.00"), HeldFor.NOTHING),
        (Finding.NOT_PROVIDER, False, Decimal("125.00"), HeldFor.NOTHING),
    ],
)
def test_what_depends_on_the_fault_waits_for_the_finding(finding, bill_before, amount, held):
    hour = rate(EMERGENCY, minutes=60, currency="USD")

    found = after_finding(hour, finding=finding, clause="S-4", bill_before=bill_before)

    assert (found.amount, found.held_for, found.minutes) == (amount, held, 60)


@pytest.mark.clause("S-4")
def test_what_costs_nothing_either_way_waits_for_nobody():
    nothing = rate(EMERGENCY, minutes=0, currency="USD")

    assert after_finding(nothing, finding=Finding.UNDECIDED, clause="S-4") == nothing


def test_prices_in_another_currency_are_not_converted():
    hour = rate(EMERGENCY, minutes=60, currency="USD")
    facts = {"currency": "USD", "clause": "S-4"}

    held = in_other_currency(hour, billed_in="EUR", quote=None, **facts)
    agreed = in_other_currency(hour, billed_in="EUR", quote=Quote(Decimal(110), 60), **facts)

    assert (held.amount, held.held_for) == (None, HeldFor.TERM)
    assert (agreed.amount, agreed.held_for) == (Decimal(110), HeldFor.NOTHING)
    assert in_other_currency(hour, billed_in="USD", quote=None, **facts) == hour


@pytest.mark.clause("R-8")
def test_a_charge_says_what_was_charged_before():
    steps = rate(PROGRAMMING, minutes=31, currency="USD").steps
    amounts = {"worth": Decimal("125.00"), "charged": Decimal("62.50"), "cites": "S-13, R-8"}

    *_, last = difference(steps, **amounts)

    assert last.text.format_map(last.figures) == (
        "Worth 125.00 now, less 62.50 charged before: 62.50."
    )
    assert difference(steps, **{**amounts, "charged": Decimal(0)}) == list(steps)


@pytest.mark.clause("R-8")
@pytest.mark.parametrize(
    ("amount", "now", "waived", "approved", "again"),
    [
        ("62.50", "125.00", "62.50", "62.50", "0.00"),  # more work: what was waived stays waived
        ("-62.50", "62.50", "62.50", "62.50", "0.00"),  # all that is left is waived
        ("-125.00", "0.00", "62.50", "62.50", "-62.50"),
        ("-125.00", "0.00", "125.00", "125.00", "-125.00"),
        ("-100.00", "25.00", "125.00", "125.00", "-100.00"),
        ("-100.00", "25.00", "0.00", "0.00", "0.00"),
        ("125.00", "125.00", "0.00", "125.00", "125.00"),  # charged again, waived again
        ("125.00", "125.00", "0.00", "62.50", "62.50"),
        ("62.50", "62.50", "0.00", "125.00", "62.50"),
        ("62.50", "125.00", "62.50", "100.00", "37.50"),
    ],
)
def test_nobody_is_given_back_what_they_were_let_off_and_stays_let_off(
    amount, now, waived, approved, again
):
    found = waived_again(
        amount=Decimal(amount),
        worth=Decimal(now),
        waived=Decimal(waived),
        approved=Decimal(approved),
    )

    assert found == Decimal(again)


@pytest.mark.clause("R-8", "S-4")
@pytest.mark.parametrize(
    ("charged", "now", "credited", "back"),
    [
        ("125.00", "0.00", "125.00", "125.00"),
        ("125.00", "0.00", "50.00", "50.00"),
        ("250.00", "125.00", "150.00", "25.00"),
        ("250.00", "150.00", "150.00", "0.00"),  # all that it is worth was given back
        ("150.00", "0.00", "150.00", "150.00"),
        ("50.00", "0.00", "125.00", "50.00"),  # never more than is less now
        ("125.00", "125.00", "125.00", "0.00"),  # worth the same: nothing is drawn
        ("125.00", "250.00", "300.00", "0.00"),
        ("125.00", "0.00", "-5.00", "0.00"),
    ],
)
def test_what_a_credit_note_gave_back_is_not_given_back_again(charged, now, credited, back):
    found = back_already(charged=Decimal(charged), worth=Decimal(now), credited=Decimal(credited))

    assert found == Decimal(back)
