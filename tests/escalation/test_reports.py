"""Writing and reviewing a Reason for Outage."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.escalation import services
from apps.escalation.models import OutageReport
from apps.escalation.services import Refused
from apps.tickets import services as tickets
from tests.escalation.outages import (
    RESTORED,
    STARTED,
    WRITTEN_AT,
    draft_of,
    issued,
    make_incident,
    submitted,
    words,
    written,
)
from tests.factories import make_staff, make_ticket
from tests.tickets.life import solve, wholesale
from tests.tickets.reading import later, mails

pytestmark = pytest.mark.django_db


@pytest.mark.clause("S-6")
def test_the_first_draft_tells_what_happened_to_the_ticket():
    ticket = wholesale("1")
    agent = make_staff()
    tickets.note(ticket=ticket, text="Secret.", by=agent, at=later(minutes=5), act_key="n")
    tickets.answer(ticket=ticket, text="We see it.", by=agent, at=later(minutes=10), act_key="a")
    tickets.answer(ticket=ticket, text="Still.", by=agent, at=later(minutes=20), act_key="b")
    solve(ticket, at=later(hours=4, seconds=30))

    report = draft_of(make_incident(ticket=ticket, at=later(hours=5)))

    assert (report.revision, report.kind, report.state) == (1, "FINAL", "DRAFT")
    assert (report.started_at, report.detected_at) == (later(), later())
    assert report.restored_at == later(hours=4)
    assert [(row.at, row.text) for row in report.timeline.all()] == [
        (later(), "The fault was reported to support."),
        (later(minutes=10), "Support answered the report."),
        (later(hours=4), "The solution was given."),
    ]


def test_an_outage_with_a_ticket_unsolved_is_not_over():
    solved, other = wholesale("1"), wholesale("1")
    solve(solved, at=later(hours=2))
    incident = make_incident(ticket=other, at=later(hours=3))

    assert draft_of(incident).restored_at is None


def test_what_is_written_is_kept_with_who_wrote_it_and_twice_is_once():
    incident = make_incident()
    mine = words()
    call = {"report": draft_of(incident), "seen": 1, "written": mine, "at": WRITTEN_AT}
    other = make_staff()

    for _ in range(2):
        report = services.write_report(by=other, **call)

    assert (report.edition, report.summary, report.root_cause) == (
        2,
        "A core switch failed.",
        "Its fan stood still.",
    )
    assert [row.text for row in report.timeline.all()] == ["The switch went dark."]
    assert [str(row) for row in report.actions.all()] == ["Replace it (Network team, 2026-03-09)"]
    assert list(report.services.all()) == list(mine.services)
    assert set(report.writers.all()) == {incident.author, other}
    assert [row.history_user for row in report.history.all()] == [other, incident.author]


def test_of_two_who_write_at_once_the_second_is_mails():
    incident = make_incident()
    written(incident)

    with pytest.raises(Refused, match="Somebody changed the report meanwhile"):
        services.write_report(
            report=draft_of(incident),
            seen=1,
            written=words(summary="Another."),
            by=make_staff(),
            at=WRITTEN_AT,
        )


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"detected_at": STARTED - timedelta(minutes=1)}, "It was detected before it started"),
        ({"restored_at": STARTED - timedelta(minutes=1)}, "It was over before it started"),
    ],
)
def test_times_that_contradict_are_refused(facts, said):
    with pytest.raises(Refused, match=said):
        written(make_incident(), **facts)


@pytest.mark.clause("S-6")
def test_a_final_report_says_all_before_anybody_reviews_it():
    report = written(
        make_incident(),
        started_at=None,
        detected_at=None,
        restored_at=None,
        summary=" ",
        root_cause="",
        services=[],
        timeline=[],
        actions=[],
    )

    with pytest.raises(Refused) as refusal:
        services.submit_report(report=report, seen=2, by=make_staff(), at=WRITTEN_AT)

    assert str(refusal.value) == (
        "It lacks when it started, which services were affected, the summary, when it was detected,"
        " when service was restored, the timeline, the root cause and a corrective or preventive"
        " action: write that first."
    )


def test_a_preliminary_one_says_what_is_known():
    incident = make_incident()

    report = submitted(
        incident, kind="PRELIMINARY", restored_at=None, root_cause="", timeline=[], actions=[]
    )

    assert (report.state, report.submitted_by) == ("REVIEW", incident.author)


@pytest.mark.clause("S-6")
def test_the_review_is_asked_of_managers_who_did_not_write():
    boss, writer = (make_staff(is_duty_manager=True) for _ in range(2))

    submitted(make_incident(by=writer))

    assert mails("report.submitted") == [boss.email]


def test_handed_on_and_taken_back_twice_by_a_double_click_it_is_once():
    boss = make_staff(is_duty_manager=True)
    incident = make_incident()
    report = written(incident)
    call = {"report": report, "by": incident.author, "at": WRITTEN_AT}

    for _ in range(2):
        services.submit_report(seen=2, **call)
    for _ in range(2):
        services.take_back_report(seen=3, **call)

    report.refresh_from_db()
    assert (report.state, report.edition) == ("DRAFT", 4)
    assert mails("report.submitted") == [boss.email]


def test_an_author_without_an_address_is_told_nothing():
    incident = make_incident(by=make_staff(email=""))
    report = submitted(incident)

    services.return_report(
        report=report, seen=report.edition, why="Name it.", by=make_staff(), at=WRITTEN_AT
    )

    assert mails("report.returned") == []


def test_where_all_managers_wrote_they_hear_it_all_the_same():
    boss = make_staff(is_duty_manager=True)

    submitted(make_incident(by=boss))

    assert mails("report.submitted") == [boss.email]


@pytest.mark.clause("S-6")
def test_what_is_sent_back_is_a_draft_again_and_its_author_hears_why():
    incident = make_incident()
    report = submitted(incident)
    call = {"report": report, "seen": report.edition, "by": make_staff(), "at": WRITTEN_AT}

    with pytest.raises(Refused, match="Say what is to be changed"):
        services.return_report(why=" ", **call)
    for _ in range(2):
        services.return_report(why="Name the switch.", **call)

    report.refresh_from_db()
    assert (report.state, report.returned) == ("DRAFT", "Name the switch.")
    assert mails("report.returned") == [incident.author.email]


def test_what_is_in_review_is_not_written_on_until_it_is_taken_back():
    incident = make_incident()
    report = submitted(incident)
    call = {"report": report, "seen": report.edition, "by": incident.author, "at": WRITTEN_AT}

    with pytest.raises(Refused, match="in review: take it back before you write on"):
        services.write_report(written=words(), **call)
    services.take_back_report(**call)

    report.refresh_from_db()
    assert report.state == "DRAFT"


@pytest.mark.clause("S-6")
def test_nobody_reviews_what_they_wrote_and_the_database_says_so_too():
    incident = make_incident()
    report = submitted(incident)

    with pytest.raises(Refused, match="You wrote in this report"):
        services.issue_report(report=report, seen=report.edition, by=incident.author, at=WRITTEN_AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        OutageReport.objects.filter(pk=report.pk).update(
            state="ISSUED", issued_at=WRITTEN_AT, issued_by=report.submitted_by
        )


def test_what_was_changed_after_it_was_read_is_not_issued():
    incident = make_incident()
    report = submitted(incident)
    seen = report.edition
    services.take_back_report(report=report, seen=seen, by=incident.author, at=WRITTEN_AT)
    submitted(incident, summary="Another.")

    with pytest.raises(Refused, match="Somebody changed the report meanwhile"):
        services.issue_report(report=report, seen=seen, by=make_staff(), at=WRITTEN_AT)


@pytest.mark.clause("S-6")
def test_the_next_revision_begins_as_the_last_and_is_final_once_one_was():
    incident = make_incident()
    first = issued(incident)
    by = make_staff()

    second = services.draft_report(incident=incident, by=by, at=later(hours=7))
    again = services.draft_report(incident=incident, by=make_staff(), at=later(hours=8))

    assert (second.revision, second.state, again.pk) == (2, "DRAFT", second.pk)
    assert second.summary == first.summary
    assert [row.text for row in second.timeline.all()] == ["The switch went dark."]
    assert list(second.writers.all()) == [by]
    with pytest.raises(Refused, match="what corrects it is final too"):
        written(incident, kind="PRELIMINARY")


def test_an_issued_report_is_neither_written_on_nor_issued_again():
    incident = make_incident()
    report = issued(incident)

    with pytest.raises(Refused, match="issued already, and stays as it was told"):
        services.write_report(
            report=report, seen=report.edition, written=words(), by=make_staff(), at=RESTORED
        )


def test_a_ticket_without_an_outage_may_have_an_incident():
    ticket = make_ticket(severity="4")

    assert draft_of(make_incident(ticket=ticket)).revision == 1
