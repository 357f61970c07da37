"""The pages of incidents and their reports."""

import re
from datetime import date

import pytest
import time_machine

from apps.escalation.models import Incident
from apps.tickets import services as tickets
from tests.escalation.outages import draft_of, issued, make_incident, submitted, written
from tests.escalation.pages import (
    AGENT,
    DUTY,
    FINANCE,
    LIST,
    OPEN,
    act,
    page_of,
    signed_in,
    typed,
)
from tests.factories import make_service, make_staff, make_ticket
from tests.tickets.life import wholesale
from tests.tickets.reading import later
from tests.tickets_admin.pages import page_of as ticket_page
from tests.tickets_admin.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _afternoon():
    with time_machine.travel(later(hours=6), tick=False):
        yield


@pytest.mark.clause("S-6")
def test_the_ticket_leads_to_its_report_and_says_until_when_it_is_owed():
    browser, agent = signed_in(AGENT)
    ticket = wholesale("1")

    before = text_of(browser.get(ticket_page(ticket)))
    response = browser.post(OPEN, {"ticket": ticket.pk, "title": "Phones are dead"})
    incident = Incident.objects.get()
    after = text_of(browser.get(ticket_page(ticket)))

    assert "It is owed by Thu 5 Mar 2026, 14:00 UTC . Nobody has begun it." in before
    assert response["Location"] == page_of(incident)
    assert (incident.title, incident.author) == ("Phones are dead", agent)
    assert f"{incident.number} Phones are dead Revision 1, final Draft" in after


def test_a_ticket_without_an_outage_shows_no_panel():
    page = text_of(signed_in(AGENT)[0].get(ticket_page(make_ticket())))

    assert "Nobody has begun it" not in page
    assert "Whose fault it was" not in page


@pytest.mark.clause("S-6")
def test_a_missed_report_stays_owed():
    ticket = wholesale("1")
    tickets.sweep_deadlines(at=later(hours=25))

    page = text_of(signed_in(AGENT)[0].get(ticket_page(ticket)))

    assert "It was owed by Thu 5 Mar 2026, 14:00 UTC , and stays owed." in page


@pytest.mark.clause("S-6")
def test_what_the_editor_sends_is_kept_in_utc():
    browser, agent = signed_in(AGENT)
    incident, service = make_incident(), make_service()
    agent.time_zone = "America/New_York"
    agent.save()

    given = typed(draft_of(incident), services=[service.pk], **{"moments-0-at": "2026-03-04T09:30"})
    response = act(browser, incident, "write", **{**given, "started_at": "2026-03-04T09:00"})

    report = draft_of(incident)
    assert response.status_code == 302
    assert (report.edition, report.started_at) == (2, later())
    assert report.summary == "A core switch failed.\nAll were cut off."
    assert list(report.services.all()) == [service]
    assert [(row.at, row.text) for row in report.timeline.all()] == [
        (later(minutes=30), "The switch went dark.")
    ]
    action = report.actions.get()
    assert (action.kind, action.owner, action.due_on) == ("PREVENTIVE", "NOC", date(2026, 3, 9))


def test_a_row_that_is_left_out_is_gone():
    browser, _ = signed_in(AGENT)
    incident = make_incident()
    report = written(incident)

    act(browser, incident, "write", **typed(report, **{"moments-0-DELETE": "on"}))

    assert list(draft_of(incident).timeline.all()) == []


def test_what_cannot_be_read_is_shown_again_and_nothing_is_kept():
    browser, _ = signed_in(AGENT)
    incident = make_incident()
    given = typed(draft_of(incident), **{"moments-1-text": "Then?", "actions-0-due_on": "soon"})

    response = act(browser, incident, "write", **{**given, "started_at": "noon"})

    page = text_of(response)
    assert response.status_code == 422
    assert "Write the time as 2026-11-27T14:30" in page
    assert "Say when it was." in page
    assert "Write the date as 2026-11-27." in page
    assert "A core switch failed." in page
    assert draft_of(incident).edition == 1


@pytest.mark.clause("S-6")
def test_what_is_handed_on_too_early_is_kept_and_told_what_it_lacks():
    browser, _ = signed_in(AGENT)
    incident = make_incident()

    response = act(browser, incident, "write", **typed(draft_of(incident), then="submit"))

    assert response.status_code == 422
    assert (
        "The draft is kept, but not handed on. It lacks which services were affected:"
        " write that first." in text_of(response)
    )
    assert (draft_of(incident).edition, draft_of(incident).state) == (2, "DRAFT")


