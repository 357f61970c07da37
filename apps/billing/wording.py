"""Money and days in words, as documents, mails and pages show them."""

from datetime import date
from decimal import Decimal

MINUS = "\N{MINUS SIGN}"


def figure(amount: Decimal) -> str:
    """Return an amount with its cents, its thousands apart, and a minus that is one."""
    return f"{amount:,.2f}".replace("-", MINUS)


def money(amount: Decimal, currency: str) -> str:
    """Return an amount with its currency."""
    return f"{figure(amount)} {currency}"


def share(percent: Decimal) -> str:
    """Return a percentage without nought at its end."""
    text = f"{percent:.3f}".rstrip("0").rstrip(".")
    return f"{text} %"


def day(on: date | None) -> str:
    """Return a day such as 4 Mar 2026; of none nothing."""
    return f"{on.day} {on:%b %Y}" if on else ""


def days(starts_on: date | None, ends_on: date | None) -> str:
    """Return a period, or its one day."""
    if starts_on is None or ends_on is None or starts_on == ends_on:
        return day(starts_on or ends_on)
    return f"{day(starts_on)} to {day(ends_on)}"
