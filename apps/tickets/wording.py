"""Figures in words: instants in somebody's zone, lengths of time, steps of an explanation."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.template.defaultfilters import filesizeformat


def moment(at: datetime, zone: str) -> str:
    """Return an instant on a person's wall clock, with the zone's short name."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}{_odd_seconds(local)} {local:%Z}"


def _odd_seconds(local: datetime) -> str:
    return f":{local.second:02d}" if local.second else ""


def span(length: timedelta) -> str:
    """Return a length of time in hours and minutes; in seconds only below a minute."""
    sign = "-" if length < timedelta(0) else ""
    whole = int(abs(length).total_seconds())
    if whole < 60:  # noqa: PLR2004 (a minute)
        return f"{sign}{whole} s"
    hours, minutes = divmod(whole // 60, 60)
    parts = [f"{hours:,} h"] if hours else []
    if minutes or not hours:
        parts.append(f"{minutes} min")
    return sign + " ".join(parts)


def size(amount: int) -> str:
    """Return an amount of bytes in the unit in which it is short."""
    return filesizeformat(amount).replace(".0", "")


def sentence(step: Mapping[str, Any], zone: str) -> str:
    """Return one stored step of an explanation, with its figures in place."""
    return step["text"].format_map(
        {name: _figure(name, value, zone) for name, value in step["figures"].items()}
    )


def _figure(name: str, value: Any, zone: str) -> str:
    if name.endswith("_at"):
        return moment(datetime.fromisoformat(value), zone)
    if name.endswith("_seconds"):
        return span(timedelta(seconds=value))
    return str(value)
