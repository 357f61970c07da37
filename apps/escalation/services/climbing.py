"""Going on to the next rung where nobody acknowledged an escalation in time: rows and a tick."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from apps.contracts.models import User
from apps.escalation.models import Escalation
from apps.escalation.services.holding import Refused, hold_with_ticket
from apps.escalation.services.telling import tell_managers, tell_next
from apps.tickets.queries import duty_managers
from apps.tickets.wording import span

BATCH = 500


@dataclass(frozen=True, slots=True)
class Climbed:
    """How many escalations went to their next rung, and of how many the path was at its end."""

    climbed: int = 0
    alarmed: int = 0


def climb_due(*, at: datetime) -> Climbed:
    """Tell the next rung of each escalation that nobody acknowledged in time.

    After the last rung the duty managers hear of it, once. May run late, twice, or on many workers
    at once. Who is told late has their whole time all the same: it counts from then.

    Clause: V-9.2, S-7, R-17 (the instant itself is still in time).
    """
    climbed = alarmed = 0
    while True:
        with transaction.atomic():
            rows = list(
                Escalation.objects.due(at=at)
                .defer("words", "steps", "answer")
                .order_by("next_at", "pk")
                # SQLite has no such lock, and needs none: its transactions write in turn.
                .select_for_update(skip_locked=True, no_key=True)[:BATCH]
            )
            going = [row for row in rows if row.rung < len(row.path)]
            ended = [row for row in rows if row.rung >= len(row.path)]
            _climb(going, at)
            alarm(ended, at=at)
        climbed, alarmed = climbed + len(going), alarmed + len(ended)
        if len(rows) < BATCH:
            return Climbed(climbed, alarmed)


def ask_first(escalation: Escalation, *, at: datetime) -> None:
    """Tell the first rung of a new escalation; a path without any is an alarm at once.

    Clause: V-9.2, S-7.
    """
    if escalation.path:
        tell_next([escalation], why="", at=at)
        _move([escalation], escalation.climb_after, at)
    else:
        alarm([escalation], at=at)
    escalation.refresh_from_db()


@transaction.atomic
def climb_now(*, escalation: Escalation, seen: int, by: User, at: datetime) -> Escalation:
    """Go on at once, because a person says so; ``seen`` is how many rungs they saw told.

    If it moved since they looked, nothing happens. After the last rung the duty managers hear.

    Clause: V-9.2, S-7.

    :raises Refused: it is in somebody's hands, or everybody was told.
    """
    escalation, _ = hold_with_ticket(escalation, at=at)
    if escalation.state != Escalation.State.OPEN:
        raise Refused(f"It is not open any more: {escalation.get_state_display().lower()}.")
    if escalation.rung != seen:
        return escalation
    if escalation.rung < len(escalation.path):
        tell_next([escalation], why=f"{by} sent it on", at=at)
        _move([escalation], escalation.climb_after, at)
    elif escalation.alarmed_at is None:
        alarm([escalation], at=at)
    else:
        raise Refused("Everybody on the path was told, and the duty managers too. Call somebody.")
    escalation.refresh_from_db()
    return escalation


def alarm(rows: Sequence[Escalation], *, at: datetime) -> None:
    """Tell the duty managers that the path of each is at its end, and wait for no more."""
    if not rows:
        return
    tell_managers(rows, managers=duty_managers(), at=at)
    chosen = Escalation.objects.filter(pk__in=[row.pk for row in rows])
    chosen.update(alarmed_at=at, next_at=None)


def _climb(rows: Sequence[Escalation], at: datetime) -> None:
    """Tell and move the rows, those that wait equally long together."""
    alike: dict[timedelta | None, list[Escalation]] = defaultdict(list)
    for row in rows:
        alike[row.climb_after].append(row)
    for climb_after, same in alike.items():
        waited = span(climb_after) if climb_after else "long enough"
        tell_next(same, why=f"nobody acknowledged it within {waited}", at=at)
        _move(same, climb_after, at)


def _move(rows: Sequence[Escalation], climb_after: timedelta | None, at: datetime) -> None:
    chosen = Escalation.objects.filter(pk__in=[row.pk for row in rows])
    chosen.update(rung=F("rung") + 1, next_at=at + climb_after if climb_after else None)
