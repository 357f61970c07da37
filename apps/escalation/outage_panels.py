"""What a ticket's page shows of its outage, and of whose fault it was."""

from typing import Any

from apps.contracts.models import User
from apps.contracts.queries.catalogue import catalogue
from apps.escalation.models import FaultDetermination
from apps.escalation.queries import incident_of, review_of
from apps.tickets.admin.explained import cite
from apps.tickets.models import Ticket
from apps.tickets.panels import Panel, register

SHOWN = 5  # findings, the latest


def outage(ticket: Ticket, user: User) -> dict[str, Any] | None:
    """Return the ticket's incident and its reports; or that one is owed and nobody has begun.

    Clause: S-6.
    """
    incident = incident_of(ticket)
    if incident is not None:
        reports = incident.reports.order_by("-revision").defer("summary", "root_cause")
        return {"incident": incident, "reports": reports, "may_write": False}
    owed = ticket.deadlines.filter(kind="RFO", ended_at=None).first()
    if owed is None or ticket.merged_into_id is not None:
        return None
    may_write = user.has_perm("escalation.change_incident")
    return {"incident": None, "owed": owed, "may_write": may_write}


def fault(ticket: Ticket, user: User) -> dict[str, Any] | None:
    """Return what was found on the ticket, or that it still has to be.

    Clause: S-4.
    """
    review = review_of(ticket)
    if review.owed_since is None and review.latest is None:
        return None
    rows = FaultDetermination.objects.filter(ticket=ticket).select_related("ours", "theirs")
    return {
        "review": review,
        "findings": rows[:SHOWN],
        "clauses": cite(review.clause, catalogue(ticket.version_id).clauses),
        "may_decide": user.has_perm("escalation.add_faultdetermination")
        and ticket.merged_into_id is None,
    }


register(Panel("admin/escalation/ticket_outage.html", "escalation.view_incident", outage))
register(Panel("admin/escalation/ticket_fault.html", "escalation.view_faultdetermination", fault))
