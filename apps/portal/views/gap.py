"""GAP analyses: what a change of the platform means for the account, and who has read it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.changes.gap_pdf import file_name
from apps.changes.models import GapAcknowledgement
from apps.changes.services.drafts import ChangeRefused
from apps.changes.services.gap_sending import acknowledge_gap
from apps.portal.access import SeatedRequest, move_to, page
from apps.portal.queries import gap as queries


@page()
def gaps(request: SeatedRequest) -> HttpResponse:
    """List the GAP analyses of the person's orders, the latest first.

    Clause: V-2-gap, V-3.5.
    """
    found = queries.page_of(request.seat, before=request.GET.get("before", ""))
    return TemplateResponse(request, "portal/gap/list.html", {"found": found})


@page()
def gap(request: SeatedRequest, gap: int) -> HttpResponse:
    """Show an analysis as it was sent: findings, plan, and who has read it.

    Clause: V-2-gap, V-3.5.
    """
    found = _found(request, gap)
    context = {
        "found": found,
        "analysis": found.analysis,
        "version": found.latest,
        "order": found.analysis.order,
        "policy_zone": found.analysis.order.version.time_zone,
    }
    return TemplateResponse(request, "portal/gap/gap.html", context)


@page()
def gap_pdf(request: SeatedRequest, gap: int, version: int) -> HttpResponse:
    """Return the same file that was sent by mail.

    Clause: V-2-gap, V-3.5.
    """
    found = _found(request, gap)
    wanted = [row for row in [found.latest, *found.earlier] if row.number == version]
    if not wanted:
        raise Http404("No such version.")
    response = HttpResponse(queries.content_of(wanted[0]), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{file_name(wanted[0])}"'
    return response


@page(methods=("POST",))
def gap_acknowledge(request: SeatedRequest, gap: int) -> HttpResponse:
    """Take down that the reader has read the version that their page showed.

    Clause: V-2-gap, V-3.5.
    """
    found = _found(request, gap)
    if request.POST.get("version") != str(found.latest.number):
        messages.warning(request, _("A later version was sent meanwhile: this is it. Read it."))
        return redirect("portal:gap", gap)
    try:
        acknowledge_gap(
            version=found.latest,
            person=request.seat.people[found.analysis.order_id],
            way=GapAcknowledgement.Way.PORTAL,
            at=timezone.now(),
        )
    except ChangeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Thank you. We know now that you have read it."))
    return redirect("portal:gap", gap)


def _found(request: SeatedRequest, key: int) -> queries.Shown:
    """Return an analysis that an account of the reader's was sent, and go over there.

    :raises Http404: there is none.
    """
    found = queries.analysis_at(key, seats=request.seats)
    if found is None:
        raise Http404("No such analysis.")
    move_to(request, found.analysis.order.account_id)
    return found
