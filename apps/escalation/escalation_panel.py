"""What a ticket's page shows of its escalations."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists

from apps.contracts.models import User
from apps.escalation.models import Escalation
from apps.tickets.models import Ticket
from apps.tickets.panels import Known, Panel, register

MOST = 10  # the list has the others
MAY_RAISE = "escalation.add_escalation"


def _there(ticket: Ticket) -> Exists:
    return Exists(Escalation.objects.filter(ticket=ticket.pk).order_by())


def _shows(ticket: Ticket, user: User, known: Known) -> Mapping[str, Any] | None:
    """Return the latest escalations, and whether the reader may raise one; None: neither."""
    rows = Escalation.objects.filter(ticket=ticket).select_related("client", "by", "ground")
    latest = rows.defer("words", "steps", "answer").order_by("-pk")
    found = list(latest[:MOST]) if known.has_rows else []
    may_raise = user.has_perm(MAY_RAISE) and ticket.merged_into_id is None
    return {"escalations": found, "may_raise": may_raise} if found or may_raise else None


register(Panel("admin/escalation/panel.html", "escalation.view_escalation", _there, _shows))
