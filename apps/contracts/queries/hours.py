"""A calendar's hours, ready to count with: shared by all who ask, as long as they are in force.

A calendar in force is its newest published revision; a draft policy's calendars have only drafts,
which count in previews.

A process keeps hours by the revision's key, and a published revision never changes; which one is in
force is asked each time. So a new revision holds everywhere from the next question on.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, IntegerField, OuterRef, QuerySet, When
from django.db.models.functions import JSONObject

from apps.contracts.models import CalendarRevision, Holiday, PolicyVersion
from apps.contracts.queries.collected import Collected
from apps.contracts.queries.kept import Kept
from apps.contracts.rules import calendar as rules
from apps.outbox.compiled import Compiled


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

    Published hours that this process does not know yet take two more, for all of them.

    Clause: S-2, V-4.
    """
    newest = (
        _as_newest(_of_version.rows(version_id=version_ids[0]))
        if len(version_ids) == 1
        else _newest(calendar__version_id__in=version_ids)
    )
    return _in_force(newest)


def _in_force(newest: Mapping[int, tuple[int, bool]]) -> dict[int, InForce]:
    found = _frozen.of([pk for pk, is_published in newest.values() if is_published])
    return {
        calendar_id: InForce(pk, found[pk] if is_published else _build(pk))
        for calendar_id, (pk, is_published) in newest.items()
    }


def hours_beside(version_id: int | OuterRef) -> Collected:
    """Return an expression that brings the hours in force along, for ``in_force_beside``."""
    of_version = CalendarRevision.objects.filter(calendar__version_id=version_id).order_by()
    facts = JSONObject(calendar="calendar_id", pk="pk", at="published_at", number="number")
    return Collected(of_version.values_list(facts))


def in_force_beside(rows: Sequence[Mapping[str, Any]]) -> dict[int, InForce]:
    """Return what ``in_force`` does of the rows that came along.

    Clause: S-2, V-4.
    """
    newest_last = sorted(rows, key=lambda row: (row["at"] is not None, row["number"]))
    newest = {row["calendar"]: (row["pk"], row["at"] is not None) for row in newest_last}
    return _in_force(newest)


def hours_of_version(*version_ids: int) -> dict[int, rules.ServiceHours]:
    """Return calendar id -> hours for all calendars of policy versions, in one query."""
    return {calendar_id: found.hours for calendar_id, found in in_force(*version_ids).items()}


def published_hours(revision_id: int) -> rules.ServiceHours:
    """Return the hours of a published revision, whether or not it is still in force."""
    return _of_key(_frozen.of([revision_id]), revision_id)


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


def _newest(**chosen: object) -> dict[int, tuple[int, bool]]:
    """Map each calendar to its revision in force, and whether that one is published."""
    return _as_newest(_revisions(**chosen))


def _revisions(**chosen: object) -> QuerySet:
    """Read (calendar, revision, when published), the one in force last."""
    rows = CalendarRevision.objects.filter(**chosen).order_by(
        "calendar_id",
        Case(When(published_at=None, then=0), default=1, output_field=IntegerField()),
        F("number"),
    )
    return rows.values_list("calendar_id", "pk", "published_at")


def _as_newest(rows: Iterable[tuple]) -> dict[int, tuple[int, bool]]:
    return {calendar: (pk, published_at is not None) for calendar, pk, published_at in rows}


_of_version = Compiled(lambda version_id: _revisions(calendar__version_id=version_id))


def _of_revision(pk: int, published: bool) -> rules.ServiceHours:
    return published_hours(pk) if published else _build(pk)


def _build(pk: int) -> rules.ServiceHours:
    return _of_key(_read([pk]), pk)


def _of_key(found: Mapping[int, rules.ServiceHours], pk: int) -> rules.ServiceHours:
    if pk not in found:
        raise CalendarRevision.DoesNotExist(f"There is no revision {pk}.")
    return found[pk]


def _read(pks: Collection[int]) -> dict[int, rules.ServiceHours]:
    """Read the hours of revisions, in two queries however many they are."""
    windows: dict[int, list[rules.Window]] = defaultdict(list)
    holidays: dict[int, list[rules.Holiday]] = defaultdict(list)
    facts: dict[int, tuple[str, bool]] = {}
    # A revision without windows is one row, with None for its weekday.
    rows = CalendarRevision.objects.filter(pk__in=pks).order_by(
        "windows__weekday", "windows__opens"
    )
    window = ["windows__weekday", "windows__opens", "windows__closes"]
    for pk, zone, always_open, *day in rows.values_list("pk", "time_zone", "always_open", *window):
        facts[pk] = (zone, always_open)
        if day[0] is not None:
            windows[pk].append(rules.Window(*day))
    for row in Holiday.objects.filter(revision__in=pks):
        holidays[row.revision_id].append(rules.Holiday(row.on, row.name, row.opens, row.closes))
    return {
        pk: rules.ServiceHours(
            zone=zone, windows=windows[pk], holidays=holidays[pk], always_open=always_open
        )
        for pk, (zone, always_open) in facts.items()
    }


_frozen: Kept[int, rules.ServiceHours] = Kept(most=512, read=_read)
