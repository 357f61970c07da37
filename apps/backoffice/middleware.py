"""What holds for every page: the reader's time zone, how staff sign in, what a browser may do."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from allauth.mfa.utils import is_mfa_enabled
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from apps.portal.access import SECOND_FACTORS
from config.browsers import ADMIN, PERMISSIONS

UTC = ZoneInfo("UTC")
Next = Callable[[HttpRequest], HttpResponse]


class ReadersTimeZone:
    """Activate the signed-in user's zone for the length of a request."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(_zone(getattr(request.user, "time_zone", "UTC"))):
            return self.get_response(request)


class StaffSecondFactor:
    """Let nobody into the back office with a password alone, where that is asked for.

    Who has set up a second factor has used it at this sign-in: allauth asks for it. Who has none
    is sent to set one up.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.ADMIN_SECOND_FACTOR and self._lacks_it(request):
            messages.warning(request, "The back office needs a second factor. Set one up first.")
            return redirect("mfa_index")
        return self.get_response(request)

    def _lacks_it(self, request: HttpRequest) -> bool:
        if not in_admin(request) or request.path_info == reverse("admin:logout"):
            return False
        signed_in = request.user
        return signed_in.is_authenticated and not is_mfa_enabled(signed_in, SECOND_FACTORS)


class BrowserPolicies(CSPMiddleware):
    """The policy of content of each page: strict, and what its theme needs in the back office."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """Return the directives for an answer."""
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and in_admin(request):
            parts.config = ADMIN
        return parts

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        """Add the headers to an answer."""
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return super().process_response(request, response)


def in_admin(request: HttpRequest) -> bool:
    """Tell whether a page is one of the back office."""
    return request.path_info.startswith(reverse("admin:index"))


def _zone(name: str) -> ZoneInfo:
    """Return the zone; UTC where this machine no longer knows it, so that pages still open."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
