"""Reasons for Outage of an account: those that it was sent, and those that it is still owed.

Clause: S-6.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from apps.contracts.models import PolicyVersion, Service
from apps.contracts.queries.catalogue import catalogue
from apps.escalation.models import Incident, OutageReport, ReportAction, ReportCopy, ReportMoment
from apps.escalation.queries import owed_reports
from apps.portal.queries.keyset import MOST, number_in
from apps.portal.queries.seats import Seat
from apps.portal.queries.tickets.promises import Stands, stands
from apps.portal.queries.whys import Step, cited, steps_of
from apps.tickets.models import Deadline, Ticket
from apps.tickets.wording import span

OWED = 25  # shown, the first due first
NUMBERS = 100  # tickets that a report names
BULKY = ("content", "report__summary", "report__root_cause")


@dataclass(frozen=True, slots=True)
class Owed:
    """A report that has not come: of which ticket, until when, and why."""

    ticket: Ticket
    incident: Incident | None
    stands: Stands
    steps: Sequence[Step]
    clauses: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Sent:
    """A page of the reports that were sent. ``before`` 0: no page follows."""

    copies: Sequence[ReportCopy]
    before: int
    is_first: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A report as its page says it. ``later`` is the revision that corrects it, if there is one.

    ``numbers`` are the account's own tickets of then: (number, key, or None where the reader may
    not read that ticket).
    """

    copy: ReportCopy
    report: OutageReport
    title: str
    version: PolicyVersion
    lasted: str
    services: Sequence[Service]
    timeline: Sequence[ReportMoment]
    actions: Sequence[tuple[str, Sequence[ReportAction]]]
    numbers: Sequence[tuple[str, int | None]]
    later: ReportCopy | None


def copies_of(account_id: int) -> QuerySet[ReportCopy]:
    """Return what an account was sent, without the documents themselves, the latest first.

    Clause: S-6.
    """
    rows = ReportCopy.objects.filter(account=account_id).select_related("report__incident")
    return rows.defer(*BULKY).order_by("-pk")


def sent_to(account_id: int, *, before: str) -> Sent:
    """Return a page of what an account was sent. ``before`` is what the page before gave."""
    last, rows = number_in(before), copies_of(account_id)
    found = list((rows.filter(pk__lt=last) if last else rows)[: MOST + 1])
    shown = found[:MOST]
    return Sent(shown, shown[-1].pk if len(found) > MOST else 0, not last)


def copy_at(key: int, *, seats: Sequence[Seat]) -> ReportCopy | None:
    """Return a copy that was sent to one of these seats' accounts; None: there is none."""
    accounts = [seat.account.pk for seat in seats]
    rows = ReportCopy.objects.filter(pk=key, account__in=accounts)
    return rows.select_related("report__incident").defer("content").first()


def content_of(copy: ReportCopy) -> bytes:
    """Return the document, byte for byte as it was sent."""
    return bytes(ReportCopy.objects.values_list("content", flat=True).get(pk=copy.pk))


def owed_to(seat: Seat, *, at: datetime, zone: str, tickets: Collection[int] = ()) -> list[Owed]:
    """Return the reports that are owed on tickets which the person may read; of some, or of all.

    ``zone`` is the reader's. At most OWED and one more, the first due first.

    Clause: S-6, R-3, V-3.5.
    """
    rows = owed_reports().filter(ticket__in=seat.tickets())
    if tickets:
        rows = rows.filter(ticket__in=tickets)
    related = ("ticket__version", "ticket__in_incident__incident")
    found = rows.select_related(*related).defer("ticket__version__source")
    return [_owed(row, at=at, zone=zone) for row in found[: OWED + 1]]


def shown(copy: ReportCopy, *, seat: Seat) -> Shown:
    """Return what the page of a report says: what was sent, and nothing of another account.

    Clause: S-6, V-3.5.
    """
    report = copy.report
    tickets = _tickets_of(report, seat.account.pk)
    readable = set(
        seat.tickets().filter(pk__in=[row.pk for row in tickets]).values_list("pk", flat=True)
    )
    ends, starts = report.restored_at, report.started_at
    actions = list(report.actions.all())
    return Shown(
        copy=copy,
        report=report,
        title=title_then(report),
        version=tickets[0].version if tickets else seat.orders[0].version,
        lasted=span(ends - starts) if ends and starts else "",
        services=list(report.services.order_by("title", "pk")),
        timeline=list(report.timeline.all()),
        actions=[
            (label, [row for row in actions if row.kind == kind])
            for kind, label in ReportAction.Kind.choices
        ],
        numbers=[(row.number, row.pk if row.pk in readable else None) for row in tickets],
        later=copies_of(seat.account.pk)
        .filter(report__incident=report.incident_id, report__revision__gt=report.revision)
        .first(),
    )


def title_then(report: OutageReport) -> str:
    """Return the incident's title when the report was issued: what was told stays as told."""
    rows = report.incident.history.filter(history_date__lte=report.issued_at)
    then = rows.order_by("-history_date", "-history_id").values_list("title", flat=True).first()
    return then or report.incident.title


def _tickets_of(report: OutageReport, account_id: int) -> list[Ticket]:
    """Return the account's own tickets that the incident had when the report was issued."""
    rows = Ticket.objects.filter(
        in_incident__incident=report.incident_id,
        in_incident__account=account_id,
        in_incident__joined_at__lte=report.issued_at,
    )
    return list(rows.select_related("version").defer("version__source").order_by("pk")[:NUMBERS])


def _owed(row: Deadline, *, at: datetime, zone: str) -> Owed:
    listed = catalogue(row.ticket.version_id).clauses
    titles = {ref: clause.title for ref, clause in listed.items()}
    member = getattr(row.ticket, "in_incident", None)
    return Owed(
        ticket=row.ticket,
        incident=member.incident if member else None,
        stands=stands(row, at=at),
        steps=steps_of(row.steps, zone=zone, titles=titles),
        clauses=cited(row.clause, titles),
    )


def of_incidents(keys: Collection[int], *, account_id: int) -> QuerySet[ReportCopy]:
    """Return what an account was sent of some incidents, the latest revision of each first."""
    rows = copies_of(account_id).filter(report__incident__in=list(keys))
    return rows.order_by("report__incident", "-report__revision")
