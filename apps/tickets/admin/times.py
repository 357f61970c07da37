"""Time entries as staff see them: a list, and pages on which one is logged, corrected, removed.

One's own entries anybody corrects who may change entries at all; those of others only who keeps
the TAMs too (``contracts.change_tamassignment``: duty managers and administrators).
"""

from collections.abc import Iterable
from typing import Any, cast
from uuid import uuid4

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
from unfold.decorators import display

from apps.contracts.admin.keys import key_in, keys_in
from apps.contracts.admin.searched import search_media
from apps.contracts.models import Order, TamAssignment, User
from apps.outbox.readonly import ReadOnlyAdmin
from apps.tickets import services
from apps.tickets.admin.refusals import in_full
from apps.tickets.admin.times_forms import CorrectionForm, NewTimeForm, RemovalForm
from apps.tickets.models import Ticket, TimeEntry
from apps.tickets.queries import tam_month
from apps.tickets.rules.tam_months import TamMonth
from apps.tickets.wording import span

REFUSED = 422
ISOLATED = '<a class="fl-link" href="{}"><bdi>{}</bdi></a>'
LIST = "admin:tickets_timeentry_changelist"
CHANGE = "admin:tickets_timeentry_change"


def keeps_others(user: Any) -> bool:
    """Say whether somebody may log and correct the time of others."""
    return user.has_perm("contracts.change_tamassignment")


