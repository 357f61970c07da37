"""One's own on-call: the turns to come, the calendar's address, and how one is paged."""

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.admin import ModelAdmin

from apps.contracts.models import User
from apps.escalation.models import CalendarAddress
from apps.escalation.queries.rotations import schedules
from apps.escalation.services import calendars
from apps.tickets.wording import moment

SHOWN = timedelta(days=60)
PAGE = "admin/escalation/rotation/mine.html"


class MyOnCall:
    """A page for each of the staff; what is done there is done to oneself."""

    def __init__(self, rotation_admin: ModelAdmin) -> None:
        self.admin = rotation_admin

    def urls(self) -> list[URLPattern]:
        view = self.admin.admin_site.admin_view
        return [
            path("mine/", view(self.page), name="escalation_rotation_mine"),
            path("mine/calendar/", view(self.calendar), name="escalation_rotation_calendar"),
        ]

    def page(self, request: HttpRequest) -> HttpResponse:
        """Show what is to come."""
        return self.shown(request)

    def calendar(self, request: HttpRequest) -> HttpResponse:
        """Make a new address for the calendar, shown this once; or let the old one work no more."""
        user = self._user(request)
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:escalation_rotation_mine"))
        if request.POST.get("act") == "revoke":
            calendars.revoke_address(user=user, at=timezone.now())
            messages.success(request, "Your calendar's address works no more.")
            return HttpResponseRedirect(reverse("admin:escalation_rotation_mine"))
        token = calendars.make_address(user=user, at=timezone.now())
        return self.shown(
            request, address=settings.BASE_URL + reverse("on_call_calendar", args=[token])
        )

    def shown(
        self, request: HttpRequest, *, address: str = "", form: forms.Form | None = None
    ) -> HttpResponse:
        """Return the page; ``address``: the calendar's, right after it was made."""
        user, at = self._user(request), timezone.now()
        turns = [
            (plan.rotation, moment(turn.starts_at, zone), moment(turn.ends_at, zone), turn)
            for plan in schedules(since=at)
            for zone in [plan.rotation.time_zone]
            for turn in plan.turns(start=at, end=at + SHOWN)
            if turn.person == user.pk
        ]
        context: dict[str, Any] = {
            **self.admin.admin_site.each_context(request),
            "opts": self.admin.opts,
            "media": self.admin.media,
            "title": "My on-call",
            "turns": sorted(turns, key=lambda each: each[3].starts_at),
            "is_on_call": any(turn.starts_at <= at for *_, turn in turns),
            "calendar": CalendarAddress.objects.standing().filter(user=user).first(),
            "address": address,
        }
        response = TemplateResponse(request, PAGE, context)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _user(self, request: HttpRequest) -> User:
        if not self.admin.has_view_permission(request):
            raise PermissionDenied
        return cast(User, request.user)
