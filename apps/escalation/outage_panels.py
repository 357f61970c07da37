"""What a ticket's page shows of its outage, and of whose fault it was."""

from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, Q
from django.db.models.expressions import Combinable

from apps.contracts.models import User
from apps.contracts.queries.catalogue import catalogue
from apps.escalation.models import FaultDetermination, IncidentTicket
from apps.escalation.queries import incident_of, review_of
from apps.tickets.admin.explained import cite
from apps.tickets.models import Deadline, Ticket
from apps.tickets.panels import Known, Panel, register

SHOWN = 5  # findings, the latest


def has_outage(ticket: Ticket) -> Combinable:
    """Whether the ticket, or a duplicate of it, is part of an incident, or owes a report."""
    own = IncidentTicket.objects.filter(ticket=ticket.pk)
    duplicates = IncidentTicket.objects.filter(ticket__merged_into=ticket.pk)
    owed = Deadline.objects.filter(ticket=ticket.pk, kind="RFO", ended_at=None).order_by()
    return ExpressionWrapper(
        Q(Exists(own)) | Q(Exists(duplicates)) | Q(Exists(owed)), output_field=BooleanField()
    )


def outage(ticket: Ticket, user: User, known: Known) -> dict[str, Any] | None:
    """Return the ticket's incident and its reports; or that one is owed and nobody has begun.

    Clause: S-6.
    """
    incident = incident_of(ticket) if known.has_rows else None
    if incident is not None:
        reports = incident.reports.order_by("-revision").defer("summary", "root_cause")
        return {"incident": incident, "reports": reports, "may_write": False}
    owed = None
    if known.has_rows:
        owed = ticket.deadlines.filter(kind="RFO", ended_at=None).first()
    if owed is None or ticket.merged_into_id is not None:
        return None
    may_write = user.has_perm("escalation.change_incident")
    return {"incident": None, "owed": owed, "may_write": may_write}


def has_findings(ticket: Ticket) -> Exists:
    """Whether something was found on the ticket."""
    return Exists(FaultDetermination.objects.filter(ticket=ticket.pk).order_by())


def fault(ticket: Ticket, user: User, known: Known) -> dict[str, Any] | None:
    """Return what was found on the ticket, or that it still has to be.

    Clause: S-4.
    """
    review = review_of(ticket, known=known)
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


register(
    Panel("admin/escalation/ticket_outage.html", "escalation.view_incident", has_outage, outage)
)
register(
    Panel(
        "admin/escalation/ticket_fault.html",
        "escalation.view_faultdetermination",
        has_findings,
        fault,
    )
)
