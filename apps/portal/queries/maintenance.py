"""Maintenance in the portal: the windows to come, and those that a ticket lies in.

Clause: S-11.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise as Text

from apps.changes.models import MaintenanceCalendar, MaintenanceNotice
from apps.changes.queries import coming_to, windows_of
from apps.portal.queries.notices.maintenance import IMPACTS, STATES
from apps.portal.queries.seats import Seat
from apps.tickets.models import Ticket

MOST = 5


@dataclass(frozen=True, slots=True)
class Window:
    """A window, as the account was told it last. ``name`` is that of the notice."""

    notice: MaintenanceNotice

    @property
    def name(self) -> str:
        return f"maintenance-{self.notice.pk}"

    @property
    def state(self) -> Text:
        return STATES[self.notice.state]

    @property
    def impact(self) -> Text:
        return IMPACTS[self.notice.update.impact]


def windows_to_come(seat: Seat, *, at: datetime) -> Sequence[Window]:
    """Return the next windows of the account that are not over."""
    return [Window(row) for row in coming_to(seat.account.pk, at=at, most=MOST)]


def windows_about(ticket: Ticket) -> Sequence[Window]:
    """Return the windows that a ticket lies in."""
    return [Window(row) for row in windows_of(ticket)]


def calendar_of(seat: Seat) -> MaintenanceCalendar | None:
    """Return the calendar's address that works at the account; None: there is none."""
    return MaintenanceCalendar.objects.standing().filter(account=seat.account).first()
