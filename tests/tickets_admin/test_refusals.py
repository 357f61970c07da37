"""A refusal says what to do, and on which clause of the ticket's own policy it rests."""

import pytest

from apps.tickets import services
from apps.tickets.admin.refusals import in_full
from tests.factories import make_staff, severity_of
from tests.tickets.life import premium, wholesale
from tests.tickets.reading import later
from tests.tickets_admin.pages import agent, send, text_of

pytestmark = pytest.mark.django_db


@pytest.mark.clause("V-3.4.4")
def test_the_page_cites_the_clause_that_the_policy_has():
    ticket = premium()

    answer = send(agent()[0], ticket, "confirm", text="By phone.")

    told = f"{ticket.number} has no solution yet. It is confirmed or refused once it has one."
    assert (answer.status_code, f"{told} (V-3.4.4, V-8.3)" in text_of(answer)) == (422, True)


@pytest.mark.clause("R-13", "S-12")
@pytest.mark.parametrize(("make", "refs"), [(premium, "R-13"), (wholesale, "S-12, R-13")])
def test_of_clauses_of_several_policies_only_the_tickets_own_are_told(make, refs):
    refusal = services.Refused("Not now.", clause="S-12, R-13")

    assert in_full(refusal, version_id=make("3" if make is wholesale else "III").version_id) == (
        f"Not now. ({refs})"
    )


def test_what_rests_on_no_clause_cites_none():
    ticket, by = premium(), make_staff()
    reason = ticket.version.reasons.filter(kind="SEVERITY_CHANGE").order_by("position")[0]
    to = severity_of(ticket.version, "IV")
    change = {"to": to, "reason": reason, "by": by, "at": later(hours=1)}

    with pytest.raises(services.Refused) as refused:
        services.change_severity(ticket=ticket, explanation=" ", **change)

    assert in_full(refused.value, version_id=ticket.version_id) == (
        "Say in a sentence what changed: the client may ask."
    )
