"""What a ticket's page shows of the maintenance that it lies in."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists

from apps.changes.queries import rows_of, windows_of
from apps.contracts.models import User
from apps.tickets.models import Ticket
from apps.tickets.panels import Known, Panel, register


def _there(ticket: Ticket) -> Exists:
    return Exists(rows_of(ticket).order_by())


def _shows(ticket: Ticket, user: User, known: Known) -> Mapping[str, Any] | None:
    """Return the windows that the ticket lies in; None: none.

    Clause: S-11.
    """
    found = windows_of(ticket) if known.has_rows else []
    return {"windows": found} if found else None


register(Panel("admin/changes/ticket_window.html", "changes.view_maintenance", _there, _shows))
