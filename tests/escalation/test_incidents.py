"""Incidents: which tickets are of one outage, and who writes its report."""

import pytest

from apps.escalation import services
from apps.escalation.models import Incident
from apps.escalation.services import Refused
from apps.tickets import services as tickets
from tests.escalation.outages import issued, make_incident
from tests.factories import make_staff, make_ticket
from tests.tickets.life import wholesale
from tests.tickets.reading import facts, later

pytestmark = pytest.mark.django_db


@pytest.mark.clause("S-6")
def test_it_is_opened_once_with_a_draft_and_its_author():
    ticket, agent = wholesale("1"), make_staff()

    incident = make_incident(ticket=ticket, title="  Phones \n are dead ", by=agent)
    again = make_incident(ticket=ticket, title="Other")

    assert again == incident
    assert (incident.title, incident.author) == ("Phones are dead", agent)
    assert [str(report) for report in incident.reports.all()] == [f"{incident.number}, revision 1"]
    assert facts(ticket, "NOTED") == [
        {"what": f"Of {incident.number}: Phones are dead", "incident": incident.pk}
    ]


def test_it_needs_a_title():
    with pytest.raises(Refused, match="Give it a title"):
        services.open_incident(ticket=wholesale(), title=" ", by=make_staff(), at=later())

    assert Incident.objects.count() == 0


@pytest.mark.clause("S-6")
def test_tickets_of_several_accounts_join_once():
    incident, other = make_incident(), wholesale("2")
    call = {"incident": incident, "ticket": other, "by": make_staff(), "at": later(hours=2)}

    for _ in range(2):
        services.join_incident(**call)

    assert incident.members.count() == 2
    assert len(facts(other, "NOTED")) == 1


def test_a_ticket_is_of_one_incident():
    first, second = make_incident(), make_incident()
    ticket = first.members.get().ticket

    with pytest.raises(Refused, match=f"{ticket.number} is of {first.number} already"):
        services.join_incident(incident=second, ticket=ticket, by=make_staff(), at=later(hours=2))


def test_a_ticket_that_goes_on_elsewhere_does_not_join():
    survivor = make_ticket()
    ticket = make_ticket(requester=survivor.requester)
    tickets.merge(duplicate=ticket, into=survivor, by=make_staff(), at=later(), act_key="m")

    with pytest.raises(Refused, match=f"{ticket.number} goes on as {survivor.number}"):
        services.join_incident(
            incident=make_incident(), ticket=ticket, by=make_staff(), at=later(hours=2)
        )


def test_a_ticket_leaves_as_long_as_no_report_was_issued_for_it():
    incident, other, by = make_incident(), wholesale("2"), make_staff()
    first = incident.members.get().ticket
    services.join_incident(incident=incident, ticket=other, by=by, at=later(hours=2))
    call = {"incident": incident, "by": by}

    for _ in range(2):
        services.leave_incident(ticket=other, at=later(hours=3), **call)
    with pytest.raises(Refused, match="is its only ticket"):
        services.leave_incident(ticket=first, at=later(hours=3), **call)
    services.join_incident(ticket=other, at=later(hours=4), **call)
    issued(incident)

    assert facts(other, "NOTED")[1]["what"] == f"Taken out of {incident.number}"
    with pytest.raises(Refused, match="A report was issued for"):
        services.leave_incident(ticket=other, at=later(hours=7), **call)


def test_title_and_author_change_with_history():
    incident, boss, other = make_incident(), make_staff(), make_staff()
    call = {"incident": incident, "by": boss, "at": later(hours=2)}

    for _ in range(2):
        services.amend_incident(title="All is dead", author=other, **call)
    with pytest.raises(Refused, match="does not work here"):
        services.amend_incident(title="All", author=make_staff(is_active=False), **call)

    incident.refresh_from_db()
    assert (incident.title, incident.author) == ("All is dead", other)
    assert [row.history_user for row in incident.history.all()] == [boss, incident.opened_by]
