"""Findings of fault: what was found, on which ticket, by whom; and the form for the next one."""

from collections.abc import Iterable
from datetime import UTC
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.decorators import display

from apps.contracts.admin.keys import key_in
from apps.contracts.models import AuthorisedUser, User
from apps.contracts.queries.catalogue import catalogue
from apps.escalation import services
from apps.escalation.admin.report_forms import time_field
from apps.escalation.models import FaultDetermination
from apps.escalation.queries import review_of
from apps.outbox.readonly import ReadOnlyAdmin
from apps.tickets.admin.explained import cite
from apps.tickets.admin.forms import ActForm, named
from apps.tickets.models import Ticket

Finding = FaultDetermination.Finding
FORM_REFUSED = 422
ADD = "admin/escalation/fault/add.html"


class FaultForm(ActForm):
    """Whose fault it was, by whom on each side, when and why."""

    name = "fault"
    AGREED, ALONE = "agreed", "alone"
    finding = forms.ChoiceField(
        choices=Finding.choices,
        error_messages=dict.fromkeys(["required", "invalid_choice"], "Say what was found."),
    )
    basis = forms.ChoiceField(
        choices=[(AGREED, "Both sides agree"), (ALONE, "Our word alone")],
        error_messages=dict.fromkeys(
            ["required", "invalid_choice"], "Say whether the client agreed."
        ),
    )
    ours = forms.ModelChoiceField(
        queryset=User.objects.filter(is_staff=True, is_active=True),
        label="Who decided for us",
        widget=forms.Select(attrs={"class": "tk-input"}),
        error_messages={
            "required": "Choose who decided for us.",
            "invalid_choice": "That person does not work here: choose somebody else.",
        },
    )
    theirs = forms.ModelChoiceField(
        queryset=AuthorisedUser.objects.none(),
        required=False,
        label="Who spoke for the client",
        empty_label="Nobody",
        widget=forms.Select(attrs={"class": "tk-input"}),
        error_messages={"invalid_choice": "That person is no authorised user of this order."},
    )
    decided_at = time_field("When it was decided", required=True)
    why = forms.CharField(
        required=False,  # the service says better what is missing
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "tk-input"}),
        label="Why",
    )

    def __init__(self, data: Any = None, *, ticket: Ticket, initial: Any = None) -> None:
        super().__init__(data, ticket=ticket)
        self.initial = initial or {}
        people = AuthorisedUser.objects.filter(order=ticket.order_id).order_by("name", "pk")
        self.fields["theirs"].queryset = people  # type: ignore[attr-defined]

    def facts(self) -> dict[str, Any]:
        """Return what the service is told."""
        given = self.cleaned_data
        words = [str(self.data.get(name, "")) for name in sorted(self.fields) if name != "act_key"]
        return {
            "finding": given["finding"],
            "is_agreed": given["basis"] == self.AGREED,
            "ours": given["ours"],
            "theirs": given["theirs"],
            "why": given["why"].replace("\r\n", "\n"),
            "decided_at": given["decided_at"].astimezone(UTC),
            "act_key": named(given["act_key"], *words),
        }


