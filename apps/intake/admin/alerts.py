"""Alerts as staff see them: what fires, what became of it, and what has to be mapped."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from apps.changes.models import MaintenanceNotice
from apps.changes.queries import windows_at
from apps.intake import services
from apps.intake.models import Alert, MonitoringPost
from apps.outbox.readonly import ReadOnlyAdmin

LONGEST_PIECE = 20_000  # characters of an alert as it came
State, Handling = Alert.State, Alert.Handling


class ShownFilter(admin.SimpleListFilter):
    """What fires comes first."""

    title = "shown"
    parameter_name = "shown"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return [("unmapped", "Firing, not mapped"), ("all", "All")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield from [{**first, "display": "Firing"}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "all":
            return queryset
        firing = queryset.filter(state=State.FIRING)
        unmapped = self.value() == "unmapped"
        return firing.filter(handling=Handling.UNMATCHED) if unmapped else firing


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """Alerts are written as they come; people say what their labels mean."""

    change_form_template = "admin/intake/alert/change_form.html"
    when_empty = "They come from monitoring systems: make a source, and point one to its address."
    when_empty_page = "admin:intake_monitoringsource_add"
    list_display = ["what", "fires", "became", "account_link", "ticket_link", "count", "last"]
    list_display_links = ["what"]
    list_select_related = ["source", "account", "ticket"]
    list_filter = [ShownFilter, "handling", "source"]
    search_fields = ["title__icontains", "fingerprint__startswith", "account__name__icontains"]
    search_help_text = "Title, fingerprint, account"
    actions = ["look_again"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Alert]:
        related = ("source", "account", "service", "ticket", "post__source", "bundle")
        return super().get_queryset(request).select_related(*related).defer("post__raw")

    @display(description="Alert")
    def what(self, alert: Alert) -> SafeString:
        return format_html(
            '<span><bdi>{}</bdi><span class="fl-line fl-quiet">{}</span></span>',
            alert.title[:90],
            alert.source,
        )

    @display(description="State", label={State.FIRING: "danger", State.RESOLVED: "success"})
    def fires(self, alert: Alert) -> tuple[str, str]:
        return alert.state, alert.get_state_display()

    @display(
        description="What became of it",
        label={
            Handling.PENDING: "info",
            Handling.TICKET: "success",
            Handling.UNMATCHED: "warning",
            Handling.STAFF_ONLY: "primary",
            Handling.SILENCED: "info",
            Handling.OVER: "primary",
            Handling.FAILED: "danger",
        },
    )
    def became(self, alert: Alert) -> tuple[str, str]:
        return alert.handling, alert.get_handling_display()

    @display(description="Account")
    def account_link(self, alert: Alert) -> str | SafeString:
        if alert.account is None:
            return "–"
        url = reverse("admin:contracts_account_change", args=[alert.account_id])
        return format_html('<a class="fl-link" href="{}">{}</a>', url, alert.account)

    @display(description="Ticket")
    def ticket_link(self, alert: Alert) -> str | SafeString:
        if alert.ticket is None:
            return "–"
        url = reverse("admin:tickets_ticket_change", args=[alert.ticket_id])
        return format_html(
            '<a class="fl-link fl-nowrap" href="{}">{}</a>', url, alert.ticket.number
        )

    @display(description="Last told")
    def last(self, alert: Alert) -> SafeString:
        local = timezone.localtime(alert.last_at)
        return format_html('<span class="fl-nowrap">{}</span>', f"{local.day} {local:%b %Y, %H:%M}")

    @action(description="Handle again", permissions=["act"])
    def look_again(self, request: HttpRequest, queryset: QuerySet[Alert]) -> None:
        again = services.handle_again(alerts=list(queryset[:1000]))
        said = f"{again} are handled within half a minute. What is over or on a ticket stays."
        messages.success(request, said)

    def page_context(self, request: HttpRequest, alert: Alert) -> dict[str, Any]:
        maps = request.user.has_perm("intake.add_monitoringmapping")
        add = reverse("admin:intake_monitoringmapping_add")
        return {
            "title": alert.title,
            "alert": alert,
            "labels": [
                (name, value, f"{add}?{urlencode({'label': name, 'value': value})}" if maps else "")
                for name, value in sorted(alert.labels.items())
            ],
            "as_it_came": _piece(alert),
            "others": alert.bundle.alerts if alert.bundle else 0,
            "windows": _windows(alert) if request.user.has_perm("changes.view_maintenance") else (),
            "sees_tickets": request.user.has_perm("tickets.view_ticket"),
            "sees_posts": request.user.has_perm("intake.view_monitoringpost"),
        }


@admin.register(MonitoringPost)
class MonitoringPostAdmin(ReadOnlyAdmin):
    """Posts as they came, kept for two weeks."""

    change_form_template = "admin/intake/monitoringpost/change_form.html"
    list_display = ["came", "source", "badge", "alerts", "said"]
    list_display_links = ["came"]
    list_filter = ["state", "source"]
    list_select_related = ["source"]
    actions = ["read_again"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MonitoringPost]:
        return super().get_queryset(request).select_related("source").defer("raw")

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "intake_monitoringpost_raw"
        return [path("<int:pk>/raw/", view(self.raw_view), name=name), *super().get_urls()]

    @display(description="Came in")
    def came(self, post: MonitoringPost) -> SafeString:
        local = timezone.localtime(post.received_at)
        said = f"{local.day} {local:%b %Y, %H:%M:%S}"
        return format_html('<span class="fl-nowrap">{}</span>', said)

    @display(
        description="State",
        label={
            MonitoringPost.State.RECEIVED: "info",
            MonitoringPost.State.READ: "success",
            MonitoringPost.State.UNREADABLE: "warning",
            MonitoringPost.State.TOO_BIG: "warning",
            MonitoringPost.State.FAILED: "danger",
        },
    )
    def badge(self, post: MonitoringPost) -> tuple[str, str]:
        return post.state, post.get_state_display()

    @display(description="What could not be read")
    def said(self, post: MonitoringPost) -> str:
        return str(post.faults[0])[:90] if post.faults else "–"

    @action(description="Read again what failed", permissions=["act"])
    def read_again(self, request: HttpRequest, queryset: QuerySet[MonitoringPost]) -> None:
        again = services.read_again(posts=list(queryset[:1000]))
        messages.success(request, f"{again} are read within half a minute.")

    def page_context(self, request: HttpRequest, post: MonitoringPost) -> dict[str, Any]:
        raw = bytes(MonitoringPost.objects.values_list("raw", flat=True).get(pk=post.pk))
        return {
            "title": str(post),
            "post": post,
            "size": len(raw),
            "shown": raw[:LONGEST_PIECE].decode(errors="replace").replace("\0", ""),
            "is_longer": len(raw) > LONGEST_PIECE,
        }

    def raw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return a post byte for byte, as a file that nothing opens by itself."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        raw = MonitoringPost.objects.filter(pk=pk).values_list("raw", flat=True).first()
        if raw is None:
            raise Http404("There is no such post.")
        return HttpResponse(
            bytes(raw),
            content_type="application/octet-stream",
            headers={
                "Content-Disposition": f"attachment; filename=post-{pk}.json",
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "private, no-store",
            },
        )


def _windows(alert: Alert) -> Sequence[MaintenanceNotice]:
    """Return the maintenance of its account that an alert began in, whatever became of it.

    Clause: S-11, V-2-monitoring.
    """
    if alert.account_id is None:
        return ()
    return windows_at(
        account_id=alert.account_id,
        at=alert.began_at,
        service=alert.service.key if alert.service else "",
        objects=[name for name in (alert.object_name, *alert.labels.values()) if name],
    )


def _piece(alert: Alert) -> str:
    """Return what the last post said of an alert, as JSON that can be read; empty: it is gone."""
    if alert.post_id is None:
        return ""
    raw = MonitoringPost.objects.filter(pk=alert.post_id).values_list("raw", flat=True).first()
    try:
        sent = json.loads(bytes(raw or b""))
    except (ValueError, RecursionError):
        return ""
    alerts = sent.get("alerts", [sent]) if isinstance(sent, dict) else []
    mine = [
        each
        for each in (alerts if isinstance(alerts, list) else [])
        if isinstance(each, dict) and each.get("fingerprint") == alert.fingerprint
    ]
    return json.dumps(mine[-1], indent=2)[:LONGEST_PIECE] if mine else ""
