"""Refused requests, each with the whole answer; and the page on which staff enter new ones."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.decorators import display

from apps.contracts.models import Appointment, Clause
from apps.intake.admin import release, stranger
from apps.intake.admin.new_request import booking_url, new_request
from apps.intake.models import RefusedRequest, Release
from apps.outbox.readonly import ReadOnlyAdmin
from apps.tickets.admin.entitled import Check, checks


@admin.register(RefusedRequest)
class RefusedRequestAdmin(ReadOnlyAdmin):
    """What was asked and not owed. The database keeps it as it is; a person may take it anew."""

    change_form_template = "admin/intake/refusedrequest/change_form.html"
    list_display = ["asked", "from_whom", "account_link", "wanted", "about", "clause", "reason"]
    list_display_links = ["asked", "about"]
    list_filter = ["wanted", "channel"]
    list_select_related = ["account", "person"]
    search_fields = ["sender__startswith", "subject__icontains", "account__name__icontains"]
    search_help_text = "Start of the sender's address, subject, account"

    @display(description="Asked at")
    def asked(self, refused: RefusedRequest) -> SafeString:
        local = timezone.localtime(refused.asked_at)
        said = f"{local.day} {local:%b %Y, %H:%M}"
        return format_html('<span class="fl-nowrap">{}</span>', said)

    @display(description="Asked by")
    def from_whom(self, refused: RefusedRequest) -> str:
        return Truncator(refused.person.name if refused.person else refused.sender).chars(60)

    @display(description="Account")
    def account_link(self, refused: RefusedRequest) -> str | SafeString:
        if refused.account is None:
            return "-"
        url = reverse("admin:contracts_account_change", args=[refused.account_id])
        return format_html('<a class="fl-link" href="{}">{}</a>', url, refused.account)

    @display(description="Subject")
    def about(self, refused: RefusedRequest) -> str:
        return Truncator(refused.subject or "(no subject)").chars(60)

    @display(description="Why")
    def reason(self, refused: RefusedRequest) -> str:
        return Truncator(refused.why).chars(90)

    def get_queryset(self, request: HttpRequest) -> QuerySet[RefusedRequest]:
        related = ("account", "order", "person", "severity", "category", "service", "by", "named")
        return super().get_queryset(request).select_related(*related)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("new/", view(self.new_view), name="intake_request_new"),
            path("new/stranger/", view(self.stranger_view), name="intake_request_stranger"),
            path(
                "<int:pk>/release/", view(self.release_view), name="intake_refusedrequest_release"
            ),
            *super().get_urls(),
        ]

    def new_view(self, request: HttpRequest) -> HttpResponse:
        """Take what a client asks by phone, in a chat or in person, through the one door."""
        return new_request(request, site=self._site(request))

    def stranger_view(self, request: HttpRequest) -> HttpResponse:
        """Refuse who is no authorised user, and keep what they ask."""
        return stranger.refuse(request, site=self._site(request))

    def release_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a refused request after all, in the name of somebody who may ask."""
        refused = self.get_object(request, str(pk))
        if not self.has_view_permission(request, refused):
            raise PermissionDenied
        if refused is None:
            raise Http404
        site = {**self._site(request), "title": "Take it after all"}
        return release.release(request, site=site, refused=refused)

    def _site(self, request: HttpRequest) -> dict[str, Any]:
        site = self.admin_site.each_context(request)
        return {**site, "opts": None, "media": self.media, "title": "New request"}

    def page_context(self, request: HttpRequest, refused: RefusedRequest) -> dict[str, Any]:
        return {
            "title": refused.subject or "(no subject)",
            "subtitle": refused.person or refused.sender,
            "refused": refused,
            "booking_url": _booking(request, refused),
            "checks": checks_of(refused, refused.steps),
            "release": Release.objects.filter(refused=refused)
            .select_related("ticket", "as_client", "by")
            .first(),
            "may_release": release.may_release(request, refused),
            "sees_mail": request.user.has_perm("intake.view_inboundmail"),
        }


def _booking(request: HttpRequest, refused: RefusedRequest) -> str:
    """Return where a time is booked instead of what was refused; empty: it asked for no time."""
    wanted = {*Appointment.Kind.values, RefusedRequest.Wanted.HELP_NOW}
    if refused.person is None or refused.wanted not in wanted:
        return ""
    is_now = refused.wanted == RefusedRequest.Wanted.HELP_NOW
    return booking_url(
        request,
        refused.person,
        kind=Appointment.Kind.OFF_HOURS if is_now else refused.wanted,
        subject=refused.subject,
        details=refused.text if is_now else "",  # the other begins with the time that was refused
        service=refused.service,
    )


def checks_of(refused: RefusedRequest, steps: Sequence[Mapping[str, Any]]) -> list[Check]:
    """Return the steps with their clauses; without an order there is no policy to look in."""
    order = refused.order
    rows = Clause.objects.filter(version=order.version_id) if order else Clause.objects.none()
    return checks(steps, {row.ref: row for row in rows})
