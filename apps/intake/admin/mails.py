"""Mails as staff see them: what arrived, what was decided, and why."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, cast

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

from apps.contracts.models import User
from apps.intake import services
from apps.intake.html import text_of
from apps.intake.models import InboundMail, InboundMailQuerySet, RefusedRequest
from apps.intake.rules.mail import NotAMail, ParsedMail, parse
from apps.outbox.readonly import ReadOnlyAdmin

State = InboundMail.State
LOOK_BACK = timedelta(days=7)
MOST_AT_ONCE = 200  # mails that one act lets pass: a page must come back
RAW_SHOWN = 200_000  # bytes; a browser chokes on more, and the file is one click away
TEXT_SHOWN = 100_000  # characters
READ_AGAIN = 5_000_000  # bytes; a page that reads more than this keeps people waiting


class LookFilter(admin.SimpleListFilter):
    """What became no ticket lately, and why somebody should look at it."""

    title = "to look at"
    parameter_name = "look"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return [("recent", "Held; refused, unreadable, cut or failed in 7 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() != "recent":
            return queryset
        return cast(InboundMailQuerySet, queryset).to_look_at(since=timezone.now() - LOOK_BACK)


@admin.register(InboundMail)
class InboundMailAdmin(ReadOnlyAdmin):
    """Mails are kept as they came. A held one is let pass, a failed one worked off again."""

    change_form_template = "admin/intake/inboundmail/change_form.html"
    list_display = ["received_at", "badge", "from_whom", "about", "number", "short_why"]
    list_display_links = ["received_at", "about"]
    list_filter = [LookFilter, "state"]
    list_select_related = ["ticket"]
    search_fields = ["sender__startswith", "subject__icontains", "mail_id__exact"]
    search_help_text = "Start of the sender, subject, Message-ID"
    actions = ["let_pass"]

    @display(
        description="State",
        ordering="state",
        label={
            State.RECEIVED: "info",
            State.REGISTERED: "success",
            State.ADDED: "success",
            State.REFUSED: "warning",
            State.HELD: "warning",
            State.UNREADABLE: "danger",
            State.TOO_BIG: "danger",
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
        return Truncator(mail.told).chars(80)

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboundMail]:
        # A page of a list must not read fifty mails of forty megabytes each.
        return (
            super()
            .get_queryset(request)
            .select_related("account", "ticket", "released_by")
            .defer("raw")
        )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/raw/", view(self.raw_view), name="intake_inboundmail_raw"),
            path(
                "<int:pk>/work-off/", view(self.work_off_view), name="intake_inboundmail_work_off"
            ),
            path(
                "<int:pk>/let-pass/", view(self.let_pass_view), name="intake_inboundmail_let_pass"
            ),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, mail: InboundMail) -> dict[str, Any]:
        may_act = self.has_act_permission(request)
        refused = RefusedRequest.objects.filter(mail=mail).values_list("pk", flat=True).first()
        sees_refused = request.user.has_perm("intake.view_refusedrequest")
        return {
            "title": mail.subject or "(no subject)",
            "subtitle": mail.sender or "unknown sender",
            "mail": mail,
            "may_work_off": mail.state == State.FAILED and may_act,
            "may_let_pass": mail.state == State.HELD and may_act,
            "refused_pk": refused if sees_refused else None,
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
        self._say(request, services.process(mail), "Worked off again")
        return HttpResponseRedirect(page)

    def let_pass_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let a held mail pass, and say what became of it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        mail = self.get_object(request, str(pk))
        if not self.has_act_permission(request):
            raise PermissionDenied
        if mail is None:
            raise Http404
        if mail.state == State.HELD:
            self._say(request, self._passed(request, mail), "Let pass")
        else:
            text = f"It is not held any more: {mail.get_state_display()}."
            self.message_user(request, text, messages.WARNING)
        return HttpResponseRedirect(reverse("admin:intake_inboundmail_change", args=[pk]))

    @admin.action(description="Let held mails pass", permissions=["act"])
    def let_pass(self, request: HttpRequest, queryset: QuerySet[InboundMail]) -> None:
        """Let the chosen mails pass, the oldest first; those that are not held stay as they are."""
        held = list(queryset.filter(state=State.HELD).order_by("pk")[: MOST_AT_ONCE + 1])
        passed = [self._passed(request, mail) for mail in held[:MOST_AT_ONCE]]
        for mail in passed:
            self.log_change(request, mail, f"Let pass: {mail.get_state_display()}.")
        found = Counter(mail.get_state_display().lower() for mail in passed)
        told = ", ".join(f"{number} {state}" for state, number in sorted(found.items()))
        more = " There are more: do it again." if len(held) > MOST_AT_ONCE else ""
        self.message_user(
            request,
            f"Let pass: {told}.{more}" if passed else "None of these is held.",
            messages.SUCCESS if passed else messages.WARNING,
        )

    def _passed(self, request: HttpRequest, mail: InboundMail) -> InboundMail:
        user = cast(User, request.user)
        return services.release_held(mail=mail, by=user, at=timezone.now())

    def _say(self, request: HttpRequest, mail: InboundMail, act: str) -> None:
        self.log_change(request, mail, f"{act}: {mail.get_state_display()}.")
        level = messages.ERROR if mail.state == State.FAILED else messages.SUCCESS
        self.message_user(request, f"{mail.get_state_display()}: {mail.told}", level)


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
