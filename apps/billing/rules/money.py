"""Amounts: decimal, in whole cents, rounded once and half away from zero.

This is the one place that says how we round. PostgreSQL's round(numeric) does the same; Python's
default, half to even, does not.

Clause: S-4, S-13, S-13.1.
"""

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")
CENT = Decimal("0.01")
LARGEST = Decimal("9999999999.99")  # what a column of money holds: 12 digits, two of them cents


def to_cents(amount: Decimal) -> Decimal:
    """Round to whole cents; a half cent goes away from zero.

    Clause: S-4, S-13.
    """
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def tax_on(net: Decimal, percent: Decimal) -> Decimal:
    """Return the tax on the sum of a category's lines, in whole cents.

    ``net`` is the sum of lines that are rounded already: rounding tax line by line differs by
    cents.

    Clause: V-3.4.6, S-13.
    """
    return to_cents(net * percent / 100)
