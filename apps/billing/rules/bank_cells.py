"""Amounts and days as banks write them. The form is chosen by a person, and never guessed.

Clause: V-3.4.6.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from apps.billing.rules.money import LARGEST

POINT, COMMA = ".", ","
LONGEST_SHOWN = 60  # characters of a cell in a refusal
# What may stand between thousands: never what stands before the cents.
_SPACES = " \u00a0\u202f\u2009'\u2019"
_MINUS = "-\u2212\u2013"


@dataclass(frozen=True, slots=True)
class DayForm:
    """A way to write a day: how it is called, and where year, month and day stand."""

    label: str
    pattern: str


DAY_FORMS: Mapping[str, DayForm] = {
    "ISO": DayForm("2026-12-31", r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"),
    "DMY_POINT": DayForm("31.12.2026", r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})"),
    "DMY_SLASH": DayForm("31/12/2026", r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})"),
    "DMY_DASH": DayForm("31-12-2026", r"(?P<d>\d{1,2})-(?P<m>\d{1,2})-(?P<y>\d{4})"),
    "MDY_SLASH": DayForm("12/31/2026", r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})"),
    "YMD": DayForm("20261231", r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
}


def day_in(text: str, *, form: str) -> date:
    """Return the day that a cell says in the chosen form.

    Clause: V-3.4.6.

    :raises ValueError: it says none in that form, or one that is not in the calendar.
    """
    chosen = DAY_FORMS[form]
    match = re.fullmatch(chosen.pattern, text.strip(), re.ASCII)
    if match is None:
        raise ValueError(f"“{_short(text)}” is not a date like {chosen.label}.")
    try:
        return date(int(match["y"]), int(match["m"]), int(match["d"]))
    except ValueError as error:
        raise ValueError(
            f"“{_short(text)}” is not a day of the calendar, read as {chosen.label}."
        ) from (error)


def amount_in(text: str, *, decimal: str) -> Decimal:
    """Return the amount that a cell says, below nought where money went out.

    ``decimal`` is what stands before the cents, POINT or COMMA. Thousands may be set apart, by the
    other one of them too, but then all of them are. A minus may stand before or after it; so may
    brackets stand round it.

    Clause: V-3.4.6.

    :raises ValueError: it is no such amount, has more than two decimals, or is too large.
    """
    plain = text.strip()
    goes_out, digits = _sign(plain)
    other = COMMA if decimal == POINT else POINT
    between = f"[{re.escape(other + _SPACES)}]"
    grouped = rf"\d{{1,3}}(?P<between>{between})\d{{3}}(?:(?P=between)\d{{3}})*"
    pattern = rf"(?P<whole>{grouped}|\d+)(?:{re.escape(decimal)}(?P<cents>\d{{1,2}}))?"
    match = re.fullmatch(pattern, digits, re.ASCII)
    if match is None:
        example = "1,234.56" if decimal == POINT else "1.234,56"
        raise ValueError(f"“{_short(text)}” is not an amount like {example}.")
    whole = re.sub(r"\D", "", match["whole"])
    amount = Decimal(f"{whole}.{(match['cents'] or '').ljust(2, '0')}")
    if amount > LARGEST:
        raise ValueError(f"“{_short(text)}” is larger than {LARGEST:,}.")
    return -amount if goes_out else amount


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _sign(text: str) -> tuple[bool, str]:
    """Return whether money goes out, and the digits without a sign."""
    if text.startswith("(") and text.endswith(")"):
        return True, text[1:-1].strip()
    if text[:1] in _MINUS and text:
        return True, text[1:].strip()
    if text[-1:] in _MINUS and text:
        return True, text[:-1].strip()
    return False, text.removeprefix("+").strip()
