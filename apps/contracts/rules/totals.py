"""Open spans with the time that has run up to each, for binary search.

Clause: none (the arithmetic under the calendar, which cites its own).
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import accumulate
from typing import NamedTuple, Self

NONE = timedelta()

Span = tuple[timedelta, timedelta]  # [opens, closes), both since the calendar's epoch


class RunningTotals(NamedTuple):
    """The open time of [low, high), as spans since the epoch.

    ``edges`` holds openings and closings in turn. ``totals[n]`` is the service
    time before the n-th opening, and ``bases[n]`` that opening less the total:
    within the n-th interval, the service time at an instant is its distance
    from the base.
    """

    low: timedelta
    high: timedelta
    edges: list[timedelta]
    totals: list[timedelta]
    bases: list[timedelta]

    @classmethod
    def of(cls, low: timedelta, high: timedelta, spans: Iterable[Span]) -> Self:
        """Build them from spans that are in order; those that touch become one."""
        edges: list[timedelta] = []
        for opens, closes in spans:
            if edges and edges[-1] == opens:
                edges[-1] = closes
            else:
                edges += opens, closes
        totals = list(accumulate((closes - opens for opens, closes in _spans(edges)), initial=NONE))
        # There is one total more than openings: all there is.
        bases = [opens - total for opens, total in zip(edges[::2], totals, strict=False)]
        return cls(low, high, edges, totals, bases)

    def spans(self) -> Iterable[Span]:
        """Return the open spans from which the totals were built."""
        return _spans(self.edges)


def _spans(edges: Sequence[timedelta]) -> Iterable[Span]:
    return zip(edges[::2], edges[1::2], strict=True)
