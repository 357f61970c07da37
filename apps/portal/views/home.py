"""The first page: what waits for the reader."""

from django.http import HttpResponse
from django.template.response import TemplateResponse

from apps.portal.access import SeatedRequest, page


@page()
def home(request: SeatedRequest) -> HttpResponse:
    """Show what waits for the reader at the account that they look at."""
    return TemplateResponse(request, "portal/home.html", {})
