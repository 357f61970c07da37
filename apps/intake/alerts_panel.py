"""What a ticket's page shows of the alerts that are on it."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists

from apps.contracts.models import User
from apps.intake.models import Alert
from apps.tickets.models import Ticket
from apps.tickets.panels import Known, Panel, register

MOST_SHOWN = 5


def _there(ticket: Ticket) -> Exists:
    return Exists(Alert.objects.filter(ticket=ticket).order_by())


def _shows(ticket: Ticket, user: User, known: Known) -> Mapping[str, Any] | None:
    """Return the ticket's alerts, those that fire first; None: none.

    Clause: V-2-monitoring.
    """
    if not known.has_rows:
        return None
    rows = Alert.objects.filter(ticket=ticket).select_related("source")
    found = list(rows.order_by("state", "-pk")[: MOST_SHOWN + 1])
    return {"alerts": found[:MOST_SHOWN], "has_more": len(found) > MOST_SHOWN}


register(Panel("admin/intake/ticket_alerts.html", "intake.view_alert", _there, _shows))
