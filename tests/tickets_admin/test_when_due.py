"""“When would this be due?”"""

from typing import Any

import pytest
import time_machine

from apps.contracts.services import load_policy
from apps.tickets.models import Deadline
from tests.factories import HARBOUR, LOADED_AT, make_policy, make_ticket
from tests.tickets.reading import later
from tests.tickets_admin.pages import WHEN_DUE, reader, signed_in, text_of

pytestmark = pytest.mark.django_db


def ask(version=None, **given):
    question: dict[str, Any] = {
        "version": (version or make_policy()).pk,
        "plan": "berth",
        "severity": "3",
        "channel": "EMAIL",
        "local": "2026-03-04T09:00",
        "zone": "America/New_York",
        "show": "1",
    }
    return reader().get(WHEN_DUE, {**question, **given})


@pytest.mark.clause("S-8", "S-5-targets")
def test_the_answer_gives_instant_steps_and_clauses():
    text = text_of(ask())

    assert "Response Wed 4 Mar 2026, 13:00 EST America/New_York" in text
    assert "The clock starts at registration, Wed 4 Mar 2026, 09:00 EST, as Priority 3. H-4" in text
    assert "Resolution Wed 4 Mar 2026, 17:00 EST" in text


def test_the_answer_is_what_a_ticket_gets():
    ticket = make_ticket(severity="2")

    answers = ask(severity="2").context["answers"]

    rows = Deadline.objects.filter(ticket=ticket).order_by("pk")
    assert [len(answer.steps) for answer in answers] == [len(row.steps) for row in rows]
    assert [answer.due[0][0] for answer in answers] == [
        "Wed 4 Mar 2026, 11:00 EST",
        "Wed 4 Mar 2026, 13:00 EST",
    ]
    assert [f"{row.due_at:%H}" for row in rows] == ["16", "18"]


def test_a_best_effort_is_said_with_its_clause():
    text = text_of(ask(severity="1"))

    assert "Resolution Best effort: owed, but with no fixed time. H-3" in text


def test_a_draft_can_be_asked_too():
    text = HARBOUR.read_text("utf-8").replace("hours = 4 }", "hours = 3 }")
    draft = load_policy(text=text, name="draft.toml", at=LOADED_AT).version

    assert "Response Wed 4 Mar 2026, 12:00 EST" in text_of(ask(draft))


@pytest.mark.clause("S-2")
def test_an_instant_outside_hours_starts_at_opening():
    text = text_of(ask(local="2026-03-04T22:00"))

    assert "no time counts until it opens, Thu 5 Mar 2026, 08:00 EST" in text
    assert "Response Thu 5 Mar 2026, 12:00 EST" in text


def test_a_time_that_the_clocks_jump_over_does_not_exist():
    answer = ask(local="2026-03-08T02:30")

    assert "02:30 on 8 March 2026 does not exist in America/New_York" in text_of(answer)
    assert answer.context["answers"] is None


def test_a_time_that_occurs_twice_is_asked_about():
    answer = ask(severity="1", local="2026-11-01T01:30")

    text = text_of(answer)
    assert "This time occurs twice: the clocks go back. Say which one is meant." in text
    assert "the first time, Sun 1 Nov 2026, 01:30 EDT" in text
    assert answer.context["answers"] is None


@pytest.mark.parametrize(
    ("turn", "due"),
    [("1", "Sun 1 Nov 2026, 01:30 EST"), ("2", "Sun 1 Nov 2026, 02:30 EST")],
)
def test_each_of_the_two_has_its_own_answer(turn, due):
    answer = ask(severity="1", local="2026-11-01T01:30", turn=turn)

    assert answer.context["answers"][0].due[0] == (due, "America/New_York")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"plan": "x"}, "This policy has no such plan."),
        ({"severity": "9"}, "This policy has no such severity."),
        ({"channel": "PIGEON"}, "is not one of the available choices"),
        ({"zone": "Mars/Olympus"}, "There is no such time zone."),
        ({"zone": "../../etc/passwd"}, "There is no such time zone."),
        ({"local": ""}, "Say when it would be registered."),
        ({"local": "yesterday"}, "Write the time as 2025-03-30T14:30."),
        ({"local": "0001-01-01T00:00"}, "Calendars answer for the years"),
        ({"local": "9999-12-31T23:59"}, "Calendars answer for the years"),
        ({"turn": "3", "local": "2026-11-01T01:30"}, "Say which one is meant"),
        ({"plan": "\0"}, "This policy has no such plan."),
    ],
)
def test_what_cannot_be_answered_is_said_in_words(wrong, why):
    answer = ask(**wrong)

    assert (answer.status_code, why in text_of(answer)) == (200, True)
    assert answer.context["answers"] is None


@pytest.mark.parametrize("version", ["0", "x", "99999999999999999999", "\0"])
def test_a_version_that_does_not_exist_is_said_in_words(version):
    make_policy()

    text = text_of(reader().get(WHEN_DUE, {"version": version, "show": "1"}))

    assert "There is no such policy version." in text


def test_the_page_begins_with_a_whole_question_and_asks_for_no_answer_yet():
    make_policy()

    with time_machine.travel(later(), tick=False):
        page = reader().get(WHEN_DUE)

    assert 'value="2026-03-04T09:00"' in page.content.decode()
    assert "Harbour support v1" in text_of(page)
    assert (page.context["answers"], "role" in text_of(page)) == (None, False)


def test_another_version_brings_its_own_plans_and_keeps_the_rest():
    make_policy()
    other = make_policy(
        changes={'slug = "harbour-support"': 'slug = "pier"', 'title = "Berth"': 'title = "Pier"'}
    )

    page = reader().get(WHEN_DUE, {"version": str(other.pk), "severity": "2", "zone": "x"})

    assert 'value="2" selected>Priority 2' in page.content.decode()
    assert ">Pier<" in page.content.decode()


@pytest.mark.usefixtures("nothing_published")
def test_without_a_policy_the_page_says_so():
    assert "No policy is loaded yet" in text_of(reader().get(WHEN_DUE))


def test_who_may_not_see_tickets_is_not_told(client):
    assert client.get(WHEN_DUE).status_code == 302
    assert signed_in()[0].get(WHEN_DUE).status_code == 403
