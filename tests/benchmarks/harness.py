"""Ratios with bounds, and medians that two candidates earn in turn."""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter


class Unavailable(Exception):
    """A benchmark cannot run here; the message says what it lacks."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A measured ratio and the bound that it must keep.

    ``note`` gives the figures behind it, with their units.
    """

    name: str
    value: float
    bound: float
    at_least: bool
    note: str = ""

    @property
    def kept(self) -> bool:
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def __str__(self) -> str:
        sense = "at least" if self.at_least else "at most"
        verdict = "ok" if self.kept else "MISSED"
        return (
            f"{self.name:<40} {self.value:8.2f}x  {sense:>8} {self.bound:>4g}x  "
            f"{verdict:<6}  {self.note}"
        ).rstrip()


def medians(
    a: Callable[[], object], b: Callable[[], object], rounds: int = 7
) -> tuple[float, float]:
    """Return the median seconds of both, run in turn so that a busy machine slows both alike."""
    taken: tuple[list[float], list[float]] = ([], [])
    collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(rounds):
            for run, times in zip((a, b), taken, strict=True):
                started = perf_counter()
                run()
                times.append(perf_counter() - started)
    finally:
        if collecting:
            gc.enable()
    return median(taken[0]), median(taken[1])
