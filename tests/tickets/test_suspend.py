"""Suspending support for tickets, and going on where they stood."""

import pytest

from apps.contracts.services import set_standing
from apps.outbox.models import Message as Mail
from apps.outbox.rendering import render
from apps.tickets import services
from apps.tickets.services import Refused
from tests.factories import make_staff
from tests.tickets.life import premium, row, sweep, wholesale
from tests.tickets.reading import everything, facts, later, log, mails

pytestmark = pytest.mark.django_db


def parked(severity="4"):
    """A ticket on a matter that is not service-related."""
    ticket = wholesale(severity)
    category = next(
        each
        for each in ticket.version.reasons.filter(kind="CATEGORY").order_by("position")
        if not each.terms["service_related"]
    )
    services.classify(
        ticket=ticket, category=category, covered_work=None, by=make_staff(), at=later(minutes=1)
    )
    ticket.refresh_from_db()
    return ticket


def stand(ticket, state, at):
    set_standing(account=ticket.account, state=state, clause="S-12", why="22 days overdue", at=at)


@pytest.mark.clause("S-12", "R-6", "R-13")
def test_a_suspended_account_parks_what_is_not_service_related_with_its_clocks():
    ticket = parked()
    stand(ticket, "SUPPORT_SUSPENDED", later(hours=2))

    assert services.follow_standings(at=later(hours=2)) == 1

    ticket.refresh_from_db()
    assert ticket.status == "SUSPENDED"
    assert (row(ticket, "RESPONSE")[1], row(ticket, "RESOLUTION")[1]) == (None, None)
    assert facts(ticket, "SUSPENDED") == [{"why": "22 days overdue", "clause": "S-12"}]
    assert mails("ticket.suspended") == [ticket.requester.email]
    assert services.follow_standings(at=later(hours=3)) == 0


@pytest.mark.clause("S-12", "R-13")
def test_released_it_goes_on_where_it_stood():
    ticket = parked()
    stand(ticket, "SUPPORT_SUSPENDED", later(hours=2))
    services.follow_standings(at=later(hours=2))
    stand(ticket, "GOOD", later(hours=26))

    assert services.follow_standings(at=later(hours=26)) == 1

    ticket.refresh_from_db()
    assert ticket.status == "OPEN"
    # Eight hours from 09:00; two had run by 11:00, and six are left at 11:00 of the next day.
    assert row(ticket, "RESPONSE") == ("OPEN", later(hours=32), None)
    assert services.follow_standings(at=later(hours=27)) == 0


@pytest.mark.clause("S-12", "R-6")
def test_what_is_service_related_or_not_yet_classified_goes_on():
    ticket = wholesale("1")
    stand(ticket, "DASHBOARD_SUSPENDED", later(hours=2))
    outage = next(
        each
        for each in ticket.version.reasons.filter(kind="CATEGORY")
        if each.terms["service_related"]
    )

    unclassified = services.follow_standings(at=later(hours=2))
    services.classify(
        ticket=ticket, category=outage, covered_work=None, by=make_staff(), at=later(hours=3)
    )

    assert (unclassified, services.follow_standings(at=later(hours=3))) == (0, 0)


@pytest.mark.clause("S-12")
def test_what_a_person_suspended_only_a_person_resumes():
    ticket = wholesale("3")
    staff = make_staff()
    services.suspend(ticket=ticket, why="By agreement.", clause="S-12", by=staff, at=later(hours=1))

    assert services.follow_standings(at=later(hours=2)) == 0
    services.resume(ticket=ticket, why="Agreed.", by=staff, at=later(hours=3))

    ticket.refresh_from_db()
    assert ticket.status == "OPEN"


@pytest.mark.clause("S-12", "R-13")
def test_what_a_person_suspended_does_not_stand_in_the_way_of_others():
    by_hand, ticket = parked(), parked()
    services.suspend(
        ticket=by_hand, why="By agreement.", clause="", by=make_staff(), at=later(hours=1)
    )
    stand(ticket, "SUPPORT_SUSPENDED", later(hours=2))
    services.follow_standings(at=later(hours=2))
    stand(ticket, "GOOD", later(hours=3))

    assert services.follow_standings(at=later(hours=3), most=1) == 1
    for each in (by_hand, ticket):
        each.refresh_from_db()
    assert (by_hand.status, ticket.status) == ("SUSPENDED", "OPEN")


@pytest.mark.clause("R-13")
def test_by_hand_it_rests_on_the_reading_and_the_mail_says_who_takes_it_up_again():
    ticket = wholesale("3")
    services.suspend(ticket=ticket, why="Wait.", clause="", by=make_staff(), at=later(hours=1))

    payload = Mail.objects.get(topic="ticket.suspended").payload
    told = render(topic="ticket.suspended", payload=payload).text

    assert facts(ticket, "SUSPENDED") == [{"why": "Wait.", "clause": "R-13"}]
    assert "It goes on where it stood as soon as we take it up again" in told
    assert "by itself" not in told


@pytest.mark.clause("S-12")
def test_suspended_twice_is_suspended_once_and_resumed_twice_once():
    ticket = wholesale("3")
    for _ in range(2):
        services.suspend(ticket=ticket, why="Overdue.", clause="S-12", at=later(hours=1))
    before = everything()
    services.suspend(ticket=ticket, why="Overdue.", clause="S-12", at=later(hours=1))
    assert everything() == before
    for _ in range(2):
        services.resume(ticket=ticket, why="Paid.", at=later(hours=2))

    assert [kind for kind, _ in log(ticket)][-2:] == ["SUSPENDED", "RESUMED"]


@pytest.mark.clause("S-12")
@pytest.mark.parametrize("why", ["", "  "])
def test_a_suspension_without_a_reason_is_refused(why):
    with pytest.raises(Refused, match="Say why"):
        services.suspend(ticket=wholesale("3"), why=why, clause="", at=later(hours=1))


@pytest.mark.clause("S-12", "V-2-resolution")
def test_a_client_who_answers_meanwhile_finds_it_our_turn_afterwards():
    ticket = premium("III")
    services.ask_client(
        ticket=ticket, text="Which?", by=make_staff(), at=later(hours=1), act_key="ask"
    )
    services.suspend(ticket=ticket, why="Overdue.", clause="", at=later(hours=2))
    services.client_replied(
        ticket=ticket, client=ticket.requester, text="This.", at=later(hours=3), source_key="m:1"
    )
    ticket.refresh_from_db()
    during = ticket.status
    services.resume(ticket=ticket, why="Paid.", at=later(hours=4))
    ticket.refresh_from_db()

    assert (during, ticket.status) == ("SUSPENDED", "OPEN")
    assert sweep(later(days=9), ticket) == 0
