"""Outages in the portal: how an incident stands for one account, and nothing of the others."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from apps.contracts.models import AuthorisedUser
from apps.escalation.services import Planned, amend_incident, draft_report, join_incident
from apps.tickets import services
from tests.escalation.outages import RESTORED, STARTED, issued, make_incident
from tests.factories import make_order, make_preset, make_service, make_staff, make_ticket
from tests.portal_made import make_person, signed_in
from tests.tickets.life import WHOLESALE, solve
from tests.tickets.reading import later

pytestmark = pytest.mark.django_db
THEIRS = ["Zenith Telecom", "zymurgy", "quixotic", "person2@", "Person 2", "zenith-trunk"]


@pytest.fixture
def people():
    """Two people of two accounts; both have a first priority ticket in one incident."""
    order = make_order(version=make_preset(slug=WHOLESALE))
    other = make_order(version=order.version)
    other.account.name = "Zenith Telecom"
    other.account.save()
    return make_person(order=order), make_person(order=other)


@pytest.fixture
def incident(people):
    ours, theirs = people
    first = make_ticket(requester=ours, severity="1", subject="No calls", service=make_service())
    second = make_ticket(
        requester=theirs,
        severity="1",
        subject="zymurgy",
        text="quixotic",
        at=later(minutes=1),
        service=make_service(title="zenith-trunk"),
    )
    incident = make_incident(ticket=first)
    join_incident(incident=incident, ticket=second, by=make_staff(), at=later(hours=2))
    return incident


def read(person, name, *args, at=None, **query):
    with time_machine.travel(at or later(hours=3), tick=False):
        return signed_in(person).get(reverse(f"portal:{name}", args=args), query)


def updates(page):
    return [f"{each.at:%H:%M} {each.words}" for each in page.context["read"].updates]


@pytest.mark.clause("S-6", "V-2-incident", "V-3.5")
def test_of_an_incident_each_account_is_shown_its_own_alone(people, incident):
    ours, theirs = people
    agent = make_staff(name="nightingale")
    own, others = (person.order.account.tickets.get() for person in people)
    for ticket in (own, others):
        services.note(
            ticket=ticket, text="quixotic secret", by=agent, at=later(minutes=5), act_key="n"
        )
    services.reply(
        ticket=own, text="We look.", by=agent, at=later(minutes=10), act_key="r"
    )
    services.reply(
        ticket=others, text="quixotic", by=agent, at=later(minutes=20), act_key="r"
    )
    report = issued(incident)
    copy = report.copies.get(account=ours.order.account)

    pages = [
        read(ours, "home"),
        read(ours, "incidents"),
        read(ours, "incident", incident.pk),
        read(ours, "incident_live", incident.pk),
        read(ours, "reports"),
        read(ours, "report", copy.pk),
    ]

    told = [page.content.decode() for page in pages]
    named = [*THEIRS, others.number, "secret", "nightingale", agent.email]
    assert [[word for word in named if word in text] for text in told] == [[]] * 6
    assert [own.number in text for text in told] == [True, False, True, True, False, True]
    assert read(theirs, "report", copy.pk).status_code == 404
    assert read(theirs, "report_pdf", copy.pk).status_code == 404
    assert read(ours, "report_pdf", copy.pk).content == bytes(copy.content)
