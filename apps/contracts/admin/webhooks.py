"""Endpoints as staff see them: what they are, whether they take events, what was sent to them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from apps.contracts import services
from apps.contracts.models import User, WebhookEndpoint
from apps.contracts.rules.webhooks import EVENTS
from apps.contracts.services.webhooks import WebhookRefused
from apps.outbox.models import HookAttempt, Message
from apps.outbox.readonly import ReadOnlyAdmin

REPLAYED = timedelta(days=7)  # what the action sends again
SHOWN = 20  # events on an endpoint's page
ON, FAILING, OFF, ENDED = "On", "Failing", "Switched off", "Ended"
ROW = "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>"


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnlyAdmin):
    """Where events of accounts are sent. Its owner keeps it in the portal; staff look and help.

    No secret is shown to anybody.
    """

    when_empty = "Clients make endpoints in the portal, under People: who manages users there may."
    list_display = ["name", "account", "url", "badge", "failing_since", "made_at"]
    list_filter = ["is_active"]
    list_select_related = ["account"]
    search_fields = ["account__name__icontains", "name__icontains", "url__icontains"]
    search_help_text = "Account, name or address"
    actions = ["send_test", "switch_on", "send_failed_again", "end"]
    readonly_fields = ["badge", "wanted", "sent"]
    fieldsets = [
        (None, {"fields": ["name", "account", "url", "badge", "wanted"]}),
        (
            "How it does",
            {"fields": ["failing_since", "disabled_at", "disabled_why", "earlier_until"]},
        ),
        ("What was sent last", {"fields": ["sent"]}),
        ("Whose it is", {"fields": ["made_at", "made_by", "ended_at"]}),
    ]

    @display(
        description="State",
        label={ON: "success", FAILING: "warning", OFF: "danger", ENDED: "info"},
    )
    def badge(self, endpoint: WebhookEndpoint) -> str:
        if endpoint.ended_at is not None:
            return ENDED
        if not endpoint.is_active:
            return OFF
        return FAILING if endpoint.failing_since else ON

    @display(description="Events")
    def wanted(self, endpoint: WebhookEndpoint) -> SafeString:
        return format_html_join(
            "", "<div>{}: {}</div>", [(each, EVENTS[each]) for each in endpoint.events]
        )

    @display(description="Events")
    def sent(self, endpoint: WebhookEndpoint) -> SafeString | str:
        """Show the latest events, each with a link to its row in the outbox and its last answer."""
        latest = Message.objects.hooks(recipient=endpoint.recipient).order_by("-pk")
        rows = list(latest[:SHOWN])
        tried = HookAttempt.objects.filter(message__in=rows).order_by("pk")
        last = {attempt.message_id: attempt for attempt in tried}
        cells = [
            (_link(row), _at(row), row.get_state_display(), last.get(row.pk, "")) for row in rows
        ]
        return format_html("<table>{}</table>", format_html_join("", ROW, cells)) if cells else "–"

    @action(description="Send a test", permissions=["act"])
    def send_test(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        self._each(request, queryset, services.send_test, "A test was sent.")

    @action(description="Switch on", permissions=["act"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        self._each(request, queryset, services.enable_webhook, "Switched on.")

    @action(description="Send again what failed in the last 7 days", permissions=["act"])
    def send_failed_again(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        since = timezone.now() - REPLAYED

        def act(**facts: Any) -> object:
            return services.replay_failed(since=since, **facts)

        self._each(request, queryset, act, "Events sent again.")

    @action(description="End for good", permissions=["act"])
    def end(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        self._each(request, queryset, services.end_webhook, "Ended.")

    def _each(
        self,
        request: HttpRequest,
        queryset: QuerySet[WebhookEndpoint],
        act: Callable[..., object],
        words: str,
    ) -> None:
        """Do it to each; say what was done, and why not where it was refused."""
        staff, refused, done = cast(User, request.user), [], []
        for endpoint in queryset.select_related("account"):
            try:
                act(endpoint=endpoint, by=staff, at=timezone.now())
            except WebhookRefused as refusal:
                refused.append(str(refusal))
            else:
                done.append(str(endpoint))
                self.log_change(request, endpoint, words)
        if done:
            self.message_user(request, f"{words[:-1]}: {', '.join(done)}.", messages.SUCCESS)
        for why in refused:
            self.message_user(request, why, messages.WARNING)


def _link(row: Message) -> SafeString:
    page = reverse("admin:outbox_message_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', page, row.payload["body"]["type"])


def _at(row: Message) -> str:
    return f"{timezone.localtime(row.created_at):%Y-%m-%d %H:%M}"
