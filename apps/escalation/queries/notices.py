"""When one of ours wants to hear of a notice, and whether it may wait."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Model

from apps.contracts.rules.calendar import ServiceHours, Window
from apps.escalation.models import NoticeHours
from apps.tickets.models import Deadline, Dispute, Event, Ticket

FIRST = 1  # the rank of the worst severity
# What a notice's payload names, and how its ticket's severity is reached from there.
ROWS: Mapping[str, tuple[type[Model], str]] = {
    "deadline_id": (Deadline, "ticket__severity__rank"),
    "event_id": (Event, "ticket__severity__rank"),
    "dispute_id": (Dispute, "ticket__severity__rank"),
    "ticket_id": (Ticket, "severity__rank"),
}


def heard_from(*, address: str, payload: Mapping[str, Any], at: datetime) -> datetime | None:
    """Return when the person with that address wants to hear of it; None: now.

    What is of the first priority does not wait.
    """
    rows = NoticeHours.objects.filter(user__email=address, user__is_active=True)
    hours = rows.values_list("days", "opens", "closes", "user__time_zone").first()
    if hours is None:
        return None
    days, opens, closes, zone = hours
    windows = tuple(Window(int(day) - 1, opens, closes) for day in days)
    wanted = _hours(zone, windows)
    if wanted.is_open(at) or _is_first(payload):
        return None
    return wanted.next_opening(at)


def _is_first(payload: Mapping[str, Any]) -> bool:
    for name, (model, rank) in ROWS.items():
        if name in payload:
            rows = model._default_manager.filter(pk=payload[name])
            return FIRST in rows.values_list(rank, flat=True)
    return False


@lru_cache(maxsize=256)
def _hours(zone: str, windows: tuple[Window, ...]) -> ServiceHours:
    return ServiceHours(zone=zone, windows=windows)
