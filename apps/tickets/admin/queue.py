"""The queue: open tickets, the worst first, each with the working time it has left."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminAutocompleteWidget

from apps.contracts.models import User
from apps.outbox.readonly import ReadOnlyAdmin, Records
from apps.tickets import services
from apps.tickets.admin import filters
from apps.tickets.admin.badges import badges_of, hours_for
from apps.tickets.models import Ticket

MOST_TAKEN = 200


class Queue(Records):
    """A page of the queue; the badges of all its rows are worked out together."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        at = timezone.now()
        rows: list[Any] = list(self.result_list)  # type: ignore[has-type]
        hours = hours_for(rows)
        for ticket in rows:
            ticket.badges = badges_of(ticket, at=at, hours=hours)
        self.result_list = rows


class QueueAdmin(ReadOnlyAdmin):
    """Look, filter, search, and take tickets on one's own desk."""

    list_display = ["promise", "named", "account", "how_bad", "turn", "assigned", "since", "latest"]
    list_display_links = None
    list_filter = [
        filters.StatusFilter,
        filters.SeverityFilter,
        filters.AssigneeFilter,
        filters.DeskFilter,
        filters.MissedFilter,
        filters.AccountFilter,
        filters.PlanFilter,
    ]
    list_filter_sheet = True
    list_fullwidth = True
    list_before_template = "admin/tickets/ticket/queue_links.html"
    search_fields = ["subject", "requester__email", "account__name"]
    search_help_text = "Number, subject, address or account"
    ordering = ["severity__rank", "registered_at", "pk"]
    actions = ["take"]

    @property
    def media(self) -> forms.Media:
        own = forms.Media(css={"all": ["faultline/tickets.css"]}, js=["faultline/tickets.js"])
        return super().media + UnfoldAdminAutocompleteWidget().media + own

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Records]:
        return Queue

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        related = super().get_queryset(request).select_related("account", "severity", "assignee")
        return related.prefetch_related("deadlines")

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Find a ticket by its number, however it is written; else by words."""
        by_number = queryset.numbered(search_term) if search_term else queryset.none()
        if by_number.exists():
            return by_number, False
        return super().get_search_results(request, queryset, search_term)

    @display(description="Promise")
    def promise(self, ticket: Any) -> SafeString:
        return render_to_string(
            "admin/tickets/ticket/badges.html", {"badges": ticket.badges, "in_queue": True}
        )

    @display(description="Ticket")
    def named(self, ticket: Ticket) -> SafeString:
        return format_html(
            '<a class="tk-request" href="{}"><strong>{}</strong> <span>{}</span></a>',
            reverse("admin:tickets_ticket_change", args=[ticket.pk]),
            ticket.number,
            ticket.subject,
        )

    @display(description="Severity")
    def how_bad(self, ticket: Ticket) -> SafeString:
        return format_html(
            '<span class="tk-severity tk-rank-{}">{}</span>',
            ticket.severity.rank,
            ticket.severity.label,
        )

    @display(description="Whose turn")
    def turn(self, ticket: Ticket) -> SafeString:
        name = ticket.get_status_display()
        return format_html(
            '<span class="tk-turn tk-turn-{}">{}</span>', ticket.status.lower(), name
        )

    @display(description="Assignee", empty_value="Nobody")
    def assigned(self, ticket: Ticket) -> User | SafeString | None:
        if ticket.desk != Ticket.Desk.TAM:
            return ticket.assignee
        name = ticket.assignee or "Nobody"
        return format_html('{} <span class="fl-tag">{}</span>', name, ticket.get_desk_display())

    @display(description="Registered")
    def since(self, ticket: Ticket) -> SafeString:
        return _when(ticket.registered_at)

    @display(description="Last activity")
    def latest(self, ticket: Ticket) -> SafeString:
        return _when(ticket.latest_at)

    @action(description="Assign to me", permissions=["act"])
    def take(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        me = cast(User, request.user)  # the admin lets in nobody unknown
        chosen = list(queryset.exclude(assignee=me).order_by("pk")[: MOST_TAKEN + 1])
        if len(chosen) > MOST_TAKEN:
            self.message_user(
                request, f"Nobody works on more than {MOST_TAKEN} at a time.", messages.ERROR
            )
            return
        for ticket in chosen:
            services.assign(ticket=ticket, to=me, by=me, at=timezone.now())
        many = f"{len(chosen)} ticket" if len(chosen) == 1 else f"{len(chosen)} tickets"
        self.message_user(request, f"{many} assigned to you.", messages.SUCCESS)


def _when(at: Any) -> SafeString:
    local = timezone.localtime(at)
    words = f"{local.day} {local:%b, %H:%M}"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(), f"{local:%a %c %Z}", words
    )
