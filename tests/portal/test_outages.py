"""Outages in the portal: how an incident stands for one account, and nothing of the others."""

import pytest
import time_machine
from django.urls import reverse

from apps.contracts.models import AuthorisedUser
from apps.escalation.services import amend_incident, join_incident
from apps.tickets import services
from tests.escalation.outages import issued, make_incident
from tests.factories import make_order, make_preset, make_service, make_staff, make_ticket
from tests.portal_made import make_person, signed_in
from tests.tickets.life import WHOLESALE, solve
from tests.tickets.reading import later

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    """Two people of two accounts."""
    order = make_order(version=make_preset(slug=WHOLESALE))
    other = make_order(version=order.version)
    other.account.name = "Zenith Telecom"
    other.account.save()
    return make_person(order=order), make_person(order=other)


@pytest.fixture
def tickets(people):
    """A first priority ticket of each; the second one's words are nobody else's business."""
    ours, theirs = people
    return make_ticket(requester=ours, severity="1", service=make_service()), make_ticket(
        requester=theirs,
        severity="1",
        subject="zymurgy",
        text="quixotic",
        at=later(minutes=1),
        service=make_service(title="zenith-trunk"),
    )


@pytest.fixture
def incident(tickets):
    incident = make_incident(ticket=tickets[0])
    join_incident(incident=incident, ticket=tickets[1], by=make_staff(), at=later(hours=2))
    return incident


def read(person, name, *args, at=None, **query):
    with time_machine.travel(at or later(hours=3), tick=False):
        return signed_in(person).get(reverse(f"portal:{name}", args=args), query)


def updates(page):
    return [f"{each.at:%H:%M} {each.words}" for each in page.context["read"].updates]


def stands(person, incident, *, at=None):
    """Whether it is ongoing on its own page, and is among the ongoing ones of list and home."""
    page = read(person, "incident", incident.pk, at=at)
    listed = read(person, "incidents", at=at).context["found"]
    home = read(person, "home", at=at).context["incidents"]
    return (
        page.context["read"].is_ongoing,
        [row.incident for row in listed.ongoing] == [incident],
        [row.incident for row in listed.over] == [],
        [row.incident for row in home] == [incident],
    )


@pytest.mark.clause("S-6", "V-2-incident", "V-3.5")
def test_of_an_incident_each_account_is_shown_its_own_alone(people, tickets, incident):
    (ours, theirs), (own, others) = people, tickets
    agent = make_staff(name="nightingale")
    for ticket in tickets:
        services.note(
            ticket=ticket, text="secret", by=agent, at=later(hours=2, minutes=5), act_key="n"
        )
    services.answer(
        ticket=own, text="We look.", by=agent, at=later(hours=2, minutes=10), act_key="a"
    )
    services.answer(
        ticket=others, text="quixotic", by=agent, at=later(hours=2, minutes=20), act_key="a"
    )
    before = read(ours, "incident", incident.pk)
    copy = issued(incident).copies.get(account=ours.order.account)
    limited = make_person(order=ours.order)
    AuthorisedUser.objects.filter(pk=limited.pk).update(sees_all_tickets=False)

    names = [("home",), ("incidents",), ("incident", incident.pk), ("incident_live", incident.pk)]
    names += [("reports",), ("report", copy.pk)]
    told = [read(ours, *name).content.decode() for name in names]

    hidden = ["zymurgy", "quixotic", "secret", "Zenith", "zenith-trunk", "nightingale"]
    hidden += [others.number, theirs.name, theirs.email]
    assert [[word for word in hidden if word in text] for text in told] == [[]] * 6
    assert [own.number in text for text in told] == [True, False, True, True, False, True]
    assert updates(before) == [
        "14:00 The fault was reported to support.",
        "16:10 Support answered the report.",
    ]
    # What the report tells stands for the time before it.
    assert updates(read(ours, "incident", incident.pk, at=later(hours=7))) == [
        "14:00 The switch went dark.",
        "20:00 Reason for Outage issued",
    ]
    assert own.number not in read(limited, "incident", incident.pk).content.decode()
    assert [read(theirs, name, copy.pk).status_code for name in ("report", "report_pdf")] == [
        404
    ] * 2
    assert read(ours, "report_pdf", copy.pk).content == bytes(copy.content)
    assert read(ours, "report", copy.pk).context["found"].numbers == [(own.number, own.pk)]


