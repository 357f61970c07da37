"""One alert over time: it fires, fires again, is resolved, and may come back as a new episode.

Posts come late, twice, and out of order. What decides is the instant at which the sender says that
it began: a firing that began no later than an episode that is over belongs to that one.

Clause: V-2-monitoring.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from apps.intake.rules.alerts import Reading


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an alert. ``over_at`` None: it fires.

    ``episode`` counts from 1. ``count``: how often it was told to fire, in all.
    ``is_new_episode``: the last fold began one; ``is_just_over``: it ended one.
    """

    began_at: datetime
    over_at: datetime | None
    episode: int
    count: int
    first_at: datetime
    last_at: datetime
    is_new_episode: bool = False
    is_just_over: bool = False


def fold(known: Known | None, reading: Reading, *, at: datetime) -> Known:
    """Return what is known once a reading, received at an instant, was taken in.

    Clause: V-2-monitoring.
    """
    began_at = reading.began_at or at
    if known is None:
        return Known(
            began_at=began_at,
            over_at=None if reading.is_firing else _over_at(reading, began_at, at),
            episode=1,
            count=int(reading.is_firing),
            first_at=at,
            last_at=at,
            is_new_episode=reading.is_firing,
        )
    seen = replace(known, last_at=max(known.last_at, at))
    return _fires(seen, began_at) if reading.is_firing else _ends(seen, reading, at)


def _fires(known: Known, began_at: datetime) -> Known:
    counted = replace(known, count=known.count + 1)
    if known.over_at is None:
        # It goes on; of two replicas that noticed it the first one is right.
        return replace(counted, began_at=min(known.began_at, began_at))
    if began_at <= known.began_at:
        return counted  # told late: that episode is over
    return replace(
        counted,
        began_at=began_at,
        over_at=None,
        episode=known.episode + 1,
        is_new_episode=True,
        is_just_over=False,
    )


def _ends(known: Known, reading: Reading, at: datetime) -> Known:
    began_at = reading.began_at or known.began_at
    over_at = _over_at(reading, began_at, at)
    if known.over_at is not None:
        # Of an episode whose firing never came, or comes late: it is known to be over.
        return replace(
            known,
            began_at=max(known.began_at, began_at),
            over_at=max(known.over_at, over_at),
        )
    if began_at < known.began_at and over_at <= known.began_at:
        return known  # the end of an earlier episode, told late
    return replace(known, over_at=over_at, is_just_over=True)


def _over_at(reading: Reading, began_at: datetime, at: datetime) -> datetime:
    return max(reading.over_at or at, began_at)