class CountsFilter(admin.SimpleListFilter):
    """The one of each ticket that counts; or all that ever were."""

    title = "what counts"
    parameter_name = "counts"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return [("latest", "The latest of each ticket")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() != "latest":
            return queryset
        rows = FaultDetermination.objects.order_by()
        later = rows.filter(ticket=OuterRef("ticket"), pk__gt=OuterRef("pk"))
        return queryset.filter(~Exists(later))


@admin.register(FaultDetermination)
class FaultDeterminationAdmin(ReadOnlyAdmin):
    """Findings are written down, and never changed: a change is the next one."""

    list_display = ["decided", "ticket_link", "tag", "basis", "our_side", "their_side", "reason"]
    list_display_links = ["decided"]
    list_filter = [CountsFilter, "finding"]
    fields = [
        *("ticket", "finding", "basis", "our_side", "their_side", "why", "decided_at"),
        *("recorded_at", "recorded_by"),
    ]
    readonly_fields = ["basis", "our_side", "their_side"]
    search_fields = ["ticket__account__name__icontains", "why__icontains"]
    search_help_text = "Account, words of the reason"

    def get_queryset(self, request: HttpRequest) -> QuerySet[FaultDetermination]:
        related = ("ticket__account", "ours", "theirs", "recorded_by")
        return super().get_queryset(request).select_related(*related)

    @display(description="Decided at")
    def decided(self, row: FaultDetermination) -> SafeString:
        local = timezone.localtime(row.decided_at)
        said = f"{local.day} {local:%b %Y, %H:%M}"
        return format_html('<span class="fl-nowrap">{}</span>', said)

    @display(description="Ticket")
    def ticket_link(self, row: FaultDetermination) -> SafeString:
        url = reverse("admin:tickets_ticket_change", args=[row.ticket_id])
        return format_html(
            '<a class="fl-link fl-nowrap" href="{}">{}</a><span class="fl-line fl-quiet">{}</span>',
            url,
            row.ticket.number,
            row.ticket.account,
        )

    @display(
        description="Finding",
        label={
            Finding.PROVIDER: "danger",
            Finding.NOT_PROVIDER: "success",
            Finding.UNDECIDED: "warning",
        },
    )
    def tag(self, row: FaultDetermination) -> tuple[str, str]:
        return row.finding, row.get_finding_display()

    @display(description="Basis")
    def basis(self, row: FaultDetermination) -> str:
        return "Both sides" if row.is_agreed else "Our word alone"

    @display(description="For us")
    def our_side(self, row: FaultDetermination) -> str:
        return str(row.ours)

    @display(description="For the client")
    def their_side(self, row: FaultDetermination) -> str:
        return row.theirs.name if row.theirs else "–"

    @display(description="Why")
    def reason(self, row: FaultDetermination) -> str:
        return Truncator(row.why).chars(80)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """It is written down from the ticket that it is about, so no list offers to add one."""
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Write a finding down on the ticket that the address names."""
        perms = ["escalation.add_faultdetermination", "tickets.view_ticket"]
        if not request.user.has_perms(perms):
            raise PermissionDenied
        ticket = (
            Ticket.objects.select_related("order", "account", "version", "merged_into", "requester")
            .filter(pk=key_in(request.GET.get("ticket", "")))
            .first()
        )
        if ticket is None:
            self.message_user(request, "Open the ticket that it is about first.", messages.WARNING)
            return HttpResponseRedirect(reverse("admin:tickets_ticket_changelist"))
        return self._add(request, ticket)

    def _add(self, request: HttpRequest, ticket: Ticket) -> HttpResponse:
        by, at = cast(User, request.user), timezone.now()
        initial = {"ours": by.pk, "theirs": ticket.requester_id, "decided_at": at}
        form = FaultForm(request.POST or None, ticket=ticket, initial=initial)
        if request.method == "POST" and form.is_valid():
            try:
                row = services.determine_fault(ticket=ticket, by=by, at=at, **form.facts())
            except services.Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                said = f"{row.get_finding_display()}: written down on {ticket.number}."
                self.message_user(request, said, messages.SUCCESS)
                page = reverse("admin:tickets_ticket_change", args=[ticket.pk])
                return HttpResponseRedirect(page)
        review = review_of(ticket)
        context = {
            **self.admin_site.each_context(request),
            "opts": None,
            "media": self.media,
            "title": "Whose fault it was",
            "ticket": ticket,
            "form": form,
            "review": review,
            "zone": timezone.get_current_timezone_name(),
            "clauses": cite(review.clause, catalogue(ticket.version_id).clauses),
            "findings": FaultDetermination.objects.filter(ticket=ticket).select_related(
                "ours", "theirs"
            ),
        }
        status = FORM_REFUSED if form.errors else None
        return TemplateResponse(request, ADD, context, status=status)
