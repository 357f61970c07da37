"""Calls as staff look at them: what was said, and what became of it."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.decorators import display

from apps.contracts.admin.accounts import OfAccountFilter
from apps.intake.models import Call
from apps.intake.rules.phone import ending_of
from apps.outbox.readonly import ReadOnlyAdmin

Outcome = Call.Outcome


class OfCallersAccountFilter(OfAccountFilter):
    """The account that the caller called for."""

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() is None:
            return queryset
        return queryset.filter(account__in=[pk for pk, _ in self.lookup_choices])


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    """Calls are written down on the page for new requests; the database keeps them as they are."""

    change_form_template = "admin/intake/call/change_form.html"
    list_before_template = "admin/intake/call/list_links.html"
    list_display = ["taken", "who", "account_link", "about", "outcome_tag", "led_to", "taken_by"]
    list_display_links = ["taken", "about"]
    list_filter = ["outcome", OfCallersAccountFilter]
    search_fields = ["caller__icontains", "subject__icontains", "account__name__icontains"]
    search_help_text = "Caller, phone number, subject, account"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Call]:
        related = ("account", "order", "person", "category", "service", "taken_by", "ticket")
        return super().get_queryset(request).select_related(*related, "refused")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Find a call by the end of the number too, however that is written."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        ending = ending_of(search_term)
        if ending:
            found |= queryset.filter(Q(number_backwards__startswith=ending))
        return found, may_repeat

    @display(description="Taken at")
    def taken(self, call: Call) -> SafeString:
        local = timezone.localtime(call.taken_at)
        said = f"{local.day} {local:%b %Y, %H:%M}"
        return format_html('<span class="fl-nowrap">{}</span>', said)

    @display(description="Caller")
    def who(self, call: Call) -> SafeString:
        return format_html(
            '<span>{}<span class="fl-line fl-quiet">{}</span></span>',
            Truncator(call.caller).chars(50),
            call.number,
        )

    @display(description="Account")
    def account_link(self, call: Call) -> str | SafeString:
        if call.account is None:
            return "–"
        url = reverse("admin:contracts_account_change", args=[call.account_id])
        return format_html('<a class="fl-link" href="{}"><bdi>{}</bdi></a>', url, call.account)

    @display(description="Subject")
    def about(self, call: Call) -> str:
        return Truncator(call.subject).chars(60)

    @display(
        description="Outcome",
        label={
            Outcome.SETTLED: "success",
            Outcome.TICKET: "info",
            Outcome.REDIRECTED: "warning",
            Outcome.REFUSED: "danger",
        },
    )
    def outcome_tag(self, call: Call) -> tuple[str, str]:
        return call.outcome, call.get_outcome_display()

    @display(description="Led to")
    def led_to(self, call: Call) -> str | SafeString:
        if call.ticket is None:
            return call.get_redirected_to_display() if call.redirected_to else "–"
        url = reverse("admin:tickets_ticket_change", args=[call.ticket_id])
        return format_html('<a class="fl-link fl-nowrap" href="{}">{}</a>', url, call.ticket.number)

    def page_context(self, request: HttpRequest, call: Call) -> dict[str, Any]:
        return {
            "title": call.subject,
            "subtitle": call.caller,
            "call": call,
            "sees_tickets": request.user.has_perm("tickets.view_ticket"),
        }
