"""Voice messages as staff see them: what waits, each one with its page, and writing one down."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.contracts.models import User
from apps.intake import services
from apps.intake.models import VoiceMessage
from apps.intake.models.voice import LONGEST_TRANSCRIPT
from apps.intake.rules.phone import ending_of
from apps.outbox.readonly import ReadOnlyAdmin
from apps.tickets.models import Ticket
from apps.tickets.services import Refused

FORM_REFUSED = 422
State = VoiceMessage.State


class ShownFilter(admin.SimpleListFilter):
    """What somebody has to do something about comes first."""

    title = "shown"
    parameter_name = "shown"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return [("all", "All")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield from [{**first, "display": "Not settled"}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset if self.value() == "all" else queryset.exclude(state=State.SETTLED)


class VoiceForm(forms.Form):
    """What an operator heard."""

    act_key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    number = forms.CharField(max_length=40, required=False, label="Number")
    caller = forms.CharField(max_length=120, required=False, label="Caller")
    left_at = forms.DateTimeField(
        required=False,
        label="When they spoke",
        error_messages={"invalid": "Write the time as 2026-11-27T14:30."},
    )
    transcript = forms.CharField(
        max_length=LONGEST_TRANSCRIPT, label="What was said", widget=forms.Textarea
    )
    recording_url = forms.URLField(
        max_length=1000, required=False, label="Address of the recording", assume_scheme="https"
    )

    def left(self, *, at: datetime) -> services.Left:
        """Return it for the service; no time given: just now."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "act_key"}
        left_at = given.pop("left_at") or at
        return services.Left(left_at=left_at.astimezone(UTC), **given)


