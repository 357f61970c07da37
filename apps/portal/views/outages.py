"""Outages: the incidents that touch the account, and their Reasons for Outage."""

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from apps.escalation.models import ReportCopy
from apps.escalation.outage_pdf import file_name
from apps.portal.access import SeatedRequest, move_to, page
from apps.portal.queries.outages import incidents as queries
from apps.portal.queries.outages import reports as documents

UNCHANGED, DONE = 204, 286  # htmx asks no more after the second


@page()
def incidents(request: SeatedRequest) -> HttpResponse:
    """List the incidents that touch the account, the ongoing ones first.

    Clause: S-6, V-2-incident, V-3.5.
    """
    found = queries.page_of(request.seat, before=request.GET.get("before", ""))
    return TemplateResponse(request, "portal/outages/incidents.html", {"found": found})


@page()
def incident(request: SeatedRequest, incident: int) -> HttpResponse:
    """Show an incident: how it stands, what was told, and what of the account's it touches.

    Clause: S-6, V-2-incident, V-3.5.
    """
    stand = _incident(request, incident)
    return TemplateResponse(request, "portal/outages/incident.html", _context(request, stand))


@page()
def incident_live(request: SeatedRequest, incident: int) -> HttpResponse:
    """Return the part of the page that renews itself; nothing, where nothing changed.

    Clause: V-3.5.
    """
    stand = _incident(request, incident)
    if request.GET.get("seen", "") == stand.seen:
        return HttpResponse(status=UNCHANGED)
    context = _context(request, stand) | {"is_live": True}
    status = DONE if context["read"].is_done else None  # type: ignore[attr-defined]
    return TemplateResponse(request, "portal/outages/incident_live.html", context, status=status)


@page()
def reports(request: SeatedRequest) -> HttpResponse:
    """List the Reasons for Outage that were sent to the account, and those that it is owed.

    Clause: S-6, V-3.5.
    """
    zone = timezone.get_current_timezone_name()
    sent = documents.sent_to(request.seat.account.pk, before=request.GET.get("before", ""))
    owed = documents.owed_to(request.seat, at=timezone.now(), zone=zone) if sent.is_first else []
    context = {"sent": sent, "owed": owed[: documents.OWED], "more": len(owed) > documents.OWED}
    return TemplateResponse(request, "portal/outages/reports.html", context)


@page()
def report(request: SeatedRequest, report: int) -> HttpResponse:
    """Show a Reason for Outage as it was sent to the account.

    Clause: S-6, V-3.5.
    """
    copy = _copy(request, report)
    found = documents.shown(copy, seat=request.seat)
    context = {"found": found, "report": found.report, "policy_zone": found.version.time_zone}
    return TemplateResponse(request, "portal/outages/report.html", context)


@page()
def report_pdf(request: SeatedRequest, report: int) -> HttpResponse:
    """Return the same file that was sent by mail.

    Clause: S-6, V-3.5.
    """
    copy = _copy(request, report)
    response = HttpResponse(documents.content_of(copy), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{file_name(copy.report)}"'
    return response


def _incident(request: SeatedRequest, key: int) -> queries.Stand:
    """Return an incident that touches an account of the reader's, and go over there.

    :raises Http404: it is not there, or touches none of theirs.
    """
    account = queries.account_of(key, seats=request.seats, seat=request.seat)
    if account is None:
        raise Http404("No such incident.")
    move_to(request, account)
    return queries.incident_at(key, account_id=account)


def _copy(request: SeatedRequest, key: int) -> ReportCopy:
    """Return a report that an account of the reader's was sent, and go over there.

    :raises Http404: there is none.
    """
    copy = documents.copy_at(key, seats=request.seats)
    if copy is None:
        raise Http404("No such report.")
    move_to(request, copy.account_id)  # type: ignore[arg-type]  # our own copy is of no seat
    return copy


def _context(request: SeatedRequest, stand: queries.Stand) -> dict[str, object]:
    zone = timezone.get_current_timezone_name()
    found = queries.read(stand, seat=request.seat, at=timezone.now(), zone=zone)
    return {"read": found, "incident": stand.incident}