class WhoFilter(admin.SimpleListFilter):
    """Whose time it is."""

    title = "who"
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        people = User.objects.filter(is_staff=True, is_active=True).exclude(pk=request.user.pk or 0)
        return [("me", "Me"), *sorted(((str(one.pk), str(one)) for one in people), key=_name)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if not self.value():
            return queryset
        keys = [request.user.pk] if self.value() == "me" else keys_in(self.value())
        return queryset.filter(who__in=keys)


def _name(choice: tuple[str, str]) -> str:
    return choice[1]


@admin.register(TimeEntry)
class TimeEntryAdmin(ReadOnlyAdmin):
    """Each page calls one service. Nothing else writes an entry."""

    list_display = [
        "began",
        "length",
        "kind",
        "who",
        "account",
        "of_order",
        "on_ticket",
        "what",
        "contact",
    ]
    list_display_links = ["began"]
    list_filter = ["kind", "contact", WhoFilter]
    list_select_related = ["who", "order__account", "ticket"]
    list_fullwidth = True
    search_fields = ["what", "order__number", "order__account__name", "who__username"]
    search_help_text = "What was done, order, account, login or ticket number"
    ordering = ["-started_at", "-pk"]

    @property
    def media(self) -> forms.Media:
        return super().media + forms.Media(css={"all": ["faultline/tickets.css"]})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("tickets.add_timeentry")

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Find what was worked on a ticket by its number, however it is written; else by words."""
        tickets = Ticket.objects.numbered(search_term) if search_term else None  # type: ignore[attr-defined]
        if tickets is not None and tickets.exists():
            return queryset.filter(ticket__in=tickets), False
        return super().get_search_results(request, queryset, search_term)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.remove_view)
        return [
            path("<int:pk>/remove/", view, name="tickets_timeentry_remove"),
            *super().get_urls(),
        ]

    @display(description="Began")
    def began(self, entry: TimeEntry) -> str:
        local = timezone.localtime(entry.started_at)
        return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"

    @display(description="Minutes")
    def length(self, entry: TimeEntry) -> int:
        return entry.minutes

    @display(description="Account", ordering="order__account__name")
    def account(self, entry: TimeEntry) -> SafeString:
        page = reverse("admin:contracts_account_change", args=[entry.order.account_id])
        return format_html(ISOLATED, page, entry.order.account)

    @display(description="Order", ordering="order__number")
    def of_order(self, entry: TimeEntry) -> SafeString:
        page = reverse("admin:contracts_order_change", args=[entry.order_id])
        return format_html(ISOLATED, page, entry.order)

    @display(description="Ticket", empty_value="–")
    def on_ticket(self, entry: TimeEntry) -> SafeString | None:
        if entry.ticket is None:
            return None
        page = reverse("admin:tickets_ticket_change", args=[entry.ticket_id])
        return format_html('<a class="fl-link" href="{}">{}</a>', page, entry.ticket.number)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Log time; ``?order=`` and ``?ticket=`` fill in what it was worked for."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        me = cast(User, request.user)
        posted = request.POST if request.method == "POST" else None
        is_tam = TamAssignment.objects.standing().filter(tam=me).exists()  # type: ignore[attr-defined]
        first: dict[str, Any] = {
            "act_key": str(uuid4()),
            "kind": TimeEntry.Kind.TAM if is_tam else TimeEntry.Kind.SUPPORT,
            "ticket": request.GET.get("ticket", "")[:40],
            "order": key_in(request.GET.get("order", "")) or None,
        }
        call: dict[str, Any] = {"site": self.admin_site, "me": me, "for_others": keeps_others(me)}
        form = NewTimeForm(posted, initial=first, **call)
        if form.is_valid() and self._log(request, form, me):
            return HttpResponseRedirect(_back(request))
        search = search_media() + form.media
        context = {"title": "Log time", "form": form, "media": search, "back": _back(request)}
        context["left"] = _left_on(form["order"].value())
        return self._page(request, "add", context, form=form)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show an entry with its history; whoever may, corrects it there."""
        entry = self._entry(request, object_id)
        may = self._may_change(request, entry)
        if request.method == "POST" and not may:
            raise PermissionDenied
        posted = request.POST if request.method == "POST" else None
        form = CorrectionForm(posted, entry=entry) if may else None
        if form and form.is_valid() and self._correct(request, form, entry):
            return HttpResponseRedirect(reverse(CHANGE, args=[entry.pk]))
        past = entry.history.select_related("history_user").order_by("-history_id")
        context = {"title": str(entry), "entry": entry, "form": form, "past": past}
        return self._page(request, "change", context, form=form)

    def remove_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask why, and take the entry back when that is posted."""
        entry = self._entry(request, str(pk))
        if not self._may_change(request, entry):
            raise PermissionDenied
        form = RemovalForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            reason, by = form.cleaned_data["reason"], cast(User, request.user)
            try:
                services.remove_time(entry=entry, reason=reason, by=by, at=timezone.now())
            except services.Refused as refusal:
                why = in_full(refusal, version_id=entry.order.version_id)
                self.message_user(request, why, messages.WARNING)
            else:
                self.message_user(request, "The entry is removed.", messages.SUCCESS)
            return HttpResponseRedirect(reverse(LIST))
        context = {"title": "Remove time", "entry": entry, "form": form}
        return self._page(request, "remove", context, form=form)

    def _log(self, request: HttpRequest, form: NewTimeForm, me: User) -> bool:
        given = form.cleaned_data
        try:
            entry = services.log_time(
                order=given["order"],
                ticket=given["ticket"],
                who=given.get("who") or me,
                source_key=f"time:{form.once}",
                by=me,
                at=timezone.now(),
                **given["work"],
            )
        except services.Refused as refusal:
            form.add_error(None, in_full(refusal, version_id=given["order"].version_id))
            return False
        minutes = f"{entry.minutes} minute{'s are' if entry.minutes != 1 else ' is'}"
        text = f"{minutes} logged for {entry.order}. {_left_of(entry)}".strip()
        self.message_user(request, text, messages.SUCCESS)
        return True

    def _correct(self, request: HttpRequest, form: CorrectionForm, entry: TimeEntry) -> bool:
        given = form.cleaned_data
        try:
            services.amend_time(
                entry=entry,
                revision=given["read_revision"],
                ticket=given["ticket"],
                reason=given["reason"],
                by=cast(User, request.user),
                at=timezone.now(),
                **given["work"],
            )
        except services.Refused as refusal:
            form.add_error(None, in_full(refusal, version_id=entry.order.version_id))
            return False
        self.message_user(request, "The entry is corrected.", messages.SUCCESS)
        return True

    def _entry(self, request: HttpRequest, key: str) -> TimeEntry:
        """Return the entry for somebody who may see it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = TimeEntry.objects.select_related("who", "ticket", "order__version", "order__account")
        entry = rows.filter(pk=key_in(key)).first()
        if entry is None:
            raise Http404(f"There is no time entry with the key {key}.")
        return entry

    def _may_change(self, request: HttpRequest, entry: TimeEntry) -> bool:
        user = request.user
        is_own = entry.who_id == user.pk
        return user.has_perm("tickets.change_timeentry") and (is_own or keeps_others(user))

    def _page(
        self, request: HttpRequest, name: str, context: dict[str, Any], *, form: Any
    ) -> HttpResponse:
        site = {
            "opts": self.opts,
            "zone": timezone.get_current_timezone_name(),
        }
        status = REFUSED if form is not None and form.is_bound else None
        return TemplateResponse(
            request,
            f"admin/tickets/timeentry/{name}.html",
            {**self.admin_site.each_context(request), **site, **context},
            status=status,
        )


def _left_on(key: Any) -> str:
    """Say what is left this month of the order that is chosen; "": none is, or it has no TAM."""
    pk = key_in(str(key or ""))
    order = Order.objects.select_related("version", "plan").filter(pk=pk).first() if pk else None
    return f"{order}: {_in_words(tam_month(order, at=timezone.now()))}" if order else ""


def _left_of(entry: TimeEntry) -> str:
    """Say what is left of the month in which it began; "": it took nothing from it."""
    if entry.kind != TimeEntry.Kind.TAM:
        return ""
    return _in_words(tam_month(entry.order, at=entry.started_at))


def _in_words(month: TamMonth) -> str:
    if not month.has_tam:
        return "No TAM time belongs to it."
    left = span(month.left) if month.left else "0 h"
    return f"{left} of {span(month.limit)} are left in {month.label}."


def _back(request: HttpRequest) -> str:
    """Return where to go after logging: home, for whoever came from there; else the list."""
    return reverse("admin:index" if request.GET.get("from") == "home" else LIST)
