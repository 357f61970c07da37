"""Mails as staff see them: what arrived, what was decided, and why."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.decorators import display

from apps.intake import services
from apps.intake.html import text_of
from apps.intake.models import InboundMail
from apps.intake.rules.mail import NotAMail, ParsedMail, parse
from apps.outbox.readonly import ReadOnlyAdmin

State = InboundMail.State
LOOK_BACK = timedelta(days=7)
RAW_SHOWN = 200_000  # bytes; a browser chokes on more, and the file is one click away
TEXT_SHOWN = 100_000  # characters
READ_AGAIN = 5_000_000  # bytes; a page that reads more than this keeps people waiting


class LookFilter(admin.SimpleListFilter):
    """What became no ticket lately, and why somebody should look at it."""

    title = "to look at"
    parameter_name = "look"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return [("recent", "Refused, unreadable or failed, 7 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() != "recent":
            return queryset
        return queryset.filter(
            state__in=[State.REFUSED, State.UNREADABLE, State.FAILED],
            received_at__gte=timezone.now() - LOOK_BACK,
        )


@admin.register(InboundMail)
class InboundMailAdmin(ReadOnlyAdmin):
    """Mails are kept as they came. The one act there is: have a failed one worked off again."""

    change_form_template = "admin/intake/inboundmail/change_form.html"
    list_display = ["received_at", "badge", "from_whom", "about", "number", "short_why"]
    list_display_links = ["received_at", "about"]
    list_filter = [LookFilter, "state"]
    list_select_related = ["ticket"]
    search_fields = ["sender__startswith", "subject__icontains", "mail_id__exact"]
    search_help_text = "Start of the sender, subject, Message-ID"

    @display(
        description="State",
        ordering="state",
        label={
            State.RECEIVED: "info",
            State.REGISTERED: "success",
            State.ADDED: "success",
            State.REFUSED: "warning",
            State.UNREADABLE: "danger",
            State.FAILED: "danger",
        },
    )
    def badge(self, mail: InboundMail) -> tuple[str, str]:
        return mail.state, mail.get_state_display()

    @display(description="From")
    def from_whom(self, mail: InboundMail) -> str:
        return Truncator(mail.sender or "unknown sender").chars(60)

    @display(description="Subject")
    def about(self, mail: InboundMail) -> str:
        return Truncator(mail.subject or "(no subject)").chars(60)

    @display(description="Ticket")
    def number(self, mail: InboundMail) -> str | SafeString:
        if mail.ticket is None:
            return "-"
        url = reverse("admin:tickets_ticket_change", args=[mail.ticket_id])
        return format_html('<a class="fl-link fl-nowrap" href="{}">{}</a>', url, mail.ticket.number)

    @display(description="Why")
    def short_why(self, mail: InboundMail) -> str:
        return Truncator(mail.why).chars(80)

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboundMail]:
        # A page of a list must not read fifty mails of forty megabytes each.
        return super().get_queryset(request).select_related("account", "ticket").defer("raw")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/raw/", view(self.raw_view), name="intake_inboundmail_raw"),
            path(
                "<int:pk>/work-off/", view(self.work_off_view), name="intake_inboundmail_work_off"
            ),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, mail: InboundMail) -> dict[str, Any]:
        return {
            "title": mail.subject or "(no subject)",
            "subtitle": mail.sender or "unknown sender",
            "mail": mail,
            "may_work_off": mail.state == State.FAILED and self.has_act_permission(request),
            **_contents(bytes(mail.raw)),
        }

    def raw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Offer the mail as it came, as a download that no browser opens by itself."""
        mail = self.get_object(request, str(pk))
        if not self.has_view_permission(request, mail):
            raise PermissionDenied
        if mail is None:
            raise Http404
        return HttpResponse(
            bytes(mail.raw),
            content_type="application/octet-stream",
            headers={
                "Content-Disposition": f'attachment; filename="mail-{mail.pk}.eml"',
                "X-Content-Type-Options": "nosniff",
            },
        )

    def work_off_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Work a failed mail off again, and say what became of it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        mail = self.get_object(request, str(pk))
        if not self.has_act_permission(request):
            raise PermissionDenied
        if mail is None:
            raise Http404
        page = reverse("admin:intake_inboundmail_change", args=[pk])
        if mail.state != State.FAILED:
            text = f"Only a failed mail is worked off again; this one: {mail.get_state_display()}."
            self.message_user(request, text, messages.WARNING)
            return HttpResponseRedirect(page)
        mail = services.process(mail)
        self.log_change(request, mail, f"Worked off again: {mail.get_state_display()}.")
        level = messages.ERROR if mail.state == State.FAILED else messages.SUCCESS
        self.message_user(request, f"{mail.get_state_display()}: {mail.why}", level)
        return HttpResponseRedirect(page)


def _contents(raw: bytes) -> dict[str, Any]:
    """Return what the page shows of a raw mail: its header, its text and, up to a size, itself."""
    parsed, unread = _parsed(raw)
    text = (parsed.text or text_of(parsed.html)) if parsed else ""
    return {
        "parsed": parsed,
        "unread": unread,
        "text": text[:TEXT_SHOWN],
        "text_cut": len(text) > TEXT_SHOWN,
        "raw": raw[:RAW_SHOWN].decode("utf-8", "replace").replace("\0", "␀"),
        "raw_cut": len(raw) > RAW_SHOWN,
        "size": len(raw),
    }


def _parsed(raw: bytes) -> tuple[ParsedMail | None, str]:
    """Return the mail as read, or why there is nothing to show."""
    if len(raw) > READ_AGAIN:
        return None, "It is too large to be shown here. Download it."
    try:
        return parse(raw), ""
    except NotAMail as unreadable:
        return None, str(unreadable)
    except Exception as fault:
        return None, f"It cannot be read: {type(fault).__name__}: {fault}"
