"""Of several reasons to refuse, the first decides, whatever else is so."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.contracts.rules.entitlement import (
    Clauses,
    HourFacts,
    OrderFacts,
    StandingFacts,
    StandingState,
    Wanted,
    entitlement,
)

FIRST, ON, LATER = date(2026, 1, 1), date(2026, 2, 28), date(2026, 3, 1)
# What each check rests on, in the order in which they are made.
RESTS_ON = ["order", "term", "users", "users", "order", "standing", "hour"]


@pytest.mark.clause("V-1.2", "V-3.1", "V-3.5", "V-2-order", "S-12", "S-3")
@given(holds=st.lists(st.booleans(), min_size=7, max_size=7))
def test_the_first_check_that_fails_decides_and_is_the_last_one_made(holds):
    executed, in_term, authorised, may_open, covered, standing, hour = holds

    answer = entitlement(
        order=OrderFacts(
            number="ORD-7",
            is_executed=executed,
            starts_on=FIRST if in_term else LATER,
            ends_on=None,
            sender_is_authorised=authorised,
            sender_may_open=may_open,
            service="Fax",
            covers_service=covered,
        ),
        on=ON,
        clauses=Clauses(order="order", term="term", users="users"),
        standing=StandingFacts(
            StandingState.SUPPORT_SUSPENDED, "standing", service_related=standing
        ),
        hour=HourFacts("hour", False, "Priority 2", hour),
        wants=Wanted.HELP_NOW,
    )

    made = holds.index(False) + 1 if False in holds else len(holds)
    assert answer.entitled == all(holds)
    assert [step.holds for step in answer.steps] == holds[:made]
    assert [step.clause for step in answer.steps] == RESTS_ON[:made]
    assert answer.clause == RESTS_ON[made - 1]