@pytest.mark.clause("S-6")
def test_from_the_draft_to_the_clients_through_a_review_by_another():
    writer, _ = signed_in(AGENT)
    reviewer, duty = signed_in(DUTY)
    incident = make_incident()
    given = typed(draft_of(incident), services=[make_service().pk], then="submit")
    act(writer, incident, "write", **given)
    report = draft_of(incident)

    own = text_of(writer.get(page_of(incident)))
    theirs = text_of(reviewer.get(page_of(incident)))
    act(reviewer, incident, "issue", seen=report.edition)
    page = text_of(writer.get(page_of(incident)))

    assert "You wrote in it, so somebody else reviews it." in own
    assert "Issue it" in theirs
    report.refresh_from_db()
    assert (report.state, report.issued_by) == ("ISSUED", duty)
    assert f"reviewed by {duty}" in page
    assert "On its way" in page
    assert "Begin the next revision" in page


@pytest.mark.clause("S-6")
def test_a_reviewer_sends_it_back_with_what_to_change():
    reviewer, _ = signed_in(DUTY)
    writer, _ = signed_in(AGENT)
    incident = make_incident()
    report = submitted(incident)

    empty = act(reviewer, incident, "return", seen=report.edition, why="")
    act(reviewer, incident, "return", seen=report.edition, why="Name the switch.")

    assert "Say what is to be changed." in text_of(empty)
    assert "The review asks: Name the switch." in text_of(writer.get(page_of(incident)))


def test_a_page_that_is_out_of_date_issues_nothing():
    reviewer, _ = signed_in(DUTY)
    incident = make_incident()
    report = submitted(incident)

    response = act(reviewer, incident, "issue", seen=report.edition - 1)

    assert "Somebody changed the report meanwhile" in text_of(response)
    report.refresh_from_db()
    assert report.state == "REVIEW"


@pytest.mark.clause("S-6")
def test_tickets_join_by_their_number_and_are_taken_out():
    browser, _ = signed_in(AGENT)
    incident, other = make_incident(), wholesale("2")

    unknown = act(browser, incident, "join", number="FL-999999")
    act(browser, incident, "join", number=other.number)
    joined = text_of(browser.get(page_of(incident)))
    act(browser, incident, "leave", number=other.number)

    assert "There is no ticket “FL-999999”" in text_of(unknown)
    assert other.number in joined
    assert incident.members.count() == 1


def test_title_and_author_are_amended():
    browser, agent = signed_in(AGENT)
    incident = make_incident()

    act(browser, incident, "amend", title="All is dead", author=agent.pk)

    incident.refresh_from_db()
    assert (incident.title, incident.author) == ("All is dead", agent)


@pytest.mark.clause("S-6")
def test_documents_are_shown_as_they_were_sent_and_a_draft_as_it_would_be():
    browser, _ = signed_in(AGENT)
    incident = make_incident()
    draft = browser.get(f"{page_of(incident)[: -len('change/')]}preview/")
    report = issued(incident)
    copy = report.copies.last()

    sent = browser.get(f"{page_of(incident)[: -len('change/')]}copies/{copy.pk}/")
    other = browser.get(f"{page_of(make_incident())[: -len('change/')]}copies/{copy.pk}/")

    assert draft["Content-Type"] == sent["Content-Type"] == "application/pdf"
    assert draft.content.startswith(b"%PDF-")
    assert sent.content == bytes(copy.content)
    assert other.status_code == 404


@pytest.mark.clause("S-6")
@pytest.mark.parametrize(
    ("role", "refused"),
    [
        (FINANCE, {"write", "take-back", "return", "issue", "draft", "amend", "join", "leave"}),
        (AGENT, {"return", "issue"}),
        (DUTY, set()),
    ],
)
def test_who_may_do_what(role, refused):
    browser, _ = signed_in(role)
    incident = make_incident()
    names = ["write", "take-back", "return", "issue", "draft", "amend", "join", "leave"]

    answers = {name: act(browser, incident, name).status_code for name in names}

    assert {name for name, code in answers.items() if code == 403} == refused
    assert browser.post(page_of(incident)).status_code == 403
    assert act(browser, incident, "dance").status_code == 404


