"""The queue: tickets in the order of work, each with what it has left and why it stands there."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from unfold.decorators import action
from unfold.widgets import UnfoldAdminAutocompleteWidget

from apps.contracts.models import User
from apps.outbox.readonly import ReadOnlyAdmin, Records
from apps.tickets.admin import bulk, filters, queue_views
from apps.tickets.admin.queue_page import AFTER, BEFORE, page_of
from apps.tickets.admin.queue_rows import rows_of
from apps.tickets.admin.queue_tabs import Shown, tabs_for
from apps.tickets.admin.queue_views import View
from apps.tickets.models import Ticket

VIEW = "view"


class Queue(Records):
    """A page of the queue: of a view, of a status, or of what a search found."""

    tab = ""  # the key of the view, where it is one that has a name
    checks_filters = False

    def get_queryset(self, request: HttpRequest, *args: Any) -> QuerySet[Ticket]:
        """Return what the filters leave; the view and the place in it are no filters."""
        asked = {name: self.params.pop(name, "") for name in (VIEW, AFTER, BEFORE)}
        for name in asked:
            self.filter_params.pop(name, None)
        narrowed = any(name not in ("all", "p", "e") for name in self.filter_params)
        named = request.GET.get(VIEW, "")
        if not (self.query or self.filter_params.get("status")):
            default = queue_views.NOT_CLOSED if narrowed else queue_views.OURS_FIRST
            self.tab = queue_views.TABS.get(named, default).key
        return super().get_queryset(request, *args)

    def get_results(self, request: HttpRequest) -> None:
        me = cast(User, request.user)
        view = self._view()
        size = self.list_per_page
        self.page = page_of(view, self.queryset, me=me, asked=request.GET, size=size)
        self.result_list = self.page.tickets
        self.rows = rows_of(self.page.tickets, way=view.way, at=timezone.now())
        self.tabs: Sequence[Shown] = tabs_for(me, chosen=self.tab)
        # What the theme asks of a list; ours turns pages by itself.
        self.result_count = self.full_result_count = len(self.rows)
        self.show_full_result_count = self.multi_page = self.can_show_all = False
        self.paginator = None

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """Return the address of a choice: it stays in the view, unless it names a status."""
        found: str = super().get_query_string(new_params, remove)
        if not self.tab or VIEW in (new_params or {}) or "status" in (new_params or {}):
            return found
        return f"{found}{'&' if len(found) > 1 else ''}{VIEW}={self.tab}"

    @property
    def next_page(self) -> str:
        return self._beside(self.page.next)

    @property
    def previous_page(self) -> str:
        return self._beside(self.page.previous)

    @property
    def first_page(self) -> str:
        return "" if self.page.is_first else self.get_query_string()

    def _beside(self, place: str) -> str:
        if not place:
            return ""
        here = self.get_query_string()
        return f"{here}{'&' if len(here) > 1 else ''}{place}"

    def _view(self) -> View:
        if self.query:
            return queue_views.of_search(self.query, is_narrowed=bool(self.has_active_filters))
        if self.tab:
            return queue_views.TABS[self.tab].view
        return queue_views.of_status(self.filter_params["status"][-1])


class QueueAdmin(ReadOnlyAdmin):
    """Look, filter, search, and do things with many tickets at a time."""

    change_list_template = "admin/tickets/ticket/queue.html"
    list_display = ["number"]
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
    search_fields = ["subject"]  # shows the box; where words are looked for, see Queue
    search_help_text = "Number, or words of subject, messages, senders"
    ordering = ["pk"]  # each view has its own
    actions = ["take", "assign_to", "change_severity"]

    @property
    def media(self) -> forms.Media:
        own = forms.Media(css={"all": ["faultline/tickets.css"]}, js=["faultline/tickets.js"])
        return super().media + UnfoldAdminAutocompleteWidget().media + own

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.bulk_view)
        own = path("together/<slug:name>/", view, name="tickets_ticket_together")
        return [own, *super().get_urls()]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Records]:
        return Queue

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Leave the search to the list, which sorts what it finds by an index."""
        return queryset, False

    @action(description="Assign to me", permissions=["act"])
    def take(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        bulk.take(self, request)

    @action(description="Assign to a colleague …", permissions=["act"])
    def assign_to(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> HttpResponse | None:
        return self._together(request, "assign")

    @action(description="Change severity …", permissions=["act"])
    def change_severity(
        self, request: HttpRequest, queryset: QuerySet[Ticket]
    ) -> HttpResponse | None:
        return self._together(request, "severity")

    def bulk_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """Show the form of an act on many tickets, or do it."""
        return bulk.view(self, request, name)

    def _together(self, request: HttpRequest, name: str) -> HttpResponse | None:
        """Lead to the form of an act on the chosen tickets, which its address names."""
        chosen = bulk.chosen_in(self, request)
        if not chosen:
            return None
        return HttpResponseRedirect(bulk.address(name, chosen, back=request.GET.urlencode()))
