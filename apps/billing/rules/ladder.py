"""A policy's ladder: what is suspended from which day overdue on.

Clause: S-12, R-4, R-5, R-12.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from apps.billing.rules.money import ZERO

GOOD = "GOOD"
STATES = (GOOD, "SUPPORT_SUSPENDED", "DASHBOARD_SUSPENDED")  # the milder one first


def is_harder(state: str, than: str) -> bool:
    """Tell whether a standing suspends more than another.

    Clause: S-12.
    """
    return STATES.index(state) > STATES.index(than)


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder: what is suspended from which day overdue on.

    ``words`` are the policy's own comparison, such as "more than 21 days".
    """

    first_day: int
    state: str
    clause: str
    words: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """A policy's rule on delinquency. ``zone`` is whose dates count the days.

    ``clause`` is what to cite: the clause, and the reading of it where there is one.

    ``excludes``: "raised" or "bona_fide" disputes are not overdue; "": all amounts are.
    ``keeps``: a rung that was reached holds until nothing is overdue; else what is left decides.
    """

    clause: str
    zone: str
    rungs: tuple[Rung, ...]
    excludes: str = "raised"
    keeps: bool = True
    ignore_below: Decimal = ZERO
    is_automatic: bool = True
    notice_days: tuple[int, ...] = ()

    def rung_at(self, days: int) -> Rung | None:
        """Return the hardest rung that so many days overdue reach.

        Clause: S-12, R-4.
        """
        return next((rung for rung in reversed(self.rungs) if days >= rung.first_day), None)

    def rung_of(self, state: str) -> Rung | None:
        """Return the rung that brings a standing; None: no rung does.

        Clause: S-12.
        """
        return next((rung for rung in self.rungs if rung.state == state), None)


def ladder_of(*, clause: str, zone: str, settings: Mapping[str, Any]) -> Ladder:
    """Read a policy's rule. What older versions do not state has the default of policy files.

    Clause: S-12, R-4, R-5, R-12.
    """
    excludes = "" if settings["disputed_counts"] else settings.get("disputed_from") or "raised"
    return Ladder(
        clause=clause,
        zone=zone,
        rungs=tuple(_rung(rung) for rung in settings["rungs"]),
        excludes=excludes,
        keeps=settings["released_by"] == "nothing_overdue",
        ignore_below=Decimal(settings.get("ignore_below") or 0),
        is_automatic=settings["effect"] == "automatic",
        notice_days=tuple(settings.get("notice_days_before") or ()),
    )


def _rung(stated: Mapping[str, Any]) -> Rung:
    more_than = stated.get("more_than_days")
    if more_than is None:
        first, words = stated["from_days"], f"{stated['from_days']} days or more"
    else:
        first, words = more_than + 1, f"more than {more_than} days"
    return Rung(first, stated["standing"], stated["clause"], words)


def day_of(at: datetime, ladder: Ladder) -> date:
    """Return the date of an instant in the policy's zone.

    Clause: R-4.
    """
    return at.astimezone(ZoneInfo(ladder.zone)).date()
