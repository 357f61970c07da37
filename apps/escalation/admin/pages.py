"""Pages as staff see them: what is in nobody's hand, whom each went to, and taking one."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.decorators import display

from apps.contracts.models import User
from apps.escalation.models import Page
from apps.escalation.services import paging
from apps.outbox.models import Message
from apps.outbox.readonly import ReadOnlyAdmin
from apps.tickets.models import Ticket
from apps.tickets.services import Refused

State = Page.State


class ShownFilter(admin.SimpleListFilter):
    """What is in nobody's hand comes first."""

    title = "shown"
    parameter_name = "shown"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return [("all", "All")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield from [{**first, "display": "In nobody's hand"}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "all":
            return queryset
        return queryset.filter(~Q(state=State.ACKNOWLEDGED))


@admin.register(Page)
class PageAdmin(ReadOnlyAdmin):
    """Pages are raised and climb by themselves; people take them in hand."""

    change_form_template = "admin/escalation/page/change_form.html"
    list_display = ["about", "raised_at", "badge", "in_hand", "led_to"]
    list_display_links = ["about"]
    list_filter = [ShownFilter, "state"]
    search_fields = ["subject__icontains"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Page]:
        return super().get_queryset(request).select_related("acknowledged_by", "ticket", "ladder")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        name = "escalation_page"
        return [
            path("<int:pk>/take/", view(self.take), name=f"{name}_take"),
            path("<int:pk>/join/", view(self.join), name=f"{name}_join"),
            *super().get_urls(),
        ]

    @display(description="Subject")
    def about(self, page: Page) -> str:
        return Truncator(page.subject).chars(80)

    @display(
        description="State",
        label={
            State.OPEN: "warning",
            State.ACKNOWLEDGED: "success",
            State.UNANSWERED: "danger",
            State.UNTOLD: "danger",
        },
    )
    def badge(self, page: Page) -> tuple[str, str]:
        return page.state, page.get_state_display()

    @display(description="In the hand of")
    def in_hand(self, page: Page) -> str:
        return str(page.acknowledged_by or "–")

    @display(description="Led to")
    def led_to(self, page: Page) -> str | SafeString:
        if page.ticket is None:
            return "–"
        url = reverse("admin:tickets_ticket_change", args=[page.ticket_id])
        return format_html('<a class="fl-link fl-nowrap" href="{}">{}</a>', url, page.ticket.number)

    def page_context(self, request: HttpRequest, page: Page) -> dict[str, Any]:
        sent: dict[int, list[Message]] = {}
        # The key names the page, the rung and the person.
        for message in Message.objects.filter(key__startswith=f"page:{page.pk}:").order_by("pk"):
            step = message.key.split(":")[2]
            if step.isdigit():
                sent.setdefault(int(step), []).append(message)
        steps = page.steps.select_related("user").order_by("step")
        return {
            "title": page.subject,
            "page": page,
            "steps": [(step, sent.get(step.step, [])) for step in steps],
            "is_open": page.state != State.ACKNOWLEDGED,
            "acts": self.has_act_permission(request),
            "sees_tickets": request.user.has_perm("tickets.view_ticket"),
        }

    def take(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a page in hand."""
        page = self._page(request, pk)
        if request.method == "POST":
            by = cast(User, request.user)
            if paging.acknowledge(page=page, by=by, at=timezone.now()):
                self.log_change(request, page, "Taken in hand.")
                messages.success(request, "You have it in hand. Nobody else is paged.")
            else:
                messages.warning(request, f"{page.acknowledged_by} has it in hand already.")
        return _to(page)

    def join(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Join a page to a ticket, named by its number."""
        page = self._page(request, pk)
        if request.method == "POST":
            words = request.POST.get("ticket", "").strip()
            ticket = Ticket.objects.numbered(words).first() if words else None
            if ticket is None:
                messages.error(request, "There is no such ticket: write its number.")
                return _to(page)
            try:
                paging.join_ticket(page=page, ticket=ticket)
            except Refused as refusal:
                messages.error(request, str(refusal))
            else:
                self.log_change(request, page, f"Joined to {ticket.number}.")
                messages.success(request, f"This page belongs to {ticket.number}.")
        return _to(page)

    def _page(self, request: HttpRequest, pk: int) -> Page:
        if not (self.has_view_permission(request) and self.has_act_permission(request)):
            raise PermissionDenied
        page = self.get_queryset(request).filter(pk=pk).first()
        if page is None:
            raise Http404("There is no such page.")
        return page


def _to(page: Page) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:escalation_page_change", args=[page.pk]))