@pytest.mark.clause("S-6", "V-2-incident")
def test_an_incident_is_over_for_an_account_whose_tickets_are_solved_or_by_a_report(
    people, tickets, incident
):
    (ours, theirs), (own, _) = people, tickets

    seen = [stands(ours, incident)]
    solve(own, at=later(hours=4))
    seen += [stands(ours, incident), stands(theirs, incident)]
    issued(incident)
    seen += [stands(theirs, incident, at=later(hours=7))]
    services.reopen(ticket=own, explanation="Back again.", by=make_staff(), at=later(hours=8))
    seen += [stands(ours, incident, at=later(hours=9)), stands(theirs, incident)]

    ongoing, over = (True,) * 4, (False,) * 4
    assert seen == [ongoing, over, ongoing, over, ongoing, over]


@pytest.mark.clause("S-6", "V-3.5")
def test_the_page_renews_itself_when_something_is_new_for_the_account_alone(
    people, tickets, incident
):
    (ours, _), (own, others) = people, tickets
    agent = make_staff()
    seen = read(ours, "incident", incident.pk).context["read"].seen

    def answered():
        return read(ours, "incident_live", incident.pk, at=later(hours=9), seen=seen).status_code

    services.note(ticket=own, text="Psst.", by=agent, at=later(minutes=5), act_key="n")
    services.answer(ticket=others, text="We look.", by=agent, at=later(minutes=6), act_key="a")
    answers = [answered()]
    amend_incident(
        incident=incident, title="All is dead", author=incident.author, by=agent, at=later(hours=2)
    )
    answers.append(answered())
    report = issued(incident)
    solve(own, at=later(hours=7))
    answers.append(answered())

    assert answers == [204, 200, 286]
    amend_incident(
        incident=incident, title="Nothing", author=incident.author, by=agent, at=later(hours=8)
    )
    copy = report.copies.get(account=ours.order.account)
    assert read(ours, "report", copy.pk).context["found"].title == "All is dead"


@pytest.mark.clause("S-6", "R-3")
def test_an_owed_report_says_until_when_and_why_and_what_was_sent_is_owed_no_more(
    people, tickets, incident
):
    ours, _ = people
    own = tickets[0]
    due = own.deadlines.get(kind="RFO").due_at

    pages = [read(ours, "reports", at=at) for at in (due, due + (later(minutes=1) - later()))]
    issued(incident)
    pages.append(read(ours, "reports"))

    owed = [
        [(each.ticket, str(each.stands.words), each.stands.at) for each in page.context["owed"]]
        for page in pages
    ]
    assert owed == [[(own, "Due soon", due)], [(own, "Overdue", due)], []]
    first = pages[0].context["owed"][0]
    assert (due - later(), [ref for ref, _ in first.clauses]) == (
        later(hours=24) - later(),
        ["S-6"],
    )
    assert [ref for step in first.steps for ref, _ in step.clauses][:1] == ["S-6"]


@pytest.mark.parametrize("name", ["incidents", "incident", "incident_live", "reports", "report"])
def test_a_page_of_outages_takes_a_bounded_number_of_queries(
    name, people, tickets, incident, django_assert_max_num_queries
):
    copy = issued(incident).copies.get(account=people[0].order.account)
    solve(tickets[0], at=later(hours=7))
    args = {"incident": incident.pk, "incident_live": incident.pk, "report": copy.pk}

    browser = signed_in(people[0])
    where = reverse(f"portal:{name}", args=[args[name]] if name in args else [])

    with time_machine.travel(later(hours=9), tick=False), django_assert_max_num_queries(15):
        page = browser.get(where)

    assert page.status_code in {200, 286}
