"""Whose desk a ticket lies on."""

import pytest

from apps.tickets import services
from apps.tickets.services import Refused
from tests.factories import make_staff, make_ticket
from tests.tickets.reading import everything, facts, later, log

pytestmark = pytest.mark.django_db


def assign(ticket, to, *, by=None, at=None):
    services.assign(ticket=ticket, to=to, by=by or make_staff(), at=at or later(hours=1))


def test_a_ticket_is_given_to_somebody_and_back_to_the_queue():
    ticket, ada, boss = make_ticket(), make_staff(name="ada"), make_staff(name="boss")

    assign(ticket, ada, by=boss)
    assign(ticket, None, by=ada, at=later(hours=2))

    assert log(ticket)[2:] == [("ASSIGNED", later(hours=1)), ("ASSIGNED", later(hours=2))]
    assert facts(ticket, "ASSIGNED") == [{"to": "ada"}, {"to": ""}]
    back, given = ticket.history.order_by("-pk")[:2]
    assert (given.assignee, given.history_user, given.history_date) == (ada, boss, later(hours=1))
    assert (back.assignee, back.history_user, back.history_date) == (None, ada, later(hours=2))
    assert [given.history_change_reason, back.history_change_reason] == [
        "Assigned to ada",
        "Back to the queue",
    ]


def test_the_same_assignee_again_changes_nothing():
    ticket, ada, boss = make_ticket(), make_staff(), make_staff()
    assign(ticket, ada)
    before = everything()

    assign(ticket, ada, by=boss)

    assert everything() == before


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_only_who_works_here_is_given_tickets(change):
    ticket, former = make_ticket(), make_staff(name="former")
    for name, value in change.items():
        setattr(former, name, value)
    former.save()

    with pytest.raises(Refused) as refused:
        assign(ticket, former)

    assert str(refused.value) == "former is not staff. Choose somebody who works on tickets."


def test_a_very_long_name_fits_into_the_history():
    ticket, ada = make_ticket(), make_staff()
    ada.first_name, ada.last_name = "A" * 150, "B" * 150
    ada.save()

    assign(ticket, ada)

    assert ticket.history.latest().history_change_reason == "Assigned to " + "A" * 88
    assert facts(ticket, "ASSIGNED") == [{"to": f"{'A' * 150} {'B' * 150}"}]
