"""Calendars in the admin: a new revision, edited, looked at, previewed, published or discarded."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import reverse

from apps.contracts.admin.calendar_form import as_written
from apps.contracts.models import CalendarRevision
from apps.contracts.services import calendar_revisions as revisions
from tests.factories import make_staff, make_ticket
from tests.tickets.hours_changed import calendar_of, closed_on, make_draft, stated

pytestmark = pytest.mark.django_db


def address(act, revision):
    return reverse(f"admin:contracts_calendarrevision_{act}", args=[revision.pk])


def page(browser, act, revision):
    return " ".join(browser.get(address(act, revision)).content.decode().split())


def first():
    return calendar_of().revisions.get(number=1)


def filled_in(draft, **changes):
    """What a browser posts: the draft as it is written, with changes."""
    facts = {"seen": revisions.fingerprint(draft), **as_written(draft), **changes}
    return {name: value for name, value in facts.items() if value not in (None, False)}


def notes(answer):
    return [str(note) for note in answer.context["messages"]]


def test_new_revision_makes_a_draft_and_opens_its_form(admin_client):
    revision = first()
    assert "New revision" in page(admin_client, "change", revision)

    answer = admin_client.post(address("revise", revision))

    draft = CalendarRevision.objects.get(number=2)
    assert answer["Location"] == address("edit", draft)
    assert 'value="08:00-20:00"' in page(admin_client, "edit", draft)


def test_asking_for_a_revision_without_posting_makes_none(admin_client):
    assert admin_client.get(address("revise", first())).status_code == 405
    assert CalendarRevision.objects.filter(number=2).count() == 0


def test_a_second_draft_is_refused_in_words(admin_client):
    draft = make_draft(stated())

    answer = admin_client.post(address("revise", first()), follow=True)

    assert notes(answer) == [
        f"{draft} is a draft still. Edit, publish or discard it first.",
    ]


@pytest.mark.clause("V-4", "R-20")
def test_what_is_kept_is_shown_against_what_is_in_force_before_it_counts(admin_client):
    draft = revisions.new_revision(calendar=calendar_of())

    admin_client.post(
        address("edit", draft),
        filled_in(
            draft,
            time_zone="Europe/Berlin",
            day_5="22:00-06:00",
            country="us",
            subdivision="NY",
            from_year=2026,
            to_year=2026,
            own="2026-12-24, Eve, of Christmas, 08:00-12:00",
        ),
    )

    shown = page(admin_client, "change", draft)
    for words in [
        'In force">America/New_York</td> <td data-label="Draft">Europe/Berlin</td>',
        'In force">closed</td> <td data-label="Draft">22:00 to 06:00 the next day</td>',
        'In force">no country</td> <td data-label="Draft">US NY, 2026 to 2026</td>',
        "Eve, of Christmas (open 08:00 to 12:00, own day)",
        "Christmas Day (closed)",
    ]:
        assert words in shown


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"time_zone": "Mars/Olympus"}, "“Mars/Olympus” is not a time zone"),
        ({"day_0": "8 to noon"}, "“8 to noon” is not a window"),
        ({"day_0": "25:00-26:00"}, "“25:00-26:00” is not a window"),
        ({"day_0": "08:00-12:00, 11:00-13:00"}, "Windows overlap"),
        ({f"day_{number}": "" for number in range(7)}, "never be open"),
        ({"own": "Christmas"}, "begin with the day"),
        ({"own": "2026-12-24"}, "a name is missing"),
        ({"own": "2026-12-24, Eve, 08:00-25:00"}, "write its hours last"),
        ({"own": "2026-12-24, Eve, 8-12"}, "write its hours last"),
        ({"own": "2026-12-24, Eve 08:00-12:00"}, "write its hours last"),
        ({"own": "2026-12-24, A\n2026-12-24, B"}, "2026-12-24 is there twice"),
        ({"country": "XX", "from_year": 2026, "to_year": 2026}, "known for “XX”"),
        ({"country": "US", "from_year": 2027, "to_year": 2026}, "swap the two years"),
        ({"seen": "older"}, "Somebody changed"),
    ],
)
def test_what_cannot_be_is_said_in_words_and_what_was_typed_stays(admin_client, changes, words):
    draft = make_draft(stated())
    before = revisions.fingerprint(draft)

    answer = admin_client.post(address("edit", draft), filled_in(draft, **changes))

    shown = answer.content.decode()
    assert words in shown
    typed = next(iter(changes.items()))
    assert answer.context["form"][typed[0]].value() == str(typed[1])
    assert revisions.fingerprint(CalendarRevision.objects.get(pk=draft.pk)) == before


@pytest.mark.clause("S-2", "V-4")
def test_publishing_says_first_which_deadlines_move_and_then_moves_them(admin_client):
    ticket = make_ticket()
    draft = make_draft(stated(closed_on("2026-03-04")))

    asked = admin_client.get(address("publish", draft))
    shown = " ".join(asked.content.decode().split())
    assert ticket.number in shown
    assert "Of 2 running deadlines, 0 fall due earlier and 2 later." in shown
    draft.refresh_from_db()
    assert draft.published_at is None

    answer = admin_client.post(address("publish", draft), {"seen": asked.context["seen"]})
    answer = admin_client.get(answer["Location"])

    assert notes(answer) == [f"{draft} is in force. 2 open deadlines are being counted anew."]
    assert "2 open deadlines are still to be counted anew" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.published_at is not None


def test_a_draft_that_changed_since_the_preview_is_not_published(admin_client):
    draft = make_draft(stated(closed_on("2026-03-04")))

    answer = admin_client.post(address("publish", draft), {"seen": "older"}, follow=True)

    draft.refresh_from_db()
    assert draft.published_at is None
    assert notes(answer) == [f"Somebody changed {draft} since you opened it. Look at it again."]


def test_discarding_is_asked_first_and_done_once(admin_client):
    draft = make_draft(stated(closed_on("2026-03-04")))
    assert "The draft goes for good" in page(admin_client, "discard", draft)

    answer = admin_client.post(address("discard", draft), follow=True)

    assert notes(answer) == [f"The draft {draft} is gone."]
    assert CalendarRevision.objects.filter(number=2).count() == 0


def test_a_published_revision_says_that_it_stays(admin_client):
    revision = first()

    assert "neither changes nor goes" in page(admin_client, "change", revision)
    answer = admin_client.post(address("discard", revision), follow=True)

    assert notes(answer)[0].startswith(f"{revision} is published: deadlines count with it")
    assert admin_client.get(address("edit", revision)).status_code == 302
    assert admin_client.get(address("publish", revision)).status_code == 302


@pytest.mark.parametrize("role", ["Support agents", "Duty managers"])
def test_who_may_only_look_sees_the_difference_and_no_button(client, role):
    draft = make_draft(stated(closed_on("2026-03-04")))
    person = make_staff()
    person.groups.add(Group.objects.get(name=role))
    client.force_login(person)

    shown = page(client, "change", draft)
    refused = {act: client.post(address(act, draft)).status_code for act in ACTS}

    assert "Flood (closed, own day)" in shown
    assert "Publish …" not in shown
    assert refused == dict.fromkeys(ACTS, 403)


ACTS = ["revise", "edit", "discard", "publish"]


@pytest.mark.parametrize("act", ["edit", "discard", "publish"])
def test_a_revision_that_is_gone_leads_back(admin_client, act):
    url = reverse(f"admin:contracts_calendarrevision_{act}", args=[99])

    assert admin_client.get(url).status_code == 302


@pytest.mark.parametrize(("year", "folded"), [(2026, []), (2027, ["2026-12-24", "2026-01-02"])])
def test_holidays_are_shown_from_this_year_on_and_earlier_ones_folded(
    client, admin_user, year, folded
):
    draft = make_draft(stated(closed_on("2026-01-02", "2026-12-24", "2027-01-01")))

    with time_machine.travel(datetime(year, 1, 1, tzinfo=UTC), tick=False):
        client.force_login(admin_user)
        formsets = client.get(address("change", draft)).context["inline_admin_formsets"][1:]

    shown = [[str(form.instance.on) for form in each.formset.forms] for each in formsets]
    assert shown == (
        [["2027-01-01"], folded] if folded else [["2026-01-02", "2026-12-24", "2027-01-01"]]
    )
    assert [bool(each.is_collapsible) for each in formsets] == [False, True][: len(shown)]
