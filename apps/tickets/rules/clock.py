"""One clock: when a target falls due, given the times that do not count.

Clause: V-2-response, V-2-resolution, S-8.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from apps.contracts.rules.calendar import ServiceHours
from apps.tickets.rules.history import Pause


def running_spans(
    started_at: datetime, pauses: Sequence[Pause]
) -> Iterator[tuple[datetime, datetime | None]]:
    """Yield the spans [start, end) in which the clock runs; the last end may be None: for ever.

    ``pauses`` are in order and do not overlap.

    Clause: V-2-resolution.
    """
    for pause in pauses:
        if pause.ends_at is not None and pause.ends_at <= started_at:
            continue
        yield started_at, max(started_at, pause.starts_at)
        if pause.ends_at is None:
            return
        started_at = pause.ends_at
    yield started_at, None


def due_at(
    *, started_at: datetime, target: timedelta, pauses: Sequence[Pause], hours: ServiceHours
) -> datetime | None:
    """Return when the target falls due, or None while the clock stands still.

    ``target`` is service time. A pause that begins at the very instant the target falls due is
    too late to move it.

    Clause: V-2-response, V-2-resolution, S-8, R-17.
    """
    for starts_at, ends_at in running_spans(started_at, pauses):
        if ends_at is None:
            return hours.after(starts_at, target)
        elapsed = hours.between(starts_at, ends_at)
        if target <= elapsed:
            return hours.after(starts_at, target)
        target -= elapsed
    return None


def time_used(
    *, started_at: datetime, at: datetime, pauses: Sequence[Pause], hours: ServiceHours
) -> timedelta:
    """Return the service time that the clock has run by ``at``.

    Clause: V-2-resolution.
    """
    spans = (
        (starts_at, at if ends_at is None else min(ends_at, at))
        for starts_at, ends_at in running_spans(started_at, pauses)
        if starts_at < at
    )
    return sum((hours.between(*span) for span in spans), timedelta())
