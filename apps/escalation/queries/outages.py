"""Reports that are owed, and what is known of an outage."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.contracts.queries.catalogue import catalogue
from apps.escalation.models import Incident, IncidentTicket, OutageReport
from apps.escalation.rules.report import Said, missing
from apps.outbox.compiled import Compiled
from apps.tickets.models import Deadline, Ticket
from apps.tickets.queries import history_of
from apps.tickets.rules.history import Happening
from apps.tickets.rules.promise import DeadlineKind

History = tuple[Sequence[Happening], dict[str, str]]


def owed_reports() -> QuerySet[Deadline]:
    """Return the deadlines of reports that have not come, missed ones too, the first due first.

    Clause: S-6.
    """
    owed = Deadline.objects.filter(kind=DeadlineKind.RFO, ended_at__isnull=True)
    return owed.filter(ticket__merged_into=None).order_by("due_at", "pk")


def incident_of(ticket: Ticket) -> Incident | None:
    """Return the incident of a ticket, or of a duplicate that was merged into it; else None.

    Clause: S-6.
    """
    return next(iter(_incident.objects(ticket=ticket.pk)), None)


def _incidents(ticket: int) -> QuerySet[Incident]:
    either = Q(members__ticket=ticket) | Q(members__ticket__merged_into=ticket)
    return Incident.objects.filter(either).select_related("author").order_by("pk")[:1]


_incident = Compiled(_incidents)


def unbegun_reports() -> QuerySet[Deadline]:
    """Return the deadlines of reports that are owed, and that nobody has begun.

    Clause: S-6.
    """
    # One by one: an index serves each, and none serves both.
    own = IncidentTicket.objects.filter(ticket=OuterRef("ticket"))
    duplicates = IncidentTicket.objects.filter(ticket__merged_into=OuterRef("ticket"))
    return owed_reports().filter(~Exists(own), ~Exists(duplicates))


def tickets_of(incident: Incident) -> list[Ticket]:
    """Return the tickets of an incident; one that was merged away is there as its survivor."""
    found: dict[int, Ticket] = {}
    related = ("account", "order", "version", "severity", "requester", "plan", "merged_into")
    rows = Ticket.objects.filter(in_incident__incident=incident).select_related(*related)
    for ticket in rows.order_by("pk"):
        survivor = ticket
        while survivor.merged_into_id is not None:
            survivor = Ticket.objects.select_related(*related).get(pk=survivor.merged_into_id)
        found.setdefault(survivor.pk, survivor)
    return [found[pk] for pk in sorted(found)]


def histories_of(tickets: Sequence[Ticket]) -> list[History]:
    """Return what happened to each ticket, with the labels of its policy's severities."""
    return [
        (
            history_of(ticket),
            {row.key: row.label for row in catalogue(ticket.version_id).severities},
        )
        for ticket in tickets
    ]


def missing_of(report: OutageReport) -> list[str]:
    """Return what a report lacks before it can be reviewed, in words.

    Clause: S-6.
    """
    said = Said(
        is_final=report.kind == OutageReport.Kind.FINAL,
        started_at=report.started_at,
        detected_at=report.detected_at,
        restored_at=report.restored_at,
        summary=report.summary,
        root_cause=report.root_cause,
        services=report.services.count(),
        moments=report.timeline.count(),
        actions=report.actions.count(),
    )
    return missing(said)
