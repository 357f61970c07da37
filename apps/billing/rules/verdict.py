"""What becomes of an account's standing: what the ladder says, and what stands in its way.

Clause: S-12, R-12.
"""

from dataclasses import dataclass
from enum import Enum

from apps.billing.rules.delinquency import Delinquency
from apps.billing.rules.ladder import GOOD, Ladder, is_harder
from apps.billing.rules.standing_why import Grace


class Act(Enum):
    """What the machine does: nothing, moves the standing, or proposes to suspend."""

    STAYS = 0
    MOVES = 1
    PROPOSES = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """The standing that an account ought to have, and what is done about it."""

    act: Act
    state: str


def verdict(
    *,
    ladder: Ladder | None,
    now: Delinquency | None,
    state: str,
    is_held: bool,
    grace: Grace | None,
) -> Verdict:
    """Return what becomes of a standing on a day.

    What a person holds stays. While an exemption is in force nothing is suspended, and what was is
    released; while a promise to pay is, no step is added, and what was reached is not given back
    before it is paid. A release comes by itself under every policy; a suspension waits for finance
    where the policy says so.

    Clause: S-12, R-12.
    """
    if is_held:
        return Verdict(Act.STAYS, state)
    wanted = now.state if now else GOOD
    if grace is not None and (not grace.is_promise or is_harder(wanted, state)):
        wanted = state if grace.is_promise else GOOD
    if wanted == state:
        return Verdict(Act.STAYS, state)
    if is_harder(wanted, state) and ladder is not None and not ladder.is_automatic:
        return Verdict(Act.PROPOSES, wanted)
    return Verdict(Act.MOVES, wanted)
