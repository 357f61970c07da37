"""Hours that were revised under a published version, and the draft that comes after it.

A policy's file states the first revision of its calendars. What was revised since is not in the
file that the next version is made of, and would be gone once that one is published.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from apps.contracts.models import Calendar, CalendarRevision, PolicyVersion
from apps.contracts.policy_file import document_of
from apps.contracts.policy_file.parts import DAYS
from apps.contracts.policy_file.rewrite import rewritten
from apps.contracts.services.policies import replace_draft

NAME = "policy.toml"  # what problems call the file


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A revision in force under the version before, and the calendar of the draft without it."""

    revision: CalendarRevision
    calendar: Calendar


def left_behind(version: PolicyVersion) -> Sequence[LeftBehind]:
    """Return what was revised under the newest published version before this draft, and not here.

    Public holidays are not compared: both look them up. A published version leaves nothing behind
    that could still be brought along.

    Clause: S-2, V-4.
    """
    if version.state != PolicyVersion.State.DRAFT:
        return []
    before = version.policy.versions.filter(
        state=PolicyVersion.State.PUBLISHED, number__lt=version.number
    ).order_by("-number")
    return [
        LeftBehind(revision, calendar)
        for calendar in version.calendars.order_by("pk")
        for revision in _in_force(before.first(), calendar.key)
        if revision.number > 1 and _as_part(revision) != _as_part(calendar.revisions.get())
    ]


def bring_hours(*, version: PolicyVersion, seen: str, at: datetime) -> bool:
    """State in a draft's file the hours that it would leave behind, under the clauses it names.

    ``seen`` is the mark of the source that was looked at. Return whether the file kept its
    comments and its layout.

    Clause: S-2, V-4.

    :raises ChangedMeanwhile: the draft's source is not the one that was seen.
    :raises AlreadyPublished: it is no draft any more.
    :raises DraftGone: somebody discarded it.
    :raises DraftInUse: an order names a plan of it.
    :raises PolicyFileInvalid: another version holds these terms already.
    """
    document = document_of(version.source, name=NAME)
    for left in left_behind(version):
        part = next(each for each in document["calendars"] if each["key"] == left.calendar.key)
        _change(part, _as_part(left.calendar.revisions.get()), _as_part(left.revision))
    text, kept = rewritten(version.source, document)
    replace_draft(version=version, text=text, name=NAME, seen=seen, at=at)
    return kept


def _in_force(version: PolicyVersion | None, key: str) -> Iterator[CalendarRevision]:
    revisions = CalendarRevision.objects.filter(calendar__version=version, calendar__key=key)
    yield from revisions.exclude(published_at=None).order_by("-number")[:1]


def _change(table: dict[str, Any], old: dict[str, Any], new: dict[str, Any]) -> None:
    """Let a table say what is new where that differs; the rest stays as somebody wrote it."""
    for name in old.keys() | new.keys():
        if old.get(name) == new.get(name):
            continue
        if name not in new:
            table.pop(name, None)
        elif isinstance(new[name], dict):
            _change(table.setdefault(name, {}), old.get(name, {}), new[name])
        else:
            table[name] = new[name]


def _as_part(revision: CalendarRevision) -> dict[str, Any]:
    """Return what was stated of a revision as the tables of a file, without what says nothing."""
    days: dict[tuple[time, time], list[str]] = {}
    for window in revision.windows.order_by("opens", "closes", "weekday"):
        days.setdefault((window.opens, window.closes), []).append(DAYS[window.weekday])
    own = [
        {"on": day.on, "name": day.name}
        | ({"opens": day.opens, "closes": day.closes} if day.opens else {})
        for day in revision.holidays.filter(is_own=True).order_by("on")
    ]
    stated = {
        "country": revision.country,
        "subdivision": revision.subdivision,
        "from_year": revision.holidays_from_year,
        "to_year": revision.holidays_to_year,
        "own": own,
    }
    part = {
        "time_zone": revision.time_zone,
        "always_open": revision.always_open,
        "windows": [
            {"days": names, "opens": opens, "closes": closes}
            for (opens, closes), names in days.items()
        ],
        "holidays": {name: value for name, value in stated.items() if value},
    }
    return {name: value for name, value in part.items() if value}
