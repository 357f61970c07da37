"""Hours that were revised under a published version: told of, and brought into the next one."""

from datetime import date, time

import pytest
from django.urls import reverse

from apps.contracts import services
from apps.contracts.models import PolicyVersion
from apps.contracts.policy_file import document_of
from apps.contracts.rules.openings import Window
from apps.contracts.services.calendar_carry import bring_hours, left_behind
from apps.contracts.services.calendar_hours import OwnDay
from apps.contracts.services.policies import ChangedMeanwhile, mark_of
from tests.factories import HARBOUR, LOADED_AT, MORNING, make_policy, make_staff
from tests.tickets.hours_changed import WEEK, calendar_of, closed_on, make_draft, publish, stated

pytestmark = pytest.mark.django_db
TEXT = HARBOUR.read_text("utf-8")
NEXT = TEXT.replace('"Harbour support"', '"Harbour support, next"', 1)
SATURDAY = Window(5, time(9), time(13))
LATE = (*WEEK, Window(5, time(22), time(0)))
HALF_DAY = OwnDay(date(2026, 12, 24), "Christmas Eve", time(8), time(12))


def revise(**changes) -> PolicyVersion:
    """Publish Harbour's policy, and new standard hours under it."""
    version = make_policy()
    publish(make_draft(stated(**changes), calendar_of(version)), MORNING)
    return version


def next_draft(text: str = NEXT) -> PolicyVersion:
    return services.load_policy(text=text, name="next.toml", at=LOADED_AT).version


def told(version: PolicyVersion) -> list[tuple[str, str]]:
    return [(str(left.calendar), str(left.revision)) for left in left_behind(version)]


def bring(version: PolicyVersion) -> bool:
    return bring_hours(version=version, seen=mark_of(version.source), at=MORNING)


def address(page: str, version: PolicyVersion) -> str:
    return reverse(f"admin:contracts_policyversion_{page}", args=[version.pk])


@pytest.mark.clause("S-2", "V-4")
def test_hours_that_were_revised_since_are_told_of():
    revise(windows=(*WEEK, SATURDAY))

    assert told(next_draft()) == [("Standard hours", "Standard hours r2")]


@pytest.mark.clause("S-2", "V-4")
def test_nothing_is_told_of_a_first_version_or_of_hours_that_the_file_states():
    first = next_draft()
    of_first = told(first)
    services.discard_draft(version=first)
    make_policy()

    assert (of_first, told(next_draft())) == ([], [])


@pytest.mark.clause("S-2", "V-4")
def test_a_revision_that_is_a_draft_does_not_count_and_of_the_published_the_newest_does():
    version = revise(windows=(*WEEK, SATURDAY))
    publish(make_draft(stated(), calendar_of(version)), MORNING)
    make_draft(stated(closed_on("2026-03-09")), calendar_of(version))

    assert told(next_draft()) == []


@pytest.mark.clause("S-2", "V-4")
@pytest.mark.parametrize(
    "changes",
    [
        {"windows": (*WEEK, SATURDAY)},
        {"windows": LATE},
        {"own": closed_on("2026-03-09")},
        {"own": [HALF_DAY]},
        {"time_zone": "America/Chicago"},
        {"always_open": True, "windows": ()},
        {"country": "US", "subdivision": "NY", "from_year": 2026, "to_year": 2027},
    ],
    ids="-".join,
)
def test_the_hours_come_along_as_they_are_and_are_told_of_no_more(changes):
    version = revise(**changes)
    draft = next_draft()

    bring(draft)

    draft.refresh_from_db()
    calendar, before = calendar_of(draft), calendar_of(version).revisions.get(number=2)
    after = calendar.revisions.get()
    assert told(draft) == []
    assert (calendar.clause.ref, after.number, draft.state) == ("H-1", 1, "DRAFT")
    for rows in ("windows", "holidays"):
        assert [str(row) for row in getattr(after, rows).all()] == [
            str(row) for row in getattr(before, rows).all()
        ]
    assert (after.time_zone, after.always_open) == (before.time_zone, before.always_open)


@pytest.mark.clause("S-2", "V-4")
def test_the_next_version_keeps_what_only_its_file_says_and_drops_what_the_revision_dropped():
    own = 'own = [{ on = 2026-01-02, name = "Day after" }]\ncategories = ["public"]\n'
    years = 'country = "US"\nfrom_year = 2026\nto_year = 2026\n'
    table = f"[calendars.holidays]\n{years}{own}\n"
    text = NEXT.replace('[[calendars]]\nkey = "always"', f'{table}[[calendars]]\nkey = "always"')
    revise(country="US", from_year=2026, to_year=2030)
    draft = next_draft(text)

    kept = bring(draft)

    draft.refresh_from_db()
    assert holidays_in(draft) == {
        "country": "US",
        "from_year": 2026,
        "to_year": 2030,
        "categories": ["public"],
    }
    assert kept == ("#" not in text)


def holidays_in(version: PolicyVersion) -> dict:
    return document_of(version.source, name="x")["calendars"][0]["holidays"]


def test_a_draft_that_somebody_changed_meanwhile_is_left_alone():
    revise(windows=(*WEEK, SATURDAY))
    draft = next_draft()

    with pytest.raises(ChangedMeanwhile):
        bring_hours(version=draft, seen="another", at=MORNING)

    assert told(draft) == [("Standard hours", "Standard hours r2")]


@pytest.mark.clause("S-2", "V-4")
def test_the_pages_tell_of_it_and_the_comparison_shows_what_came_along(admin_client):
    version = revise(windows=(*WEEK, SATURDAY))
    draft = next_draft()
    line = "Hours that would not come along"

    pages = [
        admin_client.get(address(page, each)).content.decode()
        for page in ("change", "publish", "compare")
        for each in (draft, version)
    ]
    facts = {"seen": mark_of(draft.source)}
    answer = admin_client.post(address("bring_hours", draft), facts, follow=True)

    assert [line in page for page in pages] == [True, False] * 3
    assert answer.redirect_chain[-1][0] == address("compare", draft)
    shown = [term.title for chapter in answer.context["changed"] for term in chapter.terms]
    assert "Hours “Standard hours”" in shown
    assert line not in answer.content.decode()


def test_only_who_may_edit_brings_hours_along_and_only_by_a_post(client, admin_client):
    revise(windows=(*WEEK, SATURDAY))
    draft = next_draft()
    client.force_login(make_staff())

    assert client.post(address("bring_hours", draft)).status_code == 403
    assert admin_client.get(address("bring_hours", draft)).status_code == 405
    gone = reverse("admin:contracts_policyversion_bring_hours", args=[10**9])
    assert admin_client.post(gone).status_code == 302


def test_a_refusal_is_told_on_the_drafts_page(admin_client):
    revise(windows=(*WEEK, SATURDAY))
    draft = next_draft()

    answer = admin_client.post(address("bring_hours", draft), {"seen": "another"}, follow=True)

    assert [str(note) for note in answer.context["messages"]] == [
        f"Somebody else has changed {draft} since you opened it."
    ]
