"""A wall-clock time as an instant, honest about clock changes."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1901, 2198


class NoSuchTime(ValueError):
    """The clock never shows this time."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The instants at which a clock shows a time: one, or two when the clocks go back."""

    instants: tuple[datetime, ...]


def shown(local: datetime, zone: str) -> Shown:
    """Return when the clock of a zone shows a naive local time.

    :raises NoSuchTime: the clocks jump over it, or the year is out of reach.
    """
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        raise NoSuchTime(f"Calendars answer for the years {FIRST_YEAR} to {LAST_YEAR}.")
    clock = ZoneInfo(zone)
    readings = [local.replace(tzinfo=clock, fold=fold).astimezone(UTC) for fold in (0, 1)]
    true = [at for at in readings if at.astimezone(clock).replace(tzinfo=None, fold=0) == local]
    if not true:
        before, after = (at.astimezone(clock) for at in sorted(readings))
        raise NoSuchTime(
            f"{local:%H:%M} on {local.day} {local:%B %Y} does not exist in {zone}: the clocks go"
            f" forward, from {before.tzname()} to {after.tzname()}. Choose an hour before or after."
        )
    return Shown(tuple(sorted(set(true))))
