"""Tokens of the API as staff see them: which there are, making one, shown once, and ending one."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.decorators import display

from apps.contracts import services
from apps.contracts.admin.api_tokens_form import CLIENTS, OURS, TokenForm
from apps.contracts.admin.keys import key_in
from apps.contracts.admin.own_page import OwnPageAdmin
from apps.contracts.models import ApiToken, ApiTokenQuerySet, User
from apps.contracts.services import SCOPES

# Where the form says what a refusal is about; elsewhere it is about the whole.
FIELDS = {name: name for name in ("name", "person", "scopes")} | {"expires_at": "ends_on"}
TONES = {"In force": "success", "Ended": "danger", "Run out": "warning", "Person ended": "warning"}


class StateFilter(admin.SimpleListFilter):
    """Those that hold; or those that are over."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return [("held", "In force"), ("over", "Over")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        rows = cast(ApiTokenQuerySet, queryset)
        if self.value() == "held":
            return rows.usable(at=timezone.now())
        return rows.over(at=timezone.now()) if self.value() == "over" else rows


class WhoseFilter(admin.SimpleListFilter):
    """The provider's own, which read every account; or clients'."""

    title = "whose"
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return [(OURS, "The provider's own"), (CLIENTS, "Clients'")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() in (OURS, CLIENTS):
            return queryset.filter(account__isnull=self.value() == OURS)
        return queryset


@admin.register(ApiToken)
class ApiTokenAdmin(OwnPageAdmin):
    """Tokens. Making and ending one calls a service; nothing edits the row."""

    when_empty = "Make one with the plus sign, or let a client make it in the portal."
    list_display = ["named", "whose", "acts_as", "good_for", "made", "used", "until", "state"]
    list_filter = [StateFilter, WhoseFilter]
    list_select_related = ["account", "person__order", "made_by", "ended_by"]
    search_fields = [
        "name__icontains",
        "hint__exact",
        "account__name__icontains",
        "person__email__istartswith",
    ]
    search_help_text = "Name, its last four characters, account, address of its person"

    @display(description="Token", ordering="-pk")
    def named(self, row: ApiToken) -> SafeString:
        shown = Truncator(row.name).chars(60)
        return format_html('{} <span class="fl-nowrap fl-quiet">…{}</span>', shown, row.hint)

    @display(description="Account")
    def whose(self, row: ApiToken) -> str:
        return Truncator(row.account.name).chars(40) if row.account else "The provider's own"

    @display(description="Acts as", empty_value="–")
    def acts_as(self, row: ApiToken) -> str | None:
        return row.person.name if row.person else None

    @display(description="Good for")
    def good_for(self, row: ApiToken) -> str:
        return ", ".join(row.scopes)

    @display(description="Made")
    def made(self, row: ApiToken) -> SafeString:
        return _clock(row.made_at)

    @display(description="Last used")
    def used(self, row: ApiToken) -> SafeString | str:
        return _clock(row.last_used_at) if row.last_used_at else "Never"

    @display(description="Until", empty_value="–")
    def until(self, row: ApiToken) -> SafeString | None:
        return _clock(row.expires_at) if row.expires_at else None

    @display(description="State", label=TONES)
    def state(self, row: ApiToken) -> str:
        return _state(row)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return cast(ApiTokenQuerySet, super().get_queryset(request)).with_left()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.end_view)
        return [path("<int:pk>/end/", view, name="contracts_apitoken_end"), *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Ask what a token is for, make it, and show it: on this answer, and never again.

        Clause: V-3.5.
        """
        if not self.has_add_permission(request):
            raise PermissionDenied
        person = request.GET.get("person", "")
        initial = {"person": key_in(person) or "", "whose": CLIENTS}
        sent = request.POST if request.method == "POST" else None
        form = TokenForm(sent, site=self.admin_site, initial=initial)
        if form.is_valid():
            said = form.cleaned_data
            try:
                issued = services.issue_token(
                    person=said["person"],
                    name=said["name"],
                    scopes=said["scopes"],
                    by=cast(User, request.user),
                    at=timezone.now(),
                    expires_at=form.expires_at,
                )
            except services.TokenRefused as refusal:
                form.add_error(FIELDS.get(refusal.field), str(refusal))
            else:
                self.log_addition(request, issued.token, "Made")
                return self.page(request, issued.token, secret=issued.secret)
        return self.form_shown(
            request, "new.html", form, send="Make the token", title="Make an API token"
        )

    def end_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End a token, when that is posted."""
        row = self.held(request, pk)
        if request.method == "POST" and row.ended_at is None:
            services.end_token(token=row, by=cast(User, request.user), at=timezone.now())
            self.log_change(request, row, "Ended")
            messages.success(request, f"{row} has ended.")
        return HttpResponseRedirect(reverse("admin:contracts_apitoken_change", args=[pk]))

    def page(self, request: HttpRequest, row: ApiToken, *, secret: str = "") -> HttpResponse:
        state = _state(row)
        context = {
            "title": str(row),
            "original": row,
            "state": state,
            "is_held": state == "In force",
            "tone": {"success": "green", "danger": "red"}.get(TONES[state], "amber"),
            "scopes": [(scope, SCOPES[scope][0]) for scope in row.scopes],
            "secret": secret,
            "may_end": row.ended_at is None and self.has_act_permission(request),
        }
        return self.shown(request, "page.html", context)


def _state(row: ApiToken) -> str:
    if row.ended_at is not None:
        return "Ended"
    if row.expires_at is not None and row.expires_at <= timezone.now():
        return "Run out"
    return "Person ended" if row.is_left else "In force"


def _clock(at: Any) -> SafeString:
    shown = f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
    return format_html('<span class="fl-nowrap">{}</span>', shown)
