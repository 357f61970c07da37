"""What a ticket's page shows of the alerts that are on it, and the objects that these are about."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Exists

from apps.changes.queries import windows
from apps.contracts.models import User
from apps.intake.models import Alert
from apps.tickets.models import Ticket
from apps.tickets.panels import Known, Panel, register

MOST_SHOWN = 5
MOST_READ = 100  # alerts of a ticket whose objects are asked for


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


def _objects(ticket: Ticket) -> Collection[str]:
    """Return what the alerts of a ticket are about, as when they look for maintenance themselves.

    Clause: S-11, V-2-monitoring.
    """
    if ticket.channel != Ticket.Channel.MONITORING:
        return ()
    rows = Alert.objects.filter(ticket=ticket).order_by("-pk")
    found = rows.values_list("object_name", "labels")[:MOST_READ]
    named = {name for one, labels in found for name in (one, *labels.values())}
    return named - {""}


windows.OBJECTS.append(_objects)
register(Panel("admin/intake/ticket_alerts.html", "intake.view_alert", _there, _shows))
