"""Policy versions: all terms to read, and what may be done with them: edit, compare, publish."""

from collections.abc import Callable
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import display

from apps.contracts import services
from apps.contracts.admin.page import page_of
from apps.contracts.admin.policy_compare import compare_view
from apps.contracts.admin.policy_discard import discard_view
from apps.contracts.admin.policy_forms import form_view
from apps.contracts.admin.policy_hours import bring_view, hours_left
from apps.contracts.admin.policy_text import edit_view, load_view
from apps.contracts.models import PolicyVersion, User
from apps.contracts.services.policies import ChangedMeanwhile, DraftGone, mark_of
from apps.outbox.readonly import ReadOnlyAdmin


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ReadOnlyAdmin):
    """Terms are read here. A draft's are edited as the file that they come from, or by form."""

    change_form_template = "admin/contracts/policyversion/change_form.html"
    list_before_template = "admin/contracts/policyversion/list_links.html"
    list_display = ["policy", "number", "badge", "dated_on", "published_at", "loaded_at"]
    list_display_links = ["policy"]
    list_filter = ["state"]
    list_select_related = ["policy"]
    search_fields = ["policy__title", "policy__slug", "policy__provider"]
    ordering = ["policy__title", "-number"]

    @display(description="State", label={"DRAFT": "warning", "PUBLISHED": "success"})
    def badge(self, version: PolicyVersion) -> tuple[str, str]:
        return version.state, version.get_state_display()

    def get_queryset(self, request: HttpRequest) -> QuerySet[PolicyVersion]:
        return super().get_queryset(request).select_related("policy", "published_by")

    @property
    def media(self) -> forms.Media:
        own = forms.Media(css={"all": ["faultline/policies.css"]}, js=["faultline/policies.js"])
        return super().media + own

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            name = f"contracts_policyversion_{name}"
            return path(route, self.admin_site.admin_view(view), name=name)

        return [
            page("load/", partial(load_view, self), "load"),
            page("<int:pk>/publish/", self.publish_view, "publish"),
            page("<int:pk>/source/", self.source_view, "source"),
            page("<int:pk>/edit/", partial(edit_view, self), "edit"),
            page("<int:pk>/edit/<slug:section>/", partial(form_view, self), "form"),
            page("<int:pk>/compare/", partial(compare_view, self), "compare"),
            page("<int:pk>/bring-hours/", partial(bring_view, self), "bring_hours"),
            page("<int:pk>/discard/", partial(discard_view, self), "discard"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {**(extra_context or {}), "may_edit": self.has_act_permission(request)}
        return super().changelist_view(request, context)

    def page_context(self, request: HttpRequest, version: PolicyVersion) -> dict[str, Any]:
        today = timezone.now().astimezone(ZoneInfo(version.time_zone)).date()
        return {
            "version": version,
            "may_edit": self.has_act_permission(request),
            "is_draft": version.state == PolicyVersion.State.DRAFT,
            "subtitle": f"Version {version.number}",
            **page_of(version, on=today),
            **hours_left(version),
        }

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask whether to publish, and do it when the answer is posted."""
        if not self.has_act_permission(request):
            raise PermissionDenied
        version = self.get_object(request, str(pk))
        if version is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        page = reverse("admin:contracts_policyversion_change", args=[pk])
        if request.method != "POST":
            return TemplateResponse(
                request,
                "admin/contracts/policyversion/publish.html",
                {
                    **self.admin_site.each_context(request),
                    "opts": self.opts,
                    "title": "Publish",
                    "version": version,
                    "page": page,
                    "seen": mark_of(version.source),
                    "may_edit": True,
                    **hours_left(version),
                },
            )
        try:
            services.publish(
                version=version,
                by=_signed_in(request),
                at=timezone.now(),
                seen=request.POST.get("seen", ""),
            )
        except (services.AlreadyPublished, ChangedMeanwhile, DraftGone) as refusal:
            self.message_user(request, str(refusal), messages.WARNING)
        else:
            self.log_change(request, version, "Published.")
            self.message_user(
                request, f"{version} is published. Its terms are frozen.", messages.SUCCESS
            )
        return HttpResponseRedirect(page)

    def source_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Offer the file as it was loaded, as a download."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        version = self.get_object(request, str(pk))
        if version is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        name = f"{version.policy.slug}-v{version.number}.toml"
        return HttpResponse(
            version.source.encode(),
            content_type="application/octet-stream",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _signed_in(request: HttpRequest) -> User:
    """Return who asks. The admin lets nobody else come this far."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
