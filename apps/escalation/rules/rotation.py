"""Who is on call: people take turns on a wall clock, and what was agreed otherwise comes first.

A hand-over is an hour of a zone's wall clock, so the day on which the clocks change has a turn of
23 or 25 hours. An hour that the clocks skip is taken as the one an hour later, and of an hour that
comes twice the first counts. Spans are half-open, [start, end), and instants are aware.

Clause: S-2, S-3.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rotation:
    """People who take turns. ``people`` are keys, in order; each has it for ``days`` days.

    None among them: who had that place is not there any more, and nobody took it.

    The first turn begins on ``starts_on`` at ``hands_over_at``. ``opens`` and ``closes`` are the
    hours of each day in which somebody is on call at all, over midnight where the one is not
    before the other; None: all day.
    """

    zone: ZoneInfo
    starts_on: date
    hands_over_at: time
    days: int
    people: tuple[int | None, ...]
    opens: time | None = None
    closes: time | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """For a while this person has it instead, or nobody (None). Of two the later one counts."""

    starts_at: datetime
    ends_at: datetime
    person: int | None


@dataclass(frozen=True, slots=True)
class Turn:
    """A while in which the same person is on call, or nobody. ``is_override``: it was agreed."""

    starts_at: datetime
    ends_at: datetime
    person: int | None
    is_override: bool = False


def on_call(
    rotation: Rotation, overrides: Sequence[Override], *, at: datetime
) -> tuple[int | None, bool]:
    """Return who is on call at an instant, if anybody, and whether an override says so.

    ``overrides`` are in the order in which they were made.

    Clause: S-2.
    """
    for override in reversed(overrides):
        if override.starts_at <= at < override.ends_at:
            return override.person, True
    return _by_turn(rotation, at), False


def turns(
    rotation: Rotation, overrides: Sequence[Override], *, start: datetime, end: datetime
) -> list[Turn]:
    """Return who is on call from ``start`` to ``end``, without holes: nobody is a turn too.

    Clause: S-2.
    """
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    edges = {start, end, *_edges(rotation, start, end)}
    edges |= {edge for each in overrides for edge in (each.starts_at, each.ends_at)}
    inside = sorted(edge for edge in edges if start <= edge <= end)
    found: list[Turn] = []
    for opens, closes in pairwise(inside):
        person, is_override = on_call(rotation, overrides, at=opens)
        turn = Turn(opens, closes, person, is_override)
        if found and (found[-1].person, found[-1].is_override) == (person, is_override):
            turn = Turn(found.pop().starts_at, closes, person, is_override)
        found.append(turn)
    return found


def turn_at(rotation: Rotation, overrides: Sequence[Override], *, at: datetime) -> Turn:
    """Return the turn that an instant lies in, whole: as far as it goes both ways.

    It is looked for within two rounds of the rotation.

    Clause: S-2.
    """
    reach = DAY * (2 * rotation.days * max(len(rotation.people), 1) + 2)
    at = at.astimezone(UTC)
    around = turns(rotation, overrides, start=at - reach, end=at + reach)
    return next(turn for turn in around if turn.starts_at <= at < turn.ends_at)


def gaps(
    rotation: Rotation, overrides: Sequence[Override], *, start: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    """Return the spans between two instants in which nobody is on call who should be.

    Outside of a rotation's hours nobody should be, unless an override took somebody away.

    Clause: S-2, S-3.
    """
    found: list[tuple[datetime, datetime]] = []
    for turn in turns(rotation, overrides, start=start, end=end):
        if turn.person is not None:
            continue
        edges = [turn.starts_at, *_edges(rotation, turn.starts_at, turn.ends_at), turn.ends_at]
        for opens, closes in pairwise(sorted(set(edges))):
            if not _is_duty(rotation, opens):
                continue
            first = found.pop()[0] if found and found[-1][1] == opens else opens
            found.append((first, closes))
    return found


def _by_turn(rotation: Rotation, at: datetime) -> int | None:
    if not rotation.people or not _is_duty(rotation, at):
        return None
    place = (at.astimezone(rotation.zone).date() - rotation.starts_on).days // rotation.days
    if at < _hand_over(rotation, place):
        place -= 1
    return rotation.people[place % len(rotation.people)] if place >= 0 else None


def _hand_over(rotation: Rotation, place: int) -> datetime:
    """Return when a turn begins; the first one has the place 0."""
    day = rotation.starts_on + DAY * (place * rotation.days)
    return _instant(rotation, day, rotation.hands_over_at)


def _is_duty(rotation: Rotation, at: datetime) -> bool:
    """Whether an instant lies in the rotation's hours."""
    opens, closes = rotation.opens, rotation.closes
    if opens is None or closes is None:
        return True
    day = at.astimezone(rotation.zone).date()
    return any(
        _instant(rotation, each, opens)
        <= at
        < _instant(rotation, each if opens < closes else each + DAY, closes)
        for each in (day - DAY, day)
    )


def _edges(rotation: Rotation, start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield each instant in a span at which the rotation by itself may change."""
    hours = {rotation.hands_over_at, rotation.opens, rotation.closes} - {None}
    day = start.astimezone(rotation.zone).date() - DAY
    last = end.astimezone(rotation.zone).date() + DAY
    while day <= last:
        for hour in hours:
            edge = _instant(rotation, day, hour or rotation.hands_over_at)
            if start < edge < end:
                yield edge
        day += DAY


def _instant(rotation: Rotation, day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, rotation.zone).astimezone(UTC)
