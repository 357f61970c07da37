"""What a payment settles: what its payer named, else the oldest; what is disputed comes last.

Clause: S-12, R-4, R-5.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from apps.billing.rules.money import ZERO


@dataclass(frozen=True, slots=True)
class Owed:
    """Something that is owed: when it is due, what of it is open, what of that is disputed."""

    key: int
    due_on: date
    dated_on: date
    open_amount: Decimal
    disputed_amount: Decimal = ZERO
    is_named: bool = False

    @property
    def undisputed_amount(self) -> Decimal:
        return self.open_amount - self.disputed_amount


def settled_by(amount: Decimal, *, owed: Iterable[Owed]) -> Mapping[int, Decimal]:
    """Return key -> how much of it the amount settles; what is left over is the account's credit.

    First what the payer named, then the undisputed part of the rest, then the disputed part; each
    of them the oldest due first. What is named is settled with its disputed part: who names it
    wants to pay it.

    Clause: S-12, R-4, R-5.
    """
    every = sorted(owed, key=lambda each: (each.due_on, each.dated_on, each.key))
    settled: dict[int, Decimal] = {}
    left = amount
    for key, wanted in _turns(every):
        part = min(left, wanted)
        if part > 0:
            settled[key] = settled.get(key, ZERO) + part
            left -= part
    return settled


def _turns(every: Sequence[Owed]) -> Sequence[tuple[int, Decimal]]:
    named = [each for each in every if each.is_named]
    others = [each for each in every if not each.is_named]
    return [
        *((each.key, each.undisputed_amount) for each in named),
        *((each.key, each.disputed_amount) for each in named),
        *((each.key, each.undisputed_amount) for each in others),
        *((each.key, each.disputed_amount) for each in others),
    ]
