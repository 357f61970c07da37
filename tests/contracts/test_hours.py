"""The hours that a calendar's clocks run in."""

import sys
from datetime import UTC, datetime, timedelta

import pytest

from apps.contracts import queries, services
from apps.contracts.models import Calendar, CalendarRevision, Holiday, Window
from tests.contracts.minimal import TEXT

NOON = datetime(2025, 8, 1, 12, tzinfo=UTC)
# A Tuesday in Adelaide, half past nine hours ahead of UTC: the desk opens at 07:30.
TUESDAY = datetime(2025, 7, 7, 22, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _hours_are_worked_out_anew():
    # The package shows the function of that name, not the module that it comes from.
    sys.modules["apps.contracts.queries.hours"]._frozen.cache_clear()


def desk():
    return Calendar.objects.get(key="desk")


def load(publish=True):
    version = services.load_policy(text=TEXT, name="minimal.toml", at=NOON).version
    if publish:
        services.publish(version=version, by=None, at=NOON)
    return version


def holiday_on_tuesday(revision):
    Holiday.objects.create(revision=revision, on="2025-07-08", name="Flood", is_own=True)


def second_revision():
    revision = CalendarRevision.objects.create(
        calendar=desk(), number=2, time_zone="Australia/Darwin", always_open=False
    )
    Window.objects.create(revision=revision, weekday=1, opens="07:30", closes="12:00")
    holiday_on_tuesday(revision)
    return revision


def test_the_hours_are_those_of_the_file():
    load()

    assert queries.hours(desk().pk).after(TUESDAY, timedelta(hours=6)) == datetime(
        2025, 7, 8, 4, 45, tzinfo=UTC
    )


@pytest.mark.usefixtures("nothing_published")
def test_a_calendar_that_is_always_open_has_every_hour():
    load()
    always = queries.hours(Calendar.objects.get(key="always").pk)

    assert always.after(NOON, timedelta(days=400)) == NOON + timedelta(days=400)


def test_published_hours_are_shared_and_cost_one_query(django_assert_num_queries):
    load()
    calendar_id = desk().pk
    first = queries.hours(calendar_id)

    with django_assert_num_queries(1):
        again = queries.hours(calendar_id)

    assert again is first


def test_a_new_revision_holds_once_it_is_published():
    load()
    before = queries.hours(desk().pk)
    revision = second_revision()
    assert queries.hours(desk().pk) is before

    CalendarRevision.objects.filter(pk=revision.pk).update(published_at=NOON)

    after = queries.hours(desk().pk)
    week = timedelta(days=7)
    assert after.between(TUESDAY, TUESDAY + timedelta(hours=3)) == timedelta(0)
    assert after.between(TUESDAY + week, TUESDAY + week + timedelta(hours=3)) == timedelta(hours=3)


def test_a_draft_shows_its_hours_as_they_are_now():
    load(publish=False)
    queries.hours(desk().pk)

    holiday_on_tuesday(desk().revisions.get())

    hours = queries.hours(desk().pk)
    assert hours.between(TUESDAY, TUESDAY + timedelta(hours=3)) == timedelta(0)


def test_the_hours_of_a_version_are_those_of_its_calendars():
    version = load()
    calendars = {calendar.key: calendar.pk for calendar in version.calendars.all()}

    hours = queries.hours_of_version(version.pk)

    assert hours == {pk: queries.hours(pk) for pk in calendars.values()}
    assert queries.standard_hours(version.pk) is hours[calendars["desk"]]
