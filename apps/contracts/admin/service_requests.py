"""Requests of services as staff see them: what waits, and each with its decision."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.decorators import display

from apps.contracts import services
from apps.contracts.models import ServiceRequest, User
from apps.contracts.services.service_requests import LONGEST_TEXT
from apps.outbox.readonly import ReadOnlyAdmin

State = ServiceRequest.State
PAGE = "admin/contracts/servicerequest/page.html"
REFUSED = 422
ACTS = {"done": State.DONE, "decline": State.DECLINED}


class AnswerForm(forms.Form):
    """What the client is told."""

    answer = forms.CharField(
        max_length=LONGEST_TEXT,
        required=False,
        error_messages={"max_length": f"Write at most {LONGEST_TEXT:,} characters."},
    )


class LookFilter(admin.SimpleListFilter):
    """Those to be decided; or all of them."""

    title = "what waits"
    parameter_name = "look"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return [("open", "To be decided")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(state=State.ASKED) if self.value() == "open" else queryset


@admin.register(ServiceRequest)
class ServiceRequestAdmin(ReadOnlyAdmin):
    """What clients want added, changed or removed. Each button calls one service."""

    list_display = ["asked", "account", "number", "wanted", "about", "badge"]
    list_display_links = ["asked", "wanted"]
    list_filter = [LookFilter, "kind"]
    list_select_related = ["order__account", "service", "requester", "decided_by"]
    search_fields = [
        "order__number__istartswith",
        "order__account__name__icontains",
        "requester__email__istartswith",
    ]
    search_help_text = "Order number, account, address of who asked"

    @display(description="Asked", ordering="-pk")
    def asked(self, row: ServiceRequest) -> SafeString:
        return _one_line(f"{timezone.localtime(row.asked_at):%Y-%m-%d %H:%M}")

    @display(description="Account")
    def account(self, row: ServiceRequest) -> str:
        return Truncator(row.order.account.name).chars(40)

    @display(description="Order")
    def number(self, row: ServiceRequest) -> SafeString:
        return _one_line(row.order.number)

    @display(description="Wanted")
    def wanted(self, row: ServiceRequest) -> str:
        return f"{row.get_kind_display()} {row.what}"

    @display(description="Details")
    def about(self, row: ServiceRequest) -> str:
        return Truncator(row.details).chars(80)

    @display(
        description="State",
        label={State.ASKED: "warning", State.DONE: "success", State.DECLINED: "danger"},
    )
    def badge(self, row: ServiceRequest) -> tuple[str, str]:
        return row.state, row.get_state_display()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.act_view)
        act = path("<int:pk>/act/<slug:name>/", view, name="contracts_servicerequest_act")
        return [act, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self._found(request, object_id)
        if request.method == "POST":
            raise PermissionDenied  # the page has its own forms; nothing edits the row
        return self._page(request, row)

    def act_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Do what a button says; or show the page again with what was typed, and why not."""
        row = self._found(request, str(pk))
        if not self.has_act_permission(request):
            raise PermissionDenied
        if name not in ACTS:
            raise Http404
        page = reverse("admin:contracts_servicerequest_change", args=[pk])
        if request.method != "POST":
            return HttpResponseRedirect(page)
        form = AnswerForm(request.POST)
        try:
            if not form.is_valid():
                raise services.ServiceRefused(str(form.errors["answer"][0]))
            services.settle_service(
                request=row,
                state=ACTS[name],
                answer=form.cleaned_data["answer"],
                by=cast(User, request.user),
                at=timezone.now(),
            )
        except services.ServiceRefused as refusal:
            now, typed = self._found(request, str(pk)), request.POST.get("answer", "")
            return self._page(request, now, status=REFUSED, problem=str(refusal), typed=typed)
        messages.success(request, f"{ACTS[name].label}. {row.requester.email} is told.")
        return HttpResponseRedirect(page)

    def _found(self, request: HttpRequest, key: str) -> ServiceRequest:
        """Return the request for somebody who may see it."""
        rows = self.get_queryset(request).select_related(*self.list_select_related)
        row = rows.filter(pk=int(key)).first() if key.isascii() and key.isdigit() else None
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404
        return row

    def _page(
        self, request: HttpRequest, row: ServiceRequest, *, status: int | None = None, **typed: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": str(row),
            "original": row,
            "covered": list(row.order.services.all()),
            "is_open": row.state == State.ASKED,
            "may_act": self.has_act_permission(request),
            **typed,
        }
        return TemplateResponse(request, PAGE, context, status=status)


def _one_line(text: str) -> SafeString:
    return format_html('<span class="fl-nowrap">{}</span>', text)
