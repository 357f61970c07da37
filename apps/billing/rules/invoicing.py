"""What an invoice or a credit note comes to, and when it is due.

Clause: V-3.4.6, S-12, S-13.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Generic, TypeVar

from apps.billing.rules.money import ZERO, tax_on

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Taxed(Generic[Key]):
    """The net of lines that are taxed alike, and the tax on it."""

    key: Key
    percent: Decimal
    net: Decimal
    tax: Decimal


def taxes_of(lines: Iterable[tuple[Key, Decimal, Decimal]]) -> list[Taxed[Key]]:
    """Sum (category, percent, net) lines by category and percent; tax each sum once.

    In the order in which they first come.

    Clause: V-3.4.6, S-13.
    """
    sums: dict[tuple[Key, Decimal], Decimal] = defaultdict(lambda: ZERO)
    for key, percent, net in lines:
        sums[key, percent] += net
    return [Taxed(key, percent, net, tax_on(net, percent)) for (key, percent), net in sums.items()]


def tax_to_credit(net: Decimal, percent: Decimal, *, credited: Decimal) -> Decimal:
    """Return the tax that goes back with ``net``, where ``credited`` of the sum went back before.

    It is the difference of two taxes on sums, so that several credit notes over a whole invoice
    give back exactly its tax, however the parts round.

    Clause: V-3.4.6, S-13.
    """
    return tax_on(credited + net, percent) - tax_on(credited, percent)


def due_on(issued_on: date, payment_days: int) -> date:
    """Return the day by which it is to be paid.

    Clause: V-3.4.6, S-12, R-4.
    """
    return issued_on + timedelta(days=payment_days)


def rate_on(rates: Iterable[tuple[date, Decimal]], on: date) -> Decimal | None:
    """Return the percentage of a day from (first day, percent) rows; None before the first.

    Clause: V-3.4.6.
    """
    begun = [row for row in rates if row[0] <= on]
    return max(begun)[1] if begun else None


def may_be_credited(amount: Decimal, *, left: Decimal) -> bool:
    """Tell whether so much of a line can be taken back, where so much of it is left.

    A line below nought is taken back by an amount below nought, as when all of an invoice is.

    Clause: V-3.4.6, S-13.
    """
    return 0 < amount <= left if left > 0 else left <= amount < 0
