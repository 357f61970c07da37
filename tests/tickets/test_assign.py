"""Whose desk a ticket lies on."""

import pytest

from apps.tickets import services
from apps.tickets.services import Refused
from tests.factories import make_client, make_staff, make_ticket
from tests.tickets.reading import everything, facts, later, log
from tests.time_made import make_premium, make_tam, make_time

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


@pytest.fixture
def with_tam():
    """A ticket on the desk of its order's TAM."""
    client = make_client(order=make_premium())
    make_tam(order=client.order, who=make_staff(name="tam"))
    return make_ticket(requester=client, severity="III", to_tam=True, channel="TAM")


def place(ticket):
    ticket.refresh_from_db()
    return ticket.desk, str(ticket.assignee or "")


@pytest.mark.clause("V-6.5")
def test_what_is_taken_off_the_tams_desk_lies_in_the_support_centre(with_tam):
    assign(with_tam, None)

    assert place(with_tam) == ("CENTRE", "")
    assert facts(with_tam, "ASSIGNED")[-1] == {"to": "", "desk": "CENTRE"}
    assert with_tam.history.latest().desk == "CENTRE"


@pytest.mark.clause("V-6.5")
def test_given_to_somebody_of_the_centre_it_is_the_centres_and_given_back_the_tams(with_tam):
    tam, ada = with_tam.assignee, make_staff(name="ada")

    places = []
    for person in (ada, None, tam):
        assign(with_tam, person)
        places.append(place(with_tam))

    assert places == [("CENTRE", "ada"), ("CENTRE", ""), ("TAM", "tam")]
    assert facts(with_tam, "ASSIGNED")[1:] == [
        {"to": "ada", "desk": "CENTRE"},
        {"to": ""},
        {"to": "tam", "desk": "TAM"},
    ]


@pytest.mark.clause("V-6.5")
def test_it_is_the_tams_desk_even_when_the_hours_are_used_up(with_tam):
    tam = with_tam.assignee
    assign(with_tam, None)
    type(with_tam.order).objects.filter(pk=with_tam.order_id).update(tam_minutes_per_month=1)
    make_time(order=with_tam.order, minutes=1)

    assign(with_tam, tam)

    assert place(with_tam) == ("TAM", "tam")


@pytest.mark.clause("V-6.5")
def test_another_orders_tam_is_one_of_the_centre_here(with_tam):
    other = make_staff(name="other")
    make_tam(order=make_premium(), who=other)

    assign(with_tam, other)

    assert place(with_tam) == ("CENTRE", "other")


@pytest.mark.clause("V-6.5")
def test_a_ticket_that_was_left_to_nobody_on_the_tams_desk_goes_back_to_the_queue(with_tam):
    type(with_tam).objects.filter(pk=with_tam.pk).update(assignee=None)

    assign(with_tam, None)

    assert place(with_tam) == ("CENTRE", "")
