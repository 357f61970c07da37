"""What a ticket's page shows of what it costs."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists
from django.utils import timezone

from apps.billing.admin.costs import costs_of
from apps.billing.models import RatedEvent
from apps.contracts.models import User
from apps.tickets.models import Ticket
from apps.tickets.panels import Known, Panel, register

MAY_CHARGE = "billing.add_manual_charge"


def _there(ticket: Ticket) -> Exists:
    return Exists(RatedEvent.objects.filter(ticket=ticket.pk).order_by())


def _shows(ticket: Ticket, user: User, known: Known) -> Mapping[str, Any] | None:
    """Return what was rated on the ticket; None: nothing, and the reader charges nothing."""
    costs = costs_of(ticket, zone=timezone.get_current_timezone_name()) if known.has_rows else []
    may_charge = user.has_perm(MAY_CHARGE)
    return {"costs": costs, "may_charge": may_charge} if costs or may_charge else None


register(Panel("admin/billing/ticket_costs.html", "billing.view_ratedevent", _there, _shows))
