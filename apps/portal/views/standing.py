"""How the account stands: what is limited, why, and what clears it."""

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from apps.portal.access import SeatedRequest, page
from apps.portal.queries.standing import stands


@page()
def standing(request: SeatedRequest) -> HttpResponse:
    """Show what is limited and what clears it to everybody; amounts to who may see money.

    Clause: S-12, R-4, R-5, R-12.
    """
    zone = timezone.get_current_timezone_name()
    found = stands(request.seat.account, at=timezone.now(), zone=zone)
    context = {"found": found, "facts": found.facts, "row": request.seat.standing}
    return TemplateResponse(request, "portal/money/standing.html", context)
