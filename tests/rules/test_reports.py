"""Pure rules of Reasons for Outage: reminders, the timeline, what is missing; and of faults."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.contracts.rules.calendar import ServiceHours
from apps.contracts.rules.terms import RuleTerm
from apps.escalation.rules.faults import review_owed_since
from apps.escalation.rules.reminders import Mark, Reminder, marks, reminder
from apps.escalation.rules.report import Said, listed, missing
from apps.escalation.rules.timeline import Moment, outline
from apps.tickets.rules.history import Happening, Kind

T = datetime(2026, 3, 4, 14, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
ALWAYS = ServiceHours(zone="UTC", windows=(), holidays=(), always_open=True)
MARKS = [Mark(50, T + 12 * HOUR), Mark(75, T + 18 * HOUR)]


@pytest.mark.clause("S-6")
def test_marks_are_shares_of_the_time_in_order_and_once():
    found = marks(started_at=T, target=24 * HOUR, percents=[75, 50, 75], hours=ALWAYS)

    assert found == MARKS


@pytest.mark.clause("S-6")
@pytest.mark.parametrize(
    ("after", "told", "percent", "following"),
    [
        (12 * HOUR - SECOND, 0, None, 12 * HOUR),
        (12 * HOUR, 0, 50, 18 * HOUR),
        (12 * HOUR, 50, None, 18 * HOUR),
        (18 * HOUR, 0, 75, 24 * HOUR),
        (24 * HOUR, 50, 75, 24 * HOUR),
        (24 * HOUR + SECOND, 50, None, 24 * HOUR),
    ],
)
def test_the_latest_mark_is_told_until_the_deadline(after, told, percent, following):
    found = reminder(MARKS, due_at=T + 24 * HOUR, told_percent=told, at=T + after)

    assert found == Reminder(percent=percent, next_at=T + following)


def registered(at=T, severity="1"):
    return Happening(Kind.REGISTERED, at, {"severity": severity})


@pytest.mark.clause("S-6")
def test_the_timeline_tells_what_a_client_may_read_and_names_nobody():
    history = [
        registered(),
        Happening(Kind.ACKNOWLEDGED, T),
        Happening(Kind.ASSIGNED, T, {"to": "Dora"}),
        Happening(Kind.NOTED, T, {"what": "Secret"}),
        Happening(Kind.SEVERITY_CHANGED, T + HOUR, {"from": "1", "to": "2"}),
        Happening(Kind.HANDED_OUT, T + HOUR, {"party": "VENDOR", "name": "Acme"}),
        Happening(Kind.HANDED_OUT, T + HOUR, {"party": "THIRD_PARTY", "name": "Acme"}),
        Happening(Kind.HANDED_BACK, T + 2 * HOUR, {"name": "Acme"}),
        Happening(Kind.WORKAROUND_GIVEN, T + 2 * HOUR + 31 * SECOND),
        Happening(Kind.SOLVED, T + 3 * HOUR),
        Happening(Kind.REOPENED, T + 4 * HOUR),
        Happening(Kind.SOLVED, T + 5 * HOUR),
    ]

    found = outline([(history, {"2": "Priority 2"})])

    assert (found.detected_at, found.restored_at) == (T, T + 5 * HOUR)
    assert found.timeline == [
        Moment(T, "The fault was reported to support."),
        Moment(T + HOUR, "Severity set to Priority 2."),
        Moment(T + HOUR, "The vendor of the platform was called in."),
        Moment(T + HOUR, "The third party was called in."),
        Moment(T + 2 * HOUR, "Their part of the work was done."),
        Moment(T + 2 * HOUR, "A workaround was given."),
        Moment(T + 3 * HOUR, "The solution was given."),
        Moment(T + 4 * HOUR, "The fault came back, and work was taken up again."),
        Moment(T + 5 * HOUR, "The solution was given."),
    ]


@pytest.mark.clause("S-6")
def test_what_is_the_same_in_the_same_minute_is_said_once():
    found = outline([([registered()], {}), ([registered(T + 59 * SECOND)], {})])

    assert found.timeline == [Moment(T, "The fault was reported to support.")]


def test_a_fault_that_came_back_is_not_over():
    history = [
        registered(),
        Happening(Kind.SOLVED, T + HOUR),
        Happening(Kind.REOPENED, T + 2 * HOUR),
    ]

    assert outline([(history, {})]).restored_at is None


WHOLE = {
    "is_final": True,
    "started_at": T,
    "detected_at": T,
    "restored_at": T,
    "summary": "Words.",
    "root_cause": "Words.",
    "services": 1,
    "moments": 1,
    "actions": 1,
}


@pytest.mark.clause("S-6")
@pytest.mark.parametrize(
    ("lacks", "says"),
    [
        ({}, []),
        ({"started_at": None}, ["when it started"]),
        ({"summary": " \n"}, ["the summary"]),
        ({"services": 0}, ["which services were affected"]),
        ({"restored_at": None, "actions": 0}, None),
    ],
)
def test_what_a_report_lacks(lacks, says):
    if says is None:
        says = ["when service was restored", "a corrective or preventive action"]

    assert missing(Said(**{**WHOLE, **lacks})) == says


@pytest.mark.clause("S-6")
def test_a_preliminary_report_need_not_know_the_end():
    unknown = {"restored_at": None, "detected_at": None, "root_cause": "", "actions": 0}

    assert missing(Said(**{**WHOLE, **unknown, "moments": 0, "is_final": False})) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_a_list_is_said_as_people_say_it(words, said):
    assert listed(words) == said


RULE = RuleTerm(clause="S-4", reading="", settings={"severities": ["1"]})


def review(*history, opens=T):
    """Review a history; service hours end at ``opens``."""
    return review_owed_since(history, rule=RULE, is_inside=lambda at: at < opens)


@pytest.mark.clause("S-4")
def test_a_contact_outside_hours_about_a_priority_1_is_reviewed():
    assert review(registered()) == T
    assert review(registered(), opens=T + SECOND) is None
    assert review(registered(severity="2")) is None
    assert review_owed_since([registered()], rule=None, is_inside=lambda at: False) is None


@pytest.mark.clause("S-4")
def test_one_that_becomes_a_priority_1_before_their_next_word_is_too():
    raised = Happening(Kind.SEVERITY_CHANGED, T + HOUR, {"from": "2", "to": "1"})

    assert review(registered(severity="2"), raised) == T


@pytest.mark.clause("S-4")
def test_a_reply_at_night_on_a_priority_1_of_the_day_is_reviewed():
    replied = Happening(Kind.CLIENT_REPLIED, T + HOUR)

    assert review(registered(), replied, opens=T + HOUR) == T + HOUR
    assert review(registered(), replied, opens=T + HOUR + SECOND) is None
