"""Why a ticket was registered, on its page."""

import pytest

from tests.factories import make_ticket
from tests.tickets_admin.pages import page_of, reader, text_of

pytestmark = pytest.mark.django_db
STEP = {"clause": "H-3", "holds": True, "says": "Order ORD-7 is executed."}


@pytest.mark.clause("V-1.2", "V-3.1", "V-3.5")
def test_the_page_of_a_ticket_says_why_it_is_entitled_with_the_clauses():
    ticket = make_ticket(entitled={"entitled": True, "steps": [STEP]})

    answer = reader().get(page_of(ticket))

    (check,) = answer.context["entitled"]
    assert (check.says, check.holds, [clause.ref for clause in check.clauses]) == (
        *("Order ORD-7 is executed.", True, ["H-3"]),
    )
    assert "Why it is entitled Holds: Order ORD-7 is executed. H-3" in text_of(answer)


def test_a_ticket_from_before_the_answers_were_kept_says_nothing_of_it():
    answer = reader().get(page_of(make_ticket()))

    assert "Why it is entitled" not in text_of(answer)
