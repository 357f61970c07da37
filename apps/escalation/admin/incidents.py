"""Incidents and their Reasons for Outage: what is owed, what is written, and each one's page."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.decorators import display

from apps.contracts.admin.keys import key_in
from apps.contracts.models import User
from apps.contracts.queries.hours import hours as hours_of
from apps.contracts.queries.hours import published_hours
from apps.escalation import services
from apps.escalation.admin.incident_acts import ACTS, WRITES, Acting
from apps.escalation.admin.incident_page import page_of
from apps.escalation.models import Incident, OutageReport, ReportCopy
from apps.escalation.outage_pdf import outage_pdf
from apps.escalation.queries import owed_reports, tickets_of, unbegun_reports
from apps.outbox.readonly import ReadOnlyAdmin
from apps.tickets.admin.badges import badge_of, hours_for
from apps.tickets.models import Deadline, Ticket

State = OutageReport.State
FORM_REFUSED = 422
PAGE = "admin/escalation/incident/page.html"
MOST_UNBEGUN = 20  # reports that nobody has begun, above the list


class ReportFilter(admin.SimpleListFilter):
    """What somebody has to do comes first."""

    title = "report"
    parameter_name = "report"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return [("draft", "To write"), ("review", "To review"), ("issued", "Issued")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = (self.value() or "").upper()
        if chosen not in State.values:
            return queryset
        in_work = OutageReport.objects.unissued().filter(incident=OuterRef("pk"))
        if chosen == State.ISSUED:
            return queryset.filter(~Exists(in_work))
        return queryset.filter(Exists(in_work.filter(state=chosen)))


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    """Outages with the documents that are owed for them. Each form calls one service."""

    list_before_template = "admin/escalation/incident/unbegun.html"
    list_display = ["number", "about", "tickets", "report", "promise", "author"]
    list_display_links = ["number", "about"]
    list_filter = [ReportFilter]
    search_fields = ["title__icontains", "members__ticket__account__name__icontains"]
    search_help_text = "Title, account"

    @display(description="Number")
    def number(self, row: Incident) -> SafeString:
        return format_html('<span class="fl-nowrap">{}</span>', row.number)

    @display(description="What was out")
    def about(self, row: Incident) -> str:
        return Truncator(row.title).chars(80)

    @display(description="Tickets")
    def tickets(self, row: Any) -> int:
        return int(row.ticket_count)

    @display(
        description="Report",
        label={State.DRAFT: "warning", State.REVIEW: "info", State.ISSUED: "success"},
    )
    def report(self, row: Any) -> tuple[str, str]:
        latest = row.latest_reports[0]
        return latest.state, f"{latest.get_state_display()}, revision {latest.revision}"

    @display(description="Owed")
    def promise(self, row: Any) -> SafeString | str:
        owed = [deadline for member in row.members.all() for deadline in member.ticket.owed_reports]
        first = min(owed, key=lambda deadline: deadline.due_at, default=None)
        if first is None:
            return "–"
        # Those that it was counted with are kept in the process.
        hours = published_hours(first.hours_id) if first.hours_id else hours_of(first.calendar_id)
        badge = badge_of(first, at=timezone.now(), hours=hours)
        return format_html('<span class="fl-tag fl-{}">{}</span>', badge.tone, badge.words)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Incident]:
        reports = OutageReport.objects.defer("summary", "root_cause").order_by("-revision")
        owed = owed_reports().select_related("ticket")
        return (
            super()
            .get_queryset(request)
            .select_related("author")
            .annotate(ticket_count=Count("members", distinct=True))
            .prefetch_related(
                Prefetch("reports", queryset=reports, to_attr="latest_reports"),
                Prefetch("members__ticket__deadlines", queryset=owed, to_attr="owed_reports"),
            )
        )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        may_see = request.user.has_perm("tickets.view_ticket")
        unbegun = list(_unbegun()[:MOST_UNBEGUN]) if may_see else []
        extra = {
            "unbegun": list(_with_badges(unbegun)),
            "may_write": request.user.has_perm(WRITES),
            "zone": timezone.get_current_timezone_name(),
        }
        return super().changelist_view(request, {**(extra_context or {}), **extra})

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("open/", view(self.open_view), name="escalation_incident_open"),
            path("<int:pk>/act/<slug:name>/", view(self.act_view), name="escalation_incident_act"),
            path("<int:pk>/preview/", view(self.preview_view), name="escalation_incident_preview"),
            path(
                "<int:pk>/copies/<int:copy>/",
                view(self.copy_view),
                name="escalation_incident_copy",
            ),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        incident = self._incident(request, object_id)
        if request.method == "POST":
            raise PermissionDenied  # the page has its own forms; nothing edits the row
        return self._page(request, incident, refused={})

    def open_view(self, request: HttpRequest) -> HttpResponse:
        """Open an incident for a ticket, and go to its report."""
        if not request.user.has_perms([WRITES, "tickets.view_ticket"]):
            raise PermissionDenied
        ticket = Ticket.objects.filter(pk=key_in(request.POST.get("ticket", ""))).first()
        if request.method != "POST" or ticket is None:
            return HttpResponseRedirect(reverse("admin:escalation_incident_changelist"))
        by, at = cast(User, request.user), timezone.now()
        title = request.POST.get("title", "") or ticket.subject
        try:
            incident = services.open_incident(ticket=ticket, title=title, by=by, at=at)
        except services.Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            page = reverse("admin:tickets_ticket_change", args=[ticket.pk])
            return HttpResponseRedirect(page)
        return HttpResponseRedirect(_page_of(incident))

    def act_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Do what a form says; or show the page again with what was typed, and why not."""
        incident = self._incident(request, str(pk))
        if name not in ACTS:
            raise Http404
        act, permission = ACTS[name]
        if not request.user.has_perm(permission):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseRedirect(_page_of(incident))
        acting = Acting(incident, request.POST, by=cast(User, request.user), at=timezone.now())
        try:
            done = act(acting)
        except services.Refused as refusal:
            acting.refused["problems"] = [str(refusal)]
        else:
            if done:
                self.message_user(request, done, messages.SUCCESS)
                return HttpResponseRedirect(_page_of(incident))
        return self._page(request, self._incident(request, str(pk)), refused=acting.refused)

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what is in work as the document that it would be."""
        incident = self._incident(request, str(pk))
        report = incident.reports.unissued().first()
        if report is None:
            raise Http404
        content = outage_pdf(report, tickets=tickets_of(incident), account=None, issued_at=None)
        return _pdf(content, f"{incident.number}-draft.pdf")

    def copy_view(self, request: HttpRequest, pk: int, copy: int) -> HttpResponse:
        """Show an issued document, byte for byte as it was sent."""
        incident = self._incident(request, str(pk))
        found = ReportCopy.objects.filter(pk=copy, report__incident=incident).first()
        if found is None:
            raise Http404
        return _pdf(bytes(found.content), f"{incident.number}-copy-{found.pk}.pdf")

    def _incident(self, request: HttpRequest, key: str) -> Incident:
        """Return the incident for somebody who may see it."""
        incident = Incident.objects.select_related("author").filter(pk=key_in(key)).first()
        if not self.has_view_permission(request, incident):
            raise PermissionDenied
        if incident is None:
            raise Http404(f"There is no incident with the key {key}.")
        return incident

    def _page(
        self, request: HttpRequest, incident: Incident, *, refused: dict[str, Any]
    ) -> HttpResponse:
        site = self.admin_site.each_context(request)
        page = page_of(
            incident,
            at=timezone.now(),
            zone=timezone.get_current_timezone_name(),
            user=cast(User, request.user),
            refused=refused,
        )
        context = {
            **site,
            **page,
            "opts": self.opts,
            "media": self.media,
            "title": incident.number,
            "subtitle": incident.title,
            "original": incident,
            "is_fullwidth": "1",
            "problems": refused.get("problems", []),
        }
        return TemplateResponse(request, PAGE, context, status=FORM_REFUSED if refused else None)


def _unbegun() -> QuerySet[Deadline]:
    """Return the reports that are owed, and that nobody has begun."""
    related = ("ticket__account", "ticket__severity", "ticket__assignee")
    return unbegun_reports().select_related(*related)


def _with_badges(rows: list[Deadline]) -> Iterator[tuple[Deadline, Any]]:
    hours = hours_for([row.ticket for row in rows]) if rows else {}
    for row in rows:
        yield row, badge_of(row, at=timezone.now(), hours=hours[row.calendar_id])


def _page_of(incident: Incident) -> str:
    return reverse("admin:escalation_incident_change", args=[incident.pk])


def _pdf(content: bytes, name: str) -> HttpResponse:
    headers = {
        "Content-Disposition": f'inline; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type="application/pdf", headers=headers)
