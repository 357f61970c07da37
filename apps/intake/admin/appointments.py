"""Appointments as staff see them: what waits for a decision, what is to come, and each one."""

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.decorators import display

from apps.contracts import services
from apps.contracts.admin.keys import key_in
from apps.contracts.models import Appointment, User
from apps.intake.admin.appointment_forms import FORMS, DecisionForm
from apps.intake.admin.appointment_page import page_of, people_for_decision
from apps.intake.admin.booking import book
from apps.intake.admin.new_request import FORM_REFUSED
from apps.outbox.readonly import ReadOnlyAdmin

State = Appointment.State
PAGE = "admin/intake/appointment/page.html"
ACTS: dict[str, tuple[Callable[..., Appointment], str]] = {
    "confirm": (services.confirm_appointment, "Confirmed"),
    "decline": (services.decline_appointment, "Declined"),
    "move": (services.move_appointment, "Moved"),
    "cancel": (services.cancel_appointment, "Cancelled"),
}


class ShownFilter(admin.SimpleListFilter):
    """What is to be done comes first; what is over, only if it is asked for."""

    title = "shown"
    parameter_name = "shown"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return [*((state.lower(), name) for state, name in State.choices), ("all", "All")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield from [{**first, "display": "To decide and to come"}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = (self.value() or "").upper()
        if chosen in State.values:
            return queryset.filter(state=chosen)
        if chosen == "ALL":
            return queryset
        to_come = Q(state=State.CONFIRMED, ends_at__gt=timezone.now())
        return queryset.filter(Q(state=State.ASKED) | to_come)


@admin.register(Appointment)
class AppointmentAdmin(ReadOnlyAdmin):
    """Times that clients asked for. Each form calls one service."""

    list_display = ["when", "for_whom", "about", "kind", "badge", "with_whom", "billed"]
    list_display_links = ["when", "about"]
    list_filter = [ShownFilter, "kind"]
    search_fields = [
        "subject__icontains",
        "requester__name__icontains",
        "requester__email__istartswith",
        "order__number__istartswith",
        "order__account__name__icontains",
    ]
    search_help_text = "Subject, client, address, order number, account"

    @display(description="When")
    def when(self, row: Appointment) -> SafeString:
        """The reader's time; the order's below it, where that is another one."""
        here, there = (_short(row.starts_at, zone) for zone in (_zone(), row.order.zone))
        is_same = here.rpartition(" ")[0] == there.rpartition(" ")[0]
        below = "" if is_same else format_html('<span class="fl-line fl-quiet">{}</span>', there)
        return format_html('<span><span class="fl-nowrap">{}</span>{}</span>', here, below)

    @display(description="Client")
    def for_whom(self, row: Appointment) -> SafeString:
        return format_html(
            '<span>{}<span class="fl-line fl-quiet">{}</span></span>',
            Truncator(row.requester.name).chars(40),
            Truncator(row.order.account.name).chars(40),
        )

    @display(description="Subject")
    def about(self, row: Appointment) -> str:
        return Truncator(row.subject).chars(60)

    @display(
        description="State",
        label={
            State.ASKED: "warning",
            State.CONFIRMED: "success",
            State.DECLINED: "danger",
            State.CANCELLED: "info",
        },
    )
    def badge(self, row: Appointment) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="With")
    def with_whom(self, row: Appointment) -> str:
        return str(row.staff or "-")

    @display(description="Fee")
    def billed(self, row: Appointment) -> str:
        if row.fee is None:
            return "-"
        return "Priority" if row.is_priority else "After hours"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appointment]:
        rows = super().get_queryset(request)
        return rows.select_related(
            "order__account", "order__version__policy", "requester", "staff", "fee", "service"
        ).defer("order__version__source")

    def get_ordering(self, request: HttpRequest) -> Any:
        """What is to be decided first, then by start; what is looked back on, the latest first."""
        if request.GET.get("shown") in (None, "", "asked"):
            first = Case(When(state=State.ASKED, then=Value(0)), default=1, output_field=_NUMBER)
            return [first, F("starts_at").asc(), "pk"]
        return ["-starts_at", "-pk"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("contracts.add_appointment")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        acts = [
            path(
                f"<int:pk>/{name}/",
                view(self.act_view),
                {"name": name},
                name=f"contracts_appointment_{name}",
            )
            for name in ACTS
        ]
        return [*acts, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Book what a client asks for, through the one door."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        site = {**self._site(request), "opts": None, "title": "Book an appointment"}
        return book(request, site=site)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self._appointment(request, object_id)
        if request.method == "POST":
            raise PermissionDenied  # the page has its own forms; nothing edits the row
        return self._page(request, row)

    def act_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Do what a form says; or show the page again with what was typed, and why not."""
        row = self._appointment(request, str(pk))
        if not self.has_act_permission(request):
            raise PermissionDenied
        page = HttpResponseRedirect(reverse("admin:contracts_appointment_change", args=[pk]))
        if request.method != "POST":
            return page
        do, done = ACTS[name]
        form = FORMS[name](request.POST, people=people_for_decision(), name=name)
        if form.is_valid():
            try:
                seen = _as_seen(row, form.cleaned_data["seen"])
                facts = form.facts()
                by = cast(User, request.user)
                do(appointment=seen, by=by, at=timezone.now(), zone=_zone(), **facts)
            except services.AppointmentRefused as refusal:
                form.add_error("starts_at" if refusal.is_slip else None, str(refusal))
            else:
                said = f"{done}. {row.requester.email} is told."
                self.message_user(request, said, messages.SUCCESS)
                return page
        row = self._appointment(request, str(pk))
        return self._page(request, row, refused=(name, form))

    def _appointment(self, request: HttpRequest, key: str) -> Appointment:
        """Return the appointment for somebody who may see it."""
        row = self.get_queryset(request).filter(pk=key_in(key)).first()
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404(f"There is no appointment with the key {key}.")
        return row

    def _page(
        self,
        request: HttpRequest,
        row: Appointment,
        *,
        refused: tuple[str, DecisionForm] | None = None,
    ) -> HttpResponse:
        may_act = self.has_act_permission(request)
        context = {
            **self._site(request),
            **page_of(row, at=timezone.now(), zone=_zone(), may_act=may_act, refused=refused),
            "title": row.subject,
            "subtitle": str(row.order.account),
            "original": row.subject,
            "books": self.has_add_permission(request),
        }
        status = FORM_REFUSED if refused else None
        return TemplateResponse(request, PAGE, context, status=status)

    def _site(self, request: HttpRequest) -> dict[str, Any]:
        site = self.admin_site.each_context(request)
        return {**site, "opts": self.opts, "media": self.media}


_NUMBER: IntegerField = IntegerField()


def _as_seen(row: Appointment, change: int) -> Appointment:
    """Return the appointment as it was after that change, which is what the page showed."""
    then = row.history.filter(history_id=change).first()
    if then is None:
        raise services.AppointmentRefused("This page is out of date: look at it again.")
    seen = copy(row)
    for name in ("state", "starts_at", "ends_at", "staff_id"):
        setattr(seen, name, getattr(then, name))
    return seen


def _short(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"


def _zone() -> ZoneInfo:
    return ZoneInfo(timezone.get_current_timezone_name())