@pytest.mark.clause("S-6")
def test_the_list_says_what_is_owed_and_what_nobody_has_begun():
    browser, _ = signed_in(AGENT)
    unbegun = wholesale("1")
    make_incident(title="In work")
    issued(make_incident(title="Done"))
    browser.get(LIST)

    page = text_of(browser.get(LIST))

    assert f"Owed, and nobody has begun Ticket Severity Due Left {unbegun.number}" in page
    assert [
        row.title for row in browser.get(LIST, {"report": "issued"}).context["cl"].result_list
    ] == ["Done"]
    assert [
        row.title for row in browser.get(LIST, {"report": "draft"}).context["cl"].result_list
    ] == ["In work"]


def test_the_list_costs_the_same_however_long_it_is(django_assert_max_num_queries):
    browser, _ = signed_in(AGENT)
    make_incident()
    browser.get(LIST)
    with django_assert_max_num_queries(40) as few:
        browser.get(LIST)
    for _ in range(3):
        make_incident()

    with django_assert_max_num_queries(len(few)):
        browser.get(LIST)


def test_what_was_written_is_text_and_never_markup():
    browser, _ = signed_in(AGENT)
    hostile = '<script>alert(1)</script> #read("/etc/passwd") {{ 7 }}'
    incident = make_incident(title=hostile, by=make_staff())
    issued(incident, summary=hostile)

    page = browser.get(page_of(incident)).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_addresses_that_lead_nowhere_say_so():
    browser, _ = signed_in(AGENT)
    incident = make_incident()
    issued(incident)
    base = page_of(incident)[: -len("change/")]

    assert browser.get(f"{base}preview/").status_code == 404
    assert browser.get(f"{base}copies/0/").status_code == 404
    assert browser.get("/admin/escalation/incident/0/change/").status_code == 404
    assert browser.get(f"{base}act/write/")["Location"] == page_of(incident)
    assert browser.get(OPEN)["Location"] == LIST
    assert browser.post(OPEN, {"ticket": "x"})["Location"] == LIST
    assert signed_in(FINANCE)[0].post(OPEN, {"ticket": "1"}).status_code == 403


def test_a_ticket_that_goes_on_elsewhere_begins_no_report():
    browser, _ = signed_in(AGENT)
    first = wholesale("1")
    duplicate = make_ticket(requester=first.requester, severity="1", at=later(minutes=1))
    tickets.merge(duplicate=duplicate, into=first, by=make_staff(), at=later(hours=1), act_key="m")

    response = browser.post(OPEN, {"ticket": duplicate.pk}, follow=True)

    assert f"{duplicate.number} goes on as {first.number}" in text_of(response)
    assert Incident.objects.count() == 0


def test_a_form_without_its_edition_or_without_anything_in_work_is_refused():
    browser, _ = signed_in(DUTY)
    incident = make_incident()
    report = submitted(incident)

    lost = act(browser, incident, "issue")
    early = act(browser, incident, "write", **typed(report))
    issued_now = act(browser, incident, "issue", seen=report.edition)
    nothing = act(browser, incident, "take-back", seen=1)

    assert "Something of the page got lost on its way" in text_of(lost)
    assert "take it back before you write on" in text_of(early)
    assert issued_now.status_code == 302
    assert "There is nothing in work" in text_of(nothing)


def test_a_draft_is_begun_again_and_taken_back_from_the_page():
    browser, _ = signed_in(AGENT)
    incident = make_incident()
    report = submitted(incident)

    act(browser, incident, "take-back", seen=report.edition)
    taken = draft_of(incident).state
    issued(incident)
    act(browser, incident, "draft")

    assert (taken, draft_of(incident).revision) == ("DRAFT", 2)


def test_who_wrote_on_an_old_page_is_told_once_and_may_send_it_again():
    browser, _ = signed_in(AGENT)
    incident = make_incident()
    old = typed(draft_of(incident), summary="Mine.")
    written(incident, summary="Theirs.")

    refused = act(browser, incident, "write", **old)
    seen = re.search(r'name="seen" value="(\d+)"', refused.content.decode())[1]
    act(browser, incident, "write", **{**old, "seen": seen})

    assert "What you wrote is below: keep it again, and it replaces theirs." in text_of(refused)
    assert draft_of(incident).summary == "Mine."