@admin.register(VoiceMessage)
class VoiceMessageAdmin(ReadOnlyAdmin):
    """Voice messages come in by webhook or by the form; people settle them."""

    change_form_template = "admin/intake/voicemessage/change_form.html"
    list_display = ["came", "who_called", "badge", "page_state", "led_to"]
    list_display_links = ["came", "who_called"]
    list_filter = [ShownFilter, "state"]
    search_fields = ["caller__icontains", "person__name__icontains"]
    search_help_text = "Caller, phone number"

    def get_queryset(self, request: HttpRequest) -> QuerySet[VoiceMessage]:
        related = ("person__order__account", "page__acknowledged_by", "ticket", "recorded_by")
        rows = super().get_queryset(request).select_related(*related, "settled_by")
        return rows.defer("recording")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        ending = ending_of(search_term)
        if ending:
            found |= queryset.filter(Q(number_backwards__startswith=ending))
        return found, may_repeat

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "intake_voicemessage"
        return [
            path("<int:pk>/settle/", view(self.settle), name=f"{name}_settle"),
            path("<int:pk>/caller/", view(self.caller), name=f"{name}_caller"),
            path("<int:pk>/recording/", view(self.recording), name=f"{name}_recording"),
            *super().get_urls(),
        ]

    @display(description="Came in")
    def came(self, voice: VoiceMessage) -> SafeString:
        local = timezone.localtime(voice.came_at)
        said = f"{local.day} {local:%b %Y, %H:%M}"
        return format_html('<span class="fl-nowrap">{}</span>', said)

    @display(description="Caller")
    def who_called(self, voice: VoiceMessage) -> SafeString:
        return format_html(
            '<span><bdi>{}</bdi><span class="fl-line fl-quiet">{}</span></span>',
            voice.who,
            voice.person.order.account if voice.person else "not a known user",
        )

    @display(
        description="State",
        label={State.WAITING: "warning", State.PAGED: "danger", State.SETTLED: "success"},
    )
    def badge(self, voice: VoiceMessage) -> tuple[str, str]:
        return voice.state, voice.get_state_display()

    @display(description="Page")
    def page_state(self, voice: VoiceMessage) -> str | SafeString:
        if voice.page is None:
            return "–"
        url = reverse("admin:escalation_page_change", args=[voice.page_id])
        said = voice.page.acknowledged_by or voice.page.get_state_display()
        return format_html('<a class="fl-link" href="{}">{}</a>', url, said)

    @display(description="Led to")
    def led_to(self, voice: VoiceMessage) -> str | SafeString:
        if voice.ticket is None:
            return voice.outcome or "–"
        url = reverse("admin:tickets_ticket_change", args=[voice.ticket_id])
        return format_html(
            '<a class="fl-link fl-nowrap" href="{}">{}</a>', url, voice.ticket.number
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("intake.add_voicemessage")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Write a voice message down that an operator heard; outside of hours it pages."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        at = timezone.now()
        form = VoiceForm(request.POST or None, initial={"act_key": uuid4().hex})
        if form.is_valid():
            by, key = cast(User, request.user), f"staff:{form.cleaned_data['act_key']}"
            try:
                voice = services.take_voice(left=form.left(at=at), source_key=key, at=at, by=by)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _said(voice))
                return _to(voice)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": "Write a voice message down",
            "original": "Write one down",
            "form": form,
        }
        template = "admin/intake/voicemessage/add.html"
        status = FORM_REFUSED if form.is_bound else None
        return TemplateResponse(request, template, context, status=status)

    def page_context(self, request: HttpRequest, voice: VoiceMessage) -> dict[str, Any]:
        return {
            "title": str(voice),
            "voice": voice,
            "has_recording": VoiceMessage.objects.filter(
                pk=voice.pk, recording__isnull=False
            ).exists(),
            "is_audio": voice.recording_type.startswith("audio/"),
            "acts": self.has_act_permission(request) and voice.state != State.SETTLED,
            "sees_tickets": request.user.has_perm("tickets.view_ticket"),
            "sees_pages": request.user.has_perm("escalation.view_page"),
        }

    def settle(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say what became of it: a ticket's number, or words."""
        voice = self._voice(request, pk)
        if not self.has_act_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return _to(voice)
        words, outcome = (request.POST.get(name, "").strip() for name in ("ticket", "outcome"))
        ticket = Ticket.objects.numbered(words).first() if words else None
        if words and ticket is None:
            messages.error(request, "There is no such ticket: write its number.")
            return _to(voice)
        act = {"by": cast(User, request.user), "at": timezone.now()}
        try:
            services.settle_voice(voice=voice, ticket=ticket, outcome=outcome, **act)  # type: ignore[arg-type]
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            self.log_change(request, voice, "Settled.")
            messages.success(request, "Settled. The caller is not asked again.")
        return _to(voice)

    def caller(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say whose it is, by the caller's mail address."""
        voice = self._voice(request, pk)
        if not self.has_act_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            address = request.POST.get("address", "")
            try:
                voice = services.know_caller(voice=voice, address=address, at=timezone.now())
            except Refused as refusal:
                messages.error(request, str(refusal))
            else:
                self.log_change(request, voice, f"It is {voice.person}.")
                messages.success(request, f"It is {voice.person}.")
        return _to(voice)

    def recording(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return the recording; only as sound, or as a file that nothing opens by itself."""
        voice = self._voice(request, pk)
        content = VoiceMessage.objects.values_list("recording", flat=True).get(pk=voice.pk)
        if content is None:
            raise Http404("There is no recording here.")
        is_audio = voice.recording_type.startswith("audio/")
        shown = "inline" if is_audio else "attachment"
        return HttpResponse(
            bytes(content),
            content_type=voice.recording_type if is_audio else "application/octet-stream",
            headers={
                "Content-Disposition": f"{shown}; filename=voice",
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "sandbox; default-src 'none'; media-src 'self'",
                "Cache-Control": "private, no-store",
            },
        )

    def _voice(self, request: HttpRequest, pk: int) -> VoiceMessage:
        if not self.has_view_permission(request):
            raise PermissionDenied
        voice = self.get_queryset(request).filter(pk=pk).first()
        if voice is None:
            raise Http404("There is no such voice message.")
        return voice


def _said(voice: VoiceMessage) -> str:
    if voice.page_id is None:
        return "It is written down and waits to be answered: these are standard hours."
    asked = (
        f" {voice.person.email} is asked for a ticket."
        if voice.person and voice.chase_after
        else ""
    )
    return f"It is written down, and whoever is on call is paged.{asked}"


def _to(voice: VoiceMessage) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:intake_voicemessage_change", args=[voice.pk]))
