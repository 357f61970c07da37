"""A calendar's hours, ready to count with: shared by all who ask, as long as they are in force.

A calendar in force is its newest published revision; a draft policy's calendars have only drafts,
which count in previews.

A process keeps hours by the revision's key, and a published revision never changes; which one is in
force is asked each time. So a new revision holds everywhere from the next question on.
"""

from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Case, F, IntegerField, When

from apps.contracts.models import CalendarRevision, PolicyVersion
from apps.contracts.rules import calendar as rules


def hours(calendar_id: int) -> rules.ServiceHours:
    """Return the hours of one calendar. One query once they are known."""
    return _of_revision(*_newest(calendar_id=calendar_id)[calendar_id])


@dataclass(frozen=True, slots=True)
class InForce:
    """The revision of a calendar that counts now, and its hours."""

    revision_id: int
    hours: rules.ServiceHours


def in_force(*version_ids: int) -> dict[int, InForce]:
    """Return calendar id -> what counts now, for all calendars of policy versions, in one query.

    Clause: S-2, V-4.
    """
    newest = _newest(calendar__version_id__in=version_ids)
    return {
        calendar_id: InForce(pk, _of_revision(pk, published))
        for calendar_id, (pk, published) in newest.items()
    }


def hours_of_version(*version_ids: int) -> dict[int, rules.ServiceHours]:
    """Return calendar id -> hours for all calendars of policy versions, in one query."""
    return {calendar_id: found.hours for calendar_id, found in in_force(*version_ids).items()}


def published_hours(revision_id: int) -> rules.ServiceHours:
    """Return the hours of a published revision, whether or not it is still in force."""
    return _frozen(revision_id)


def draft_hours(revision_id: int) -> rules.ServiceHours:
    """Return the hours of a draft as they are at this moment.

    :raises ValueError: they contradict themselves.
    """
    return _build(revision_id)


def standard_hours(version_id: int) -> rules.ServiceHours:
    """Return the hours that say what is inside and outside under a policy version.

    Clause: S-2.
    """
    newest = _newest(
        calendar__version_id=version_id,
        calendar__key__in=PolicyVersion.objects.filter(pk=version_id).values("standard_calendar"),
    )
    return _of_revision(*next(iter(newest.values())))


def hours_of_key(version_id: int, key: str) -> rules.ServiceHours:
    """Return the hours of the calendar that a policy version calls so. One query.

    Clause: S-2, S-3.
    """
    newest = _newest(calendar__version_id=version_id, calendar__key=key)
    return _of_revision(*next(iter(newest.values())))


def _newest(**chosen: object) -> dict[int, tuple[int, bool]]:
    """Map each calendar to its revision in force, and whether that one is published."""
    rows = (
        CalendarRevision.objects.filter(**chosen)
        .order_by(
            "calendar_id",
            Case(When(published_at=None, then=0), default=1, output_field=IntegerField()),
            F("number"),
        )
        .values_list("calendar_id", "pk", "published_at")
    )
    return {calendar: (pk, published_at is not None) for calendar, pk, published_at in rows}


def _of_revision(pk: int, published: bool) -> rules.ServiceHours:
    return _frozen(pk) if published else _build(pk)


@lru_cache(maxsize=512)
def _frozen(pk: int) -> rules.ServiceHours:
    return _build(pk)


def _build(pk: int) -> rules.ServiceHours:
    revision = CalendarRevision.objects.prefetch_related("windows", "holidays").get(pk=pk)
    return rules.ServiceHours(
        zone=revision.time_zone,
        windows=[
            rules.Window(window.weekday, window.opens, window.closes)
            for window in revision.windows.all()
        ],
        holidays=[
            rules.Holiday(holiday.on, holiday.name, holiday.opens, holiday.closes)
            for holiday in revision.holidays.all()
        ],
        always_open=revision.always_open,
    )
