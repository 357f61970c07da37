"""Monitoring systems as staff keep them: where they post, their secrets, what their labels mean."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.decorators import display

from apps.contracts.admin.kept import KeptAdmin
from apps.contracts.models import User
from apps.intake import services
from apps.intake.models import MonitoringMapping, MonitoringSecret, MonitoringSeverity
from apps.intake.models import MonitoringSource as Source
from apps.tickets.services import Refused


class SeverityInline(TabularInline):
    model = MonitoringSeverity
    fields = ["value", "severity_key"]
    extra = 1
    verbose_name_plural = "Severities: what the label's values mean in a policy"


@admin.register(Source)
class MonitoringSourceAdmin(KeptAdmin):
    """Who may post alerts. A source is put out of use, not deleted: its alerts name it."""

    list_display = ["name", "format", "key", "author", "is_active"]
    list_filter = ["is_active", "format"]
    list_select_related = ["author"]
    search_fields = ["name", "key"]
    prepopulated_fields = {"key": ["name"]}
    readonly_fields = ["posts_to"]
    inlines = [SeverityInline]
    fieldsets = [
        (None, {"fields": ["name", "key", "format", "author", "is_active", "posts_to"]}),
        ("Tickets", {"fields": ["group_minutes", "severity_label"]}),
        ("History", {"fields": ["change_reason"]}),
    ]

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "intake_monitoringsource_secrets"
        return [
            path("<int:pk>/secrets/", view(self.secrets_view), name=name),
            *super().get_urls(),
        ]

    @display(description="It posts to")
    def posts_to(self, source: Source) -> str | SafeString:
        if source.pk is None:
            return "Save it first: then its address and its secret are there."
        url = reverse("admin:intake_monitoringsource_secrets", args=[source.pk])
        return format_html('<a class="fl-link" href="{}">Its address and secrets</a>', url)

    def secrets_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show where a source posts and which secrets hold; make one, shown once, or end one."""
        source = self.get_queryset(request).filter(pk=pk).first()
        if not self.has_change_permission(request, source):
            raise PermissionDenied
        if source is None:
            raise Http404("There is no such source.")
        made = ""
        if request.method == "POST":
            by, at = cast(User, request.user), timezone.now()
            ended = MonitoringSecret.objects.filter(source=source, pk=_key(request)).first()
            if ended is not None:
                services.end_secret(secret=ended, by=by, at=at)
                self.log_change(request, source, f"Ended the secret {ended}.")
                messages.success(request, f"The secret {ended} is not taken any more.")
                return HttpResponseRedirect(request.path)
            try:
                made = services.make_secret(source=source, by=by, at=at)
            except Refused as refusal:
                messages.error(request, str(refusal))
                return HttpResponseRedirect(request.path)
            self.log_change(request, source, f"Made the secret …{made[-4:]}.")
        return self._secrets(request, source, made)

    def _secrets(self, request: HttpRequest, source: Source, made: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": f"Secrets of {source}",
            "original": source,
            "source": source,
            "made": made,
            "secrets": source.secrets.select_related("made_by", "ended_by")[:20],
            "address": request.build_absolute_uri(reverse("monitoring_webhook", args=[source.key])),
        }
        page = TemplateResponse(request, "admin/intake/monitoringsource/secrets.html", context)
        add_never_cache_headers(page)
        return page


@admin.register(MonitoringMapping)
class MonitoringMappingAdmin(KeptAdmin):
    """What labels mean. What fires and was not mapped is looked at anew with each change."""

    list_display = ["label", "value", "account", "service", "object_name", "requester", "source"]
    list_display_links = ["label", "value"]
    list_select_related = ["account", "service", "requester", "source"]
    list_filter = ["source", "label"]
    search_fields = ["value", "account__name", "object_name"]
    autocomplete_fields = ["account", "requester"]
    fieldsets = [
        ("An alert whose label has this value", {"fields": ["label", "value", "source"]}),
        ("is about", {"fields": ["account", "requester", "service", "object_name"]}),
        ("History", {"fields": ["change_reason"]}),
    ]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        again = services.handle_again()
        if again:
            messages.info(request, f"Alerts that are looked at anew: {again:,}.")


def _key(request: HttpRequest) -> int:
    """Return which secret is to be ended; 0: none, a new one is to be made."""
    given = request.POST.get("end", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0  # noqa: PLR2004
