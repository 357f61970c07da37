"""GAP analyses: written, made ready, found not needed, moved; and the time that they take."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from apps.changes.models import GapAnalysis, GapFinding, GapTime
from apps.changes.queries.gap import findings_of
from apps.changes.rules import gap as rules
from apps.changes.services.drafts import ChangeRefused, as_seen, words
from apps.changes.services.platform_changes import first_telling
from apps.contracts.models import User
from apps.contracts.services.orders import sign
from apps.tickets.models import TimeEntry
from apps.tickets.services import log_time

State = GapAnalysis.State


@dataclass(frozen=True, slots=True)
class Found:
    """What somebody found of one thing that breaks."""

    is_affected: bool | None
    to_do: str = ""


@transaction.atomic
def write_gap(
    *,
    analysis: GapAnalysis,
    seen: int,
    findings: Mapping[int, Found],
    plan: str,
    by: User,
    at: datetime,
) -> GapAnalysis:
    """Keep what was found so far. ``findings`` maps keys of the change's items to findings.

    What was sent stays sent: this is the beginning of the next version of it. ``seen`` is the
    edition that was read.

    Clause: V-2-gap, V-6.1.

    :raises ChangedSince: somebody was faster.
    :raises ChangeRefused: a finding is of another change, or a text cannot be kept.
    """
    held = as_seen(analysis, seen=seen)
    items = set(held.change.items.values_list("pk", flat=True))
    if not set(findings) <= items:
        raise ChangeRefused(f"A finding is not of {held.change}. Load the page anew.")
    for key, found in findings.items():
        GapFinding.objects.update_or_create(
            analysis=held,
            item_id=key,
            defaults={"is_affected": found.is_affected, "to_do": words(found.to_do)},
        )
    held.plan = words(plan)
    if held.state == State.NOT_NEEDED:
        # It is owed again; nobody is reminded of a day gone by.
        held.not_needed = ""
        held.next_at = held.due_at if held.due_at > at else None
    return _keep(held, State.IN_WORK, reason="Written", by=by, at=at)


@transaction.atomic
def ready_gap(*, analysis: GapAnalysis, seen: int, by: User, at: datetime) -> GapAnalysis:
    """Say that an analysis is complete and may be sent.

    Clause: V-2-gap, V-6.1.

    :raises ChangedSince: somebody was faster.
    :raises ChangeRefused: it is not in work, or lacks something.
    """
    held = as_seen(analysis, seen=seen)
    if held.state not in (State.TO_DO, State.IN_WORK):
        raise ChangeRefused(f"It is {held.get_state_display().lower()}. Write in it first.")
    lacks = rules.lacking(findings_of(held), plan=held.plan)
    if lacks:
        raise ChangeRefused(f"It lacks {', '.join(lacks)}.")
    return _keep(held, State.READY, reason="Ready to send", by=by, at=at)


@transaction.atomic
def drop_gap(*, analysis: GapAnalysis, seen: int, why: str, by: User, at: datetime) -> GapAnalysis:
    """Say that the client needs no analysis, and why.

    Clause: V-2-gap, V-6.1.

    :raises ChangedSince: somebody was faster.
    :raises ChangeRefused: nobody says why, or the client was sent one.
    """
    held = as_seen(analysis, seen=seen)
    if held.versions.exists():
        raise ChangeRefused("The client was sent it already. Send a version that says so.")
    if not held.is_open:
        raise ChangeRefused(f"It is {held.get_state_display().lower()} already.")
    held.not_needed = words(why, missing="Say why the client needs none: the history keeps it.")
    return _keep(held, State.NOT_NEEDED, reason=held.not_needed, by=by, at=at)


@transaction.atomic
def move_gap(
    *, analysis: GapAnalysis, seen: int, due_on: date, why: str, by: User, at: datetime
) -> GapAnalysis:
    """Let an analysis be due on another day. People are reminded of that one anew.

    Clause: V-2-gap, V-6.1.

    :raises ChangedSince: somebody was faster.
    :raises ChangeRefused: it is not owed, nobody says why, or the day is over, or comes after the
        change.
    """
    held = as_seen(analysis, seen=seen)
    if not held.is_open:
        raise ChangeRefused(f"It is {held.get_state_display().lower()}: nothing is due.")
    reason = words(why, missing="Say why: the history keeps it.")
    if due_on > held.change.takes_effect_on:
        day = held.change.takes_effect_on
        raise ChangeRefused(f"The change takes effect on {day}: the analysis is due by then.")
    due_at = rules.over_at(due_on, held.order.zone)
    if due_at <= at:
        raise ChangeRefused(f"{due_on} is over. Choose a day that is not.")
    held.due_on, held.due_at = due_on, due_at
    held.next_at = first_telling(held, days=held.change.remind_days)
    return _keep(held, State(held.state), reason=f"Due {due_on}: {reason}", by=by, at=at)


@transaction.atomic
def log_gap_time(
    *,
    analysis: GapAnalysis,
    who: User,
    started_at: datetime,
    minutes: int,
    what: str,
    by: User,
    at: datetime,
    source_key: str,
    contact: str = "",
) -> TimeEntry:
    """Write down time that was worked on an analysis: TAM time of its order, charged nothing.

    It is an entry like any other: it counts once against the month, follows its corrections, and
    is told of at the limit. The same ``source_key`` again returns the entry that is there.

    Clause: V-2-gap, V-6.3, R-11, R-18.

    :raises tickets.services.Refused: as with any time entry.
    """
    entry = log_time(
        order=analysis.order,
        who=who,
        kind=TimeEntry.Kind.TAM,
        started_at=started_at,
        minutes=minutes,
        what=what,
        contact=contact,
        at=at,
        source_key=source_key,
        by=by,
    )
    GapTime.objects.get_or_create(entry=entry, defaults={"analysis": analysis})
    return entry


def _keep(held: GapAnalysis, state: str, *, reason: str, by: User, at: datetime) -> GapAnalysis:
    held.state = state
    held.edition += 1
    sign(held, reason=reason, by=by, at=at)
    held.save()
    return held
