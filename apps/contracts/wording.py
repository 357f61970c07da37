"""Fees and instants in words, for pages, mails and explanations."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.contracts.models import Fee

BOTH = ("support", "engineering")  # kinds of time that a fee can count


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant on a wall clock, such as “Friday 27 November 2026, 08:00 EST”."""
    local = at.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B} {local.year}, {local:%H:%M %Z}"


def span(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    """Return a span on a wall clock; the day of its end only where it is another one."""
    first, last = starts_at.astimezone(zone), ends_at.astimezone(zone)
    if (first.date(), first.tzname()) == (last.date(), last.tzname()):
        return f"{first:%A} {first.day} {first:%B} {first.year}, {first:%H:%M} to {last:%H:%M %Z}"
    return f"{moment(starts_at, zone)} to {moment(ends_at, zone)}"


def fee(row: Fee, *, currency: str, calendars: Mapping[str, str]) -> list[str]:
    """Return what a fee is, a sentence or a price a line."""
    return list(_FEES[row.kind](row.terms, currency, calendars))


def _hourly(terms: dict[str, Any], currency: str, calendars: Mapping[str, str]) -> Iterator[str]:
    minimum, step = terms["minimum_minutes"], terms["increment_minutes"]
    at_least = f", at least {minimum} min" if minimum else ""
    then = "then by" if minimum else "by"
    yield f"{terms['hourly_amount']} {currency} an hour{at_least}, {then} {step} min"
    if terms.get("outside_calendar"):
        name = calendars[terms["outside_calendar"]]
        yield f"Only for minutes outside of “{name}”"
    if terms.get("after_fault_finding"):
        yield "Only once the fault was found not to be the provider's"
    yield from _counts(terms)


def _counts(terms: dict[str, Any]) -> Iterator[str]:
    if len(terms.get("counts") or BOTH) < len(BOTH):
        yield f"Only {terms['counts'][0]} time counts"


def _tiers(terms: dict[str, Any], currency: str, calendars: Mapping[str, str]) -> Iterator[str]:
    for tier in terms["tiers"]:
        yield f"{tier['from_minutes']} to {tier['to_minutes']} min: {tier['amount']} {currency}"
    reading = terms.get("over_last_tier_reading")
    yield "Above: waits for a quote" + (f" ({reading})" if reading else "")
    yield from _counts(terms)


def _free(terms: dict[str, Any], currency: str, calendars: Mapping[str, str]) -> Iterator[str]:
    yield "Costs nothing"


def _per_order(terms: dict[str, Any], currency: str, calendars: Mapping[str, str]) -> Iterator[str]:
    yield f"The amount is on the order, in {currency}"
    arrears = terms.get("billed") == "in_arrears"
    yield "Charged once a period is over" if arrears else "Charged when a period begins"
    calendar = terms.get("periods") == "calendar"
    yield f"Periods of {'the calendar' if calendar else 'the order, from its first day on'}"
    if terms.get("pro_rata") == "none":
        yield "A part of a period costs all of it"
    else:
        yield "A part of a period costs its share of the days"


def _allowance(terms: dict[str, Any], currency: str, calendars: Mapping[str, str]) -> Iterator[str]:
    yield f"The plan's {terms['of'].replace('_', ' ').replace('tam', 'TAM')}"
    yield "Used up: requests go to the support centre, and nothing is charged"


_FEES = {
    "allowance": _allowance,
    "free": _free,
    "hourly": _hourly,
    "per_order": _per_order,
    "tiers": _tiers,
}
