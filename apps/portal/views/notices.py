"""Notices: what the account was told, and the proof that it was sent."""

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from apps.portal.access import SeatedRequest, move_to, page
from apps.portal.queries.notices.listed import notice_called, page_of


@page()
def notices(request: SeatedRequest) -> HttpResponse:
    """List what the account was told, the newest first; on money, to who may see money.

    Clause: S-6, S-12, V-3.5, V-6.6.
    """
    found = page_of(request.seat, after=request.GET.get("after", ""))
    return TemplateResponse(request, "portal/notices/list.html", {"found": found})


@page()
def notice(request: SeatedRequest, notice: str) -> HttpResponse:
    """Show a notice: what was told, to whom, and when each mail went out.

    Clause: S-6, S-12, V-3.5, V-6.6.

    :raises Http404: there is none, or it is not theirs to read.
    """
    found = notice_called(notice, seats=request.seats)
    if found is None:
        raise Http404("No such notice.")
    move_to(request, found.kind.account_of(found.row), needs=found.kind.needs)
    facts = found.facts(timezone.get_current_timezone_name())
    context = {"found": found, "row": found.row, **facts}
    return TemplateResponse(request, "portal/notices/notice.html", context)
