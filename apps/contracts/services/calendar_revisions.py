"""Revisions of a calendar: a draft, edited and looked at, then published and frozen.

A draft counts for nothing. Of the published revisions the newest counts.
"""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import holidays as public
from django.db import transaction

from apps.contracts.models import Calendar, CalendarRevision, Holiday, Window
from apps.contracts.services.calendar_hours import Problem, StatedHours, problems_of
from apps.contracts.services.calendars import holidays_of, public_holidays
from apps.contracts.services.order_fees import mark_hours

COPIED = (
    "time_zone",
    "always_open",
    "country",
    "subdivision",
    "holidays_from_year",
    "holidays_to_year",
)


class Refused(Exception):
    """The act does not fit the calendar as it is. The message says what to do instead."""


class HoursInvalid(Refused):
    """The hours that were stated cannot be kept; nothing is written."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.text for problem in problems))
        self.problems = problems


@transaction.atomic
def new_revision(*, calendar: Calendar) -> CalendarRevision:
    """Make a draft that says what the newest revision says.

    :raises Refused: there is a draft already, or the policy itself is one.
    """
    # Of two who begin at once, one waits here and then finds the other's draft.
    calendar = Calendar.objects.select_for_update(no_key=True).get(pk=calendar.pk)
    newest = calendar.revisions.order_by("-number")[0]
    if newest.published_at is None:
        raise Refused(
            f"{newest} is a draft still. Edit, publish or discard it first."
            if newest.number > 1
            else f"{calendar} belongs to a policy that is a draft: its hours change with its file."
        )
    draft = CalendarRevision.objects.create(
        calendar=calendar,
        number=newest.number + 1,
        **{name: getattr(newest, name) for name in COPIED},
    )
    windows, days = list(newest.windows.all()), list(newest.holidays.all())
    for window in windows:
        window.pk, window.revision = None, draft
    for day in days:
        day.pk, day.revision = None, draft
    Window.objects.bulk_create(windows)
    Holiday.objects.bulk_create(days)
    return draft


@transaction.atomic
def amend_revision(*, revision: CalendarRevision, stated: StatedHours, seen: str) -> None:
    """Let a draft say what is stated. Public holidays are those that the library knows today.

    ``seen`` is the fingerprint of the draft that was looked at.

    :raises HoursInvalid: they contradict themselves; nothing is written.
    :raises Refused: it is no draft, or somebody changed it meanwhile.
    """
    draft = _draft(revision, seen)
    problems = problems_of(stated)
    if problems:
        raise HoursInvalid(problems)
    draft.windows.all().delete()
    draft.holidays.all().delete()
    draft.time_zone, draft.always_open = stated.time_zone, stated.always_open
    draft.country, draft.subdivision = stated.country, stated.subdivision
    draft.holidays_from_year, draft.holidays_to_year = stated.from_year, stated.to_year
    draft.save(update_fields=COPIED)
    Window.objects.bulk_create(
        Window(revision=draft, weekday=each.weekday, opens=each.opens, closes=each.closes)
        for each in stated.windows
    )
    known = _public(draft, stated)
    Holiday.objects.bulk_create(holidays_of(draft, own=stated.own, known=known))
    revision.refresh_from_db()


@transaction.atomic
def discard_revision(*, revision: CalendarRevision) -> None:
    """Delete a draft.

    :raises Refused: it is published, so that it stays, or it belongs to a draft of a policy.
    """
    draft = _locked(revision)
    if draft.number == 1:
        raise Refused(f"{draft} goes with its policy: discard the draft of the policy instead.")
    draft.delete()


@transaction.atomic
def publish_revision(*, revision: CalendarRevision, seen: str, at: datetime) -> None:
    """Put a draft into force. From then on the database refuses any change to it.

    :raises Refused: it is no draft, somebody changed it meanwhile, or it changes nothing.
    """
    draft = _draft(revision, seen)
    in_force = in_force_before(draft)
    if in_force is None:
        raise Refused(f"{draft} is published together with its policy.")
    if content_of(in_force) == content_of(draft):
        raise Refused(f"{draft} says what {in_force} says. Change something, or discard it.")
    CalendarRevision.objects.filter(pk=draft.pk, published_at=None).update(published_at=at)
    mark_hours(draft.calendar.version_id, at=at)
    revision.refresh_from_db()


def in_force_before(revision: CalendarRevision) -> CalendarRevision | None:
    """Return the published revision that this one follows."""
    earlier = CalendarRevision.objects.filter(
        calendar=revision.calendar_id, number__lt=revision.number
    )
    return earlier.exclude(published_at=None).order_by("-number").first()


def fingerprint(revision: CalendarRevision) -> str:
    """Return what names the content of a revision, so that a change in between is noticed."""
    return hashlib.sha256(repr(content_of(revision)).encode()).hexdigest()[:32]


def content_of(revision: CalendarRevision) -> tuple[object, ...]:
    """Return all that a revision says, as a value."""
    windows = revision.windows.order_by("weekday", "opens")
    days = revision.holidays.order_by("on")
    return (
        *(getattr(revision, name) for name in COPIED),
        *windows.values_list("weekday", "opens", "closes"),
        *days.values_list("on", "name", "opens", "closes", "is_own"),
    )


def _locked(revision: CalendarRevision) -> CalendarRevision:
    draft = (
        CalendarRevision.objects.select_for_update(of=("self",))
        .select_related("calendar__version")
        .filter(pk=revision.pk)
        .first()
    )
    if draft is None:
        raise Refused("Somebody discarded this draft meanwhile.")
    if draft.published_at is not None:
        raise Refused(
            f"{draft} is published: deadlines count with it, so it neither changes nor goes."
            " Make a new revision of the calendar."
        )
    return draft


def _draft(revision: CalendarRevision, seen: str) -> CalendarRevision:
    draft = _locked(revision)
    if fingerprint(draft) != seen:
        raise Refused(f"Somebody changed {draft} since you opened it. Look at it again.")
    return draft


def _public(draft: CalendarRevision, stated: StatedHours) -> Mapping[date, str]:
    if not stated.country or stated.from_year is None or stated.to_year is None:
        return {}
    return public_holidays(
        country=stated.country,
        subdivision=stated.subdivision,
        years=range(stated.from_year, stated.to_year + 1),
        categories=categories_of(draft.calendar, stated.country),
    )


def categories_of(calendar: Calendar, country: str) -> Sequence[str]:
    """Return the kinds of public holidays that the policy's file counts, as far as known there."""
    calendars = tomllib.loads(calendar.version.source).get("calendars", [])
    part: dict[str, Any] = next((one for one in calendars if one["key"] == calendar.key), {})
    known = public.country_holidays(country).supported_categories
    stated = part.get("holidays", {}).get("categories", ["public"])
    return [name for name in stated if name in known] or ["public"]
