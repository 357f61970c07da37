"""Notices: what the account was told, and the proof that it was sent."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.changes.services import make_calendar, revoke_calendar
from apps.contracts.models import User
from apps.portal.access import SeatedRequest, move_to, page
from apps.portal.queries.maintenance import calendar_of
from apps.portal.queries.notices.listed import notice_called, page_of


@page()
def notices(request: SeatedRequest) -> HttpResponse:
    """List what the account was told, the newest first; on money, to who may see money.

    Clause: S-6, S-11, S-12, V-3.5, V-6.6.
    """
    return _list(request)


@page(needs="users", methods=("POST",))
def notices_calendar(request: SeatedRequest) -> HttpResponse:
    """Make a new address of the account's maintenance calendar, shown this once; or end it.

    Clause: S-11.
    """
    who, at = cast(User, request.user), timezone.now()
    if request.POST.get("act") == "revoke":
        revoke_calendar(account=request.seat.account, by=who, at=at)
        messages.success(request, _("The calendar's address works no more."))
        return redirect("portal:notices")
    token = make_calendar(account=request.seat.account, by=who, at=at)
    return _list(request, address=settings.BASE_URL + reverse("maintenance_calendar", args=[token]))


@page()
def notice(request: SeatedRequest, notice: str) -> HttpResponse:
    """Show a notice: what was told, to whom, and when each mail went out.

    Clause: S-6, S-11, S-12, V-3.5, V-6.6.

    :raises Http404: there is none, or it is not theirs to read.
    """
    found = notice_called(notice, seats=request.seats)
    if found is None:
        raise Http404("No such notice.")
    move_to(request, found.kind.account_of(found.row), needs=found.kind.needs)
    facts = found.facts(timezone.get_current_timezone_name())
    context = {"found": found, "row": found.row, **facts}
    return TemplateResponse(request, "portal/notices/notice.html", context)


def _list(request: SeatedRequest, *, address: str = "") -> HttpResponse:
    context = {
        "found": page_of(request.seat, after=request.GET.get("after", "")),
        "calendar": calendar_of(request.seat),
        "address": address,
    }
    response = TemplateResponse(request, "portal/notices/list.html", context)
    if address:
        response.headers["Cache-Control"] = "no-store"
    return response
