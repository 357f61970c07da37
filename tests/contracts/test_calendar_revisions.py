"""Revisions of a calendar: a draft that counts for nothing, then hours that nobody changes."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from apps.contracts import queries, services
from apps.contracts.models import Calendar, CalendarRevision
from apps.contracts.queries.hours import in_force
from apps.contracts.rules.openings import Window
from apps.contracts.services import calendar_revisions as revisions
from apps.contracts.services.calendar_hours import OwnDay, problems_of
from tests.factories import HARBOUR, LOADED_AT, make_policy, make_ticket
from tests.tickets.hours_changed import WEEK, amend, calendar_of, closed_on, make_draft, stated

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
OPENING = datetime(2026, 3, 4, 13, tzinfo=UTC)  # 08:00 on a Wednesday in New York


def publish(draft, at=AT):
    revisions.publish_revision(revision=draft, seen=revisions.fingerprint(draft), at=at)


def first(calendar=None):
    return (calendar or calendar_of()).revisions.get(number=1)


def test_a_new_revision_says_what_the_newest_one_says():
    calendar = calendar_of()
    publish(make_draft(stated(closed_on("2026-03-04")), calendar))

    draft = revisions.new_revision(calendar=calendar)

    newest = calendar.revisions.get(number=2)
    assert (draft.number, draft.published_at) == (3, None)
    assert revisions.content_of(draft) == revisions.content_of(newest)


def test_of_two_who_begin_a_revision_the_second_is_told_of_the_first():
    draft = revisions.new_revision(calendar=calendar_of())

    with pytest.raises(revisions.Refused, match=f"{draft} is a draft still"):
        revisions.new_revision(calendar=calendar_of())


@pytest.mark.usefixtures("nothing_published")
def test_the_calendar_of_a_policy_that_is_a_draft_changes_with_its_file():
    text = HARBOUR.read_text("utf-8")
    version = services.load_policy(text=text, name="harbour.toml", at=LOADED_AT).version
    calendar = version.calendars.get(key="standard")

    with pytest.raises(revisions.Refused, match="change with its file"):
        revisions.new_revision(calendar=calendar)
    with pytest.raises(revisions.Refused, match="discard the draft of the policy"):
        revisions.discard_revision(revision=first(calendar))
    with pytest.raises(revisions.Refused, match="together with its policy"):
        publish(first(calendar))


@pytest.mark.clause("V-4", "S-2")
def test_a_draft_counts_for_nothing_and_a_published_one_from_the_next_question_on():
    calendar = calendar_of()
    day = timedelta(days=1)
    assert queries.hours(calendar.pk).between(OPENING, OPENING + day) == timedelta(hours=12)

    draft = make_draft(stated(closed_on("2026-03-04")), calendar)
    assert queries.hours(calendar.pk).between(OPENING, OPENING + day) == timedelta(hours=12)

    publish(draft)
    assert queries.hours(calendar.pk).between(OPENING, OPENING + day) == timedelta(0)
    assert in_force(calendar.version_id)[calendar.pk].revision_id == draft.pk


@pytest.mark.clause("V-4", "R-1", "R-20")
def test_public_holidays_are_those_of_the_place_and_years_less_the_own_days():
    draft = make_draft(
        stated(
            [OwnDay(date(2026, 12, 25), "Skeleton crew", time(10), time(14))],
            country="US",
            subdivision="NY",
            from_year=2026,
            to_year=2026,
        )
    )

    days = {day.on: (day.name, day.is_own) for day in draft.holidays.all()}
    assert days[date(2026, 12, 25)] == ("Skeleton crew", True)
    assert days[date(2026, 7, 3)] == ("Independence Day (observed)", False)
    assert {on.year for on in days} == {2026}


@pytest.mark.clause("S-2")
def test_several_windows_a_day_and_one_over_midnight_are_kept():
    windows = [
        Window(0, time(8), time(12)),
        Window(0, time(13), time(17)),
        Window(4, time(22), time(6)),
    ]
    draft = make_draft(stated(windows=windows))

    rows = draft.windows.order_by("weekday", "opens").values_list("weekday", "opens", "closes")
    assert [*rows] == [(each.weekday, each.opens, each.closes) for each in windows]


@pytest.mark.parametrize(
    ("changes", "part", "words"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone", "“Mars/Olympus” is not a time zone"),
        ({"windows": ()}, "windows", "never be open"),
        (
            {"windows": [Window(0, time(8), time(12)), Window(0, time(11), time(13))]},
            "windows",
            "Windows overlap: Monday 08:00-12:00 and Monday 11:00-13:00",
        ),
        (
            {"windows": [Window(6, time(22), time(6)), Window(0, time(5), time(9))]},
            "windows",
            "Windows overlap",
        ),
        (
            {"windows": [*WEEK[:4], Window(4, time(8), time(8))]},
            "windows",
            "Friday opens and closes at 08:00. Write 00:00-24:00 for the whole day",
        ),
        ({"always_open": True}, "always_open", "no windows and no holidays"),
        ({"own": closed_on("2026-03-04", "2026-03-04")}, "own", "2026-03-04 is there twice"),
        ({"own": [OwnDay(date(2026, 3, 4), "")]}, "own", "needs a name"),
        ({"own": [OwnDay(date(1066, 3, 4), "Old")]}, "own", "must lie in the years 1970 to 2100"),
        ({"own": [OwnDay(date(2026, 3, 4), "Half", time(9))]}, "own", "needs both times"),
        (
            {"own": [OwnDay(date(2026, 3, 4), "Half", time(9), time(9))]},
            "own",
            "must close after it opens",
        ),
        ({"country": "XX", "from_year": 2026, "to_year": 2026}, "country", "known for “XX”"),
        (
            {"country": "US", "subdivision": "QQ", "from_year": 2026, "to_year": 2026},
            "subdivision",
            "US has no subdivision “QQ”",
        ),
        ({"subdivision": "NY"}, "subdivision", "needs its country"),
        ({"country": "US", "to_year": 2026}, "from_year", "needs the years"),
        ({"from_year": 2026}, "from_year", "Years need a country"),
        ({"country": "US", "from_year": 1, "to_year": 2026}, "from_year", "Use a year from 1970"),
        (
            {"country": "US", "from_year": 2027, "to_year": 2026},
            "to_year",
            "2026 comes before 2027: swap",
        ),
    ],
)
def test_hours_that_contradict_themselves_are_refused_and_nothing_is_written(changes, part, words):
    draft = make_draft(stated())
    before = revisions.fingerprint(draft)

    with pytest.raises(revisions.HoursInvalid) as refusal:
        amend(draft, stated(**changes))

    assert [problem.part for problem in refusal.value.problems] == [part]
    assert words in str(refusal.value)
    assert revisions.fingerprint(CalendarRevision.objects.get(pk=draft.pk)) == before


def test_windows_that_touch_are_no_overlap():
    windows = [
        Window(0, time(8), time(12)),
        Window(0, time(12), time()),
        Window(1, time(), time(4)),
    ]

    assert problems_of(stated(windows=windows)) == []


def test_a_whole_day_and_a_half_day_may_last_until_midnight():
    windows = [Window(0, time(), time())]
    own = [OwnDay(date(2026, 12, 31), "Old year", time(12), time())]

    assert problems_of(stated(own, windows=windows)) == []


def test_who_edits_what_somebody_else_changed_meanwhile_is_told():
    draft = make_draft(stated())
    seen = revisions.fingerprint(draft)
    amend(draft, stated(closed_on("2026-03-04")))

    with pytest.raises(revisions.Refused, match="Somebody changed"):
        revisions.amend_revision(revision=draft, stated=stated(), seen=seen)
    with pytest.raises(revisions.Refused, match="Somebody changed"):
        revisions.publish_revision(revision=draft, seen=seen, at=AT)


def test_a_revision_that_changes_nothing_is_not_published():
    draft = revisions.new_revision(calendar=calendar_of())

    with pytest.raises(revisions.Refused, match="Change something, or discard it"):
        publish(draft)


def test_a_draft_can_be_discarded_once():
    draft = make_draft(stated(closed_on("2026-03-04")))
    gone = CalendarRevision.objects.get(pk=draft.pk)

    revisions.discard_revision(revision=draft)

    assert list(calendar_of().revisions.values_list("number", flat=True)) == [1]
    with pytest.raises(revisions.Refused, match="discarded this draft"):
        revisions.discard_revision(revision=gone)


def test_a_published_revision_is_neither_edited_discarded_nor_published_again():
    draft = make_draft(stated(closed_on("2026-03-04")))
    publish(draft)

    for act in [
        lambda: amend(draft, stated()),
        lambda: revisions.discard_revision(revision=draft),
        lambda: publish(draft),
    ]:
        with pytest.raises(revisions.Refused, match="neither changes nor goes"):
            act()


def test_the_database_keeps_a_calendar_that_is_in_use_and_its_published_revisions():
    calendar = make_ticket().deadlines.first().calendar

    with pytest.raises(ProtectedError):
        calendar.delete()
    for rows in [Calendar.objects.filter(pk=calendar.pk), calendar.revisions.all()]:
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            rows._raw_delete(rows.db)


def test_kinds_of_holidays_are_those_of_the_policy_where_the_country_has_them():
    calendar = calendar_of(make_policy())

    assert revisions.categories_of(calendar, "US") == ["public"]
