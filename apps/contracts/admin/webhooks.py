"""Endpoints as staff see them, make them for an account, and keep them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.decorators import action, display

from apps.contracts import services
from apps.contracts.admin.keys import key_in
from apps.contracts.admin.own_page import OwnPageAdmin
from apps.contracts.admin.webhook_page import TONES, facts_of, state_of
from apps.contracts.admin.webhooks_form import EndpointForm, ParticularsForm
from apps.contracts.models import User, WebhookEndpoint
from apps.contracts.services.webhooks import Secured, WebhookRefused

REPLAYED = timedelta(days=7)  # what the action sends again
# What a button of the page does, and what is said of it.
ACTS: dict[str, tuple[Callable[..., object], str]] = {
    "test": (services.send_test, "A test was sent."),
    "pause": (services.pause_webhook, "Paused."),
    "enable": (services.enable_webhook, "Switched on."),
    "end": (services.end_webhook, "Ended."),
}


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(OwnPageAdmin):
    """Where events of accounts are sent. Each act calls the service that the portal calls.

    A secret is shown on the answer that made it, and never again.
    """

    when_empty = (
        "Make one with the plus sign, or let a client make it in the portal, under People: who"
        " manages users there may."
    )
    list_display = ["name", "account", "where", "badge", "failing_since", "made_at"]
    list_filter = ["is_active"]
    list_select_related = ["account", "made_by"]
    search_fields = ["account__name__icontains", "name__icontains", "url__icontains"]
    search_help_text = "Account, name or address"
    actions = ["send_test", "switch_on", "pause", "send_failed_again", "end"]

    @display(description="Address")
    def where(self, endpoint: WebhookEndpoint) -> SafeString:
        shown = Truncator(endpoint.url).chars(50)
        return format_html('<span class="fl-wrap">{}</span>', shown)

    @display(description="State", label=TONES)
    def badge(self, endpoint: WebhookEndpoint) -> str:
        return state_of(endpoint)

    @action(description="Send a test", permissions=["act"])
    def send_test(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        self._each(request, queryset, *ACTS["test"])

    @action(description="Switch on", permissions=["act"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        self._each(request, queryset, *ACTS["enable"])

    @action(description="Pause", permissions=["act"])
    def pause(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        self._each(request, queryset, *ACTS["pause"])

    @action(description="Send again what failed in the last 7 days", permissions=["act"])
    def send_failed_again(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        since = timezone.now() - REPLAYED

        def act(**facts: Any) -> object:
            return services.replay_failed(since=since, **facts)

        self._each(request, queryset, act, "Events sent again.")

    @action(description="End for good", permissions=["act"])
    def end(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        self._each(request, queryset, *ACTS["end"])

    def get_urls(self) -> list[URLPattern]:
        def to(part: str, view: Callable) -> URLPattern:
            name = f"contracts_webhookendpoint_{part}"
            return path(f"<int:pk>/{part}/", self.admin_site.admin_view(view), name=name)

        return [
            to("edit", self.edit_view),
            to("rotate", self.rotate_view),
            path(
                "<int:pk>/do/<slug:name>/",
                self.admin_site.admin_view(self.act_view),
                name="contracts_webhookendpoint_act",
            ),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Ask whose it is, where, and what it wants; make it and show its secret, once.

        Clause: S-12, V-3.5.
        """
        if not self.has_add_permission(request):
            raise PermissionDenied
        account = key_in(request.GET.get("account", ""))
        initial = {"account": account} if account else {}
        sent = request.POST if request.method == "POST" else None
        form = EndpointForm(sent, site=self.admin_site, initial=initial)

        def act() -> HttpResponse:
            whose = form.cleaned_data["account"]
            made = services.add_webhook(account=whose, to=form.to(), **_who(request))
            self.log_addition(request, made.endpoint, "Made")
            return self._secret(request, made)

        return self._filled(request, form, act)

    def edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Change what an endpoint is called, where it is, and what it wants.

        Clause: S-12, V-3.5.
        """
        endpoint = self.held(request, pk)
        held = {name: getattr(endpoint, name) for name in ("name", "url", "events")}
        form = ParticularsForm(request.POST if request.method == "POST" else None, initial=held)

        def act() -> HttpResponse:
            services.change_webhook(endpoint=endpoint, to=form.to(), **_who(request))
            self.log_change(request, endpoint, "Changed")
            messages.success(request, "Saved.")
            return _to(endpoint)

        return self._filled(request, form, act, endpoint)

    def rotate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give an endpoint another secret, when that is posted, and show it once.

        Clause: S-12.
        """
        endpoint = self.held(request, pk)
        if request.method != "POST":
            return _to(endpoint)
        try:
            made = services.rotate_secret(endpoint=endpoint, **_who(request))
        except WebhookRefused as refused:
            messages.warning(request, str(refused))
            return _to(endpoint)
        self.log_change(request, endpoint, "New secret")
        return self._secret(request, made)

    def act_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Do what a button of the page says, when that is posted."""
        endpoint = self.held(request, pk)
        if name not in ACTS:
            raise Http404
        if request.method == "POST":
            rows = WebhookEndpoint.objects.filter(pk=endpoint.pk)
            self._each(request, rows, *ACTS[name])
        return _to(endpoint)

    def _filled(
        self,
        request: HttpRequest,
        form: forms.Form,
        act: Callable[[], HttpResponse],
        endpoint: WebhookEndpoint | None = None,
    ) -> HttpResponse:
        """Act on a form that is sent and right; else show it, with what is wrong beside it."""
        if form.is_valid():
            try:
                return act()
            except WebhookRefused as refused:
                form.add_error(refused.field or None, str(refused))
        send, title = (
            ("Save", str(endpoint)) if endpoint else ("Add the endpoint", "Add an endpoint")
        )
        return self.form_shown(request, "form.html", form, send=send, title=title, row=endpoint)

    def _secret(self, request: HttpRequest, made: Secured) -> HttpResponse:
        return self.page(request, self.found(request, str(made.endpoint.pk)), secret=made.secret)

    def page(
        self, request: HttpRequest, endpoint: WebhookEndpoint, *, secret: str = ""
    ) -> HttpResponse:
        now = timezone.now()
        context = {
            **facts_of(endpoint),
            "secret": secret,
            "is_rotating": endpoint.earlier_until is not None and now < endpoint.earlier_until,
            "may_act": endpoint.ended_at is None and self.has_act_permission(request),
        }
        return self.shown(request, "page.html", context)

    def _each(
        self,
        request: HttpRequest,
        queryset: QuerySet[WebhookEndpoint],
        act: Callable[..., object],
        words: str,
    ) -> None:
        """Do it to each; say what was done, and why not where it was refused."""
        refused, done = [], []
        for endpoint in queryset.select_related("account"):
            try:
                act(endpoint=endpoint, **_who(request))
            except WebhookRefused as refusal:
                refused.append(str(refusal))
            else:
                done.append(str(endpoint))
                self.log_change(request, endpoint, words)
        if done:
            self.message_user(request, f"{words[:-1]}: {', '.join(done)}.", messages.SUCCESS)
        for why in refused:
            self.message_user(request, why, messages.WARNING)


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"by": cast(User, request.user), "at": timezone.now()}


def _to(endpoint: WebhookEndpoint) -> HttpResponseRedirect:
    page = reverse("admin:contracts_webhookendpoint_change", args=[endpoint.pk])
    return HttpResponseRedirect(page)
