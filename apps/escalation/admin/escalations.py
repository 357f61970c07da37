"""Escalations as staff look at them: who is asked, why, and what came of it."""

from typing import Any, cast

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

from apps.contracts.admin.keys import key_in
from apps.contracts.models import User
from apps.escalation import services
from apps.escalation.admin.escalation_acts import ACTS, page_of
from apps.escalation.admin.raising import MAY_RAISE, raise_for
from apps.escalation.models import Escalation
from apps.outbox.readonly import ReadOnlyAdmin

FORM_REFUSED = 422
PAGE = "admin/escalation/escalation/page.html"
State = Escalation.State


@admin.register(Escalation)
class EscalationAdmin(ReadOnlyAdmin):
    """Escalations are raised and answered through services; each button calls one."""

    list_display = [
        "raised",
        "ticket_link",
        "who_asks",
        "on_ground",
        "state_tag",
        "with_whom",
        "goes_on",
    ]
    list_display_links = ["raised"]
    list_filter = ["state", "finding"]
    search_fields = ["sender__startswith", "ticket__account__name__icontains"]
    search_help_text = "Start of the sender's address, account"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Escalation]:
        rows = super().get_queryset(request).defer("words", "answer", "steps")
        return rows.select_related("ticket__account", "client", "by", "ground")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("raise/", view(self.raise_view), name="escalation_escalation_raise"),
            path(
                "<int:pk>/act/<slug:name>/", view(self.act_view), name="escalation_escalation_act"
            ),
            *super().get_urls(),
        ]

    @display(description="Raised", ordering="pk")
    def raised(self, row: Escalation) -> SafeString:
        local = timezone.localtime(row.raised_at)
        said = f"{local.day} {local:%b %Y, %H:%M}"
        return format_html('<span class="fl-nowrap">{}</span>', said)

    @display(description="Ticket")
    def ticket_link(self, row: Escalation) -> str | SafeString:
        if row.ticket is None:
            return "None named"
        url = reverse("admin:tickets_ticket_change", args=[row.ticket_id])
        return format_html(
            '<span><a class="fl-link fl-nowrap" href="{}">{}</a>'
            '<span class="fl-line fl-quiet">{}</span></span>',
            url,
            row.ticket.number,
            row.ticket.account,
        )

    @display(description="Asked by")
    def who_asks(self, row: Escalation) -> str:
        return Truncator(row.who).chars(50)

    @display(description="Ground")
    def on_ground(self, row: Escalation) -> str:
        return row.ground.label if row.ground else "–"

    @display(
        description="State",
        label={
            State.OPEN: "danger",
            State.TAKEN: "warning",
            State.ANSWERED: "success",
            State.CLOSED: "info",
            State.REFUSED: "info",
        },
    )
    def state_tag(self, row: Escalation) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="With")
    def with_whom(self, row: Escalation) -> str:
        if row.taker:
            return Truncator(row.taker).chars(50)
        person = row.in_charge
        asked = f"{person['title']} ({row.rung} of {len(row.path)})" if person else "–"
        return "The duty managers" if row.alarmed_at else asked

    @display(description="Goes on at", empty_value="–")
    def goes_on(self, row: Escalation) -> SafeString | None:
        if row.next_at is None:
            return None
        local = timezone.localtime(row.next_at)
        return format_html('<span class="fl-nowrap">{}</span>', f"{local.day} {local:%b, %H:%M}")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        escalation = self._escalation(request, key_in(object_id))
        if request.method == "POST":
            raise PermissionDenied  # the page has its own forms; nothing edits the row
        return self._page(request, escalation)

    def act_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Do what a button says; or show the page again with what was typed, and why not."""
        escalation = self._escalation(request, pk)
        if not self.has_act_permission(request):
            raise PermissionDenied
        if name not in ACTS:
            raise Http404
        page = reverse("admin:escalation_escalation_change", args=[pk])
        if request.method != "POST":
            return HttpResponseRedirect(page)
        by = cast(User, request.user)
        try:
            done = ACTS[name](escalation, request.POST, by, timezone.now())
        except services.Refused as refusal:
            now = self._escalation(request, pk)  # as it is now
            typed = {"problem": str(refusal), "text": request.POST.get("text", "")}
            return self._page(request, now, status=FORM_REFUSED, **typed)
        self.message_user(request, done, messages.SUCCESS)
        return HttpResponseRedirect(page)

    def raise_view(self, request: HttpRequest) -> HttpResponse:
        """Escalate a ticket for a client, or as its TAM."""
        # No opts: the page is about no escalation yet, and is called by its own name.
        site = {**self._site(request), "opts": None, "title": "Escalate"}
        return raise_for(request, site=site)

    def _escalation(self, request: HttpRequest, pk: int | None) -> Escalation:
        """Return the escalation for somebody who may see it."""
        related = ("ticket__version", "ticket__account", "ticket__order", "client__order")
        rows = Escalation.objects.select_related(
            *related, "by", "ground", "answered_by", "closed_by"
        )
        escalation = rows.filter(pk=pk).first() if pk is not None else None
        if not self.has_view_permission(request, escalation):
            raise PermissionDenied
        if escalation is None:
            raise Http404
        return escalation

    def _page(
        self,
        request: HttpRequest,
        escalation: Escalation,
        *,
        status: int | None = None,
        **typed: str,
    ) -> HttpResponse:
        ticket = escalation.ticket
        context = {
            **self._site(request),
            **page_of(escalation, zone=timezone.get_current_timezone_name()),
            "title": str(escalation),
            "subtitle": ticket.subject if ticket else escalation.sender,
            "original": escalation,
            "may_act": self.has_act_permission(request),
            "may_raise": request.user.has_perm(MAY_RAISE),
            "sees_outbox": request.user.has_perm("outbox.view_message"),
            **typed,
        }
        return TemplateResponse(request, PAGE, context, status=status)

    def _site(self, request: HttpRequest) -> dict[str, Any]:
        site = self.admin_site.each_context(request)
        return {**site, "opts": self.opts, "media": self.media}
