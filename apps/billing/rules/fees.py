"""Values that rating takes and gives: fees of a policy, stretches of work, what they are worth.

Clause: S-2.1, S-4, S-10, S-13, S-13.1, V-3.4.6, V-6.3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from apps.contracts.rules.calendar import ServiceHours


class HeldFor(StrEnum):
    """What a price waits for; NOTHING: it is known."""

    NOTHING = ""
    QUOTE = "QUOTE"
    FINDING = "FINDING"
    TERM = "TERM"


class Finding(StrEnum):
    """Whose fault it was. UNDECIDED also stands for: nobody has determined it yet."""

    PROVIDER = "PROVIDER"
    NOT_PROVIDER = "NOT_PROVIDER"
    UNDECIDED = "UNDECIDED"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an explanation: the clause (and reading) it rests on, a sentence, its figures."""

    clause: str
    text: str
    figures: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored. Clause: none (form)."""
        return {"clause": self.clause, "text": self.text, "figures": dict(self.figures)}


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee of a policy version; ``terms`` are those of its kind, money as a string."""

    pk: int
    key: str
    kind: str
    title: str
    clause: str
    reading: str = ""
    terms: Mapping[str, Any] = field(default_factory=dict)

    @property
    def cites(self) -> str:
        """The clause with its reading, as an explanation cites them."""
        return ", ".join(filter(None, [self.clause, self.reading]))


@dataclass(frozen=True, slots=True)
class Hours:
    """A calendar: what people call it, and its service time."""

    title: str
    time: ServiceHours


@dataclass(frozen=True, slots=True)
class Stretch:
    """Time worked: [starts_at, ends_at). ``kind`` is SUPPORT, ENGINEERING or TAM."""

    starts_at: datetime
    ends_at: datetime
    kind: str = "SUPPORT"


@dataclass(frozen=True, slots=True)
class Quote:
    """An amount that a person named, for so many minutes at most.

    ``currency`` is its own, and ``asked`` what the terms asked for it then, as ``Worth.asked``; of
    a quote from before these were kept they are empty and None.
    """

    amount: Decimal
    minutes: int
    currency: str = ""
    asked: str | None = None


@dataclass(frozen=True, slots=True)
class Worth:
    """What a total is worth. ``amount`` None: not known, and ``held_for`` says what it waits for.

    ``minutes`` are those that count for the price, before rounding. Where it waits for a quote, or
    was quoted, ``asked`` is what the terms ask for it in their own currency; "": they have no
    price.
    """

    amount: Decimal | None
    minutes: int
    steps: Sequence[Step]
    held_for: HeldFor = HeldFor.NOTHING
    asked: str | None = None


MINUTE = timedelta(minutes=1)


def minutes_in(span: timedelta) -> int:
    """Return a length of time in minutes; a begun one counts.

    Clause: R-7, R-8.
    """
    return -(-span // MINUTE)


def total(stretches: Sequence[Stretch]) -> timedelta:
    """Return how long they are together; time of two people at once counts twice.

    Clause: R-8.
    """
    # Aware instants of one zone subtract by the wall clock: these are kept in UTC.
    return sum((stretch.ends_at - stretch.starts_at for stretch in stretches), timedelta())


def parted(
    stretches: Sequence[Stretch], *, at: datetime
) -> tuple[Sequence[Stretch], Sequence[Stretch]]:
    """Return what lies before an instant, and what from it on; one that holds it is cut there.

    Clause: S-4.
    """
    before = [
        Stretch(one.starts_at, min(one.ends_at, at), one.kind)
        for one in stretches
        if one.starts_at < at
    ]
    since = [
        Stretch(max(one.starts_at, at), one.ends_at, one.kind)
        for one in stretches
        if one.ends_at > at
    ]
    return before, since


def by_hours(
    stretches: Sequence[Stretch], hours: ServiceHours
) -> tuple[Sequence[Stretch], Sequence[Stretch]]:
    """Return what lies inside of the hours, and what outside, cut where they open and close.

    Clause: S-4, S-2, R-7.
    """
    pieces = [
        (Stretch(starts_at, ends_at, one.kind), is_open)
        for one in stretches
        for starts_at, ends_at, is_open in hours.cut(one.starts_at, one.ends_at)
    ]
    inside = [piece for piece, is_open in pieces if is_open]
    return inside, [piece for piece, is_open in pieces if not is_open]


def outside(stretches: Sequence[Stretch], hours: ServiceHours) -> timedelta:
    """Return how much of it lies outside of the hours, exactly, clock changes and holidays too.

    Clause: S-4, S-2, R-7.
    """
    inside = (hours.between(one.starts_at, one.ends_at) for one in stretches)
    return total(stretches) - sum(inside, timedelta())
