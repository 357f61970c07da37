"""GAP analyses in the admin: what is owed; each with its findings, time and versions."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.changes.admin.gap_forms import DropForm, GapEditor, GapTimeForm, MoveForm, SendForm
from apps.changes.admin.pages import Acting, ActingAdmin, pdf
from apps.changes.gap_pdf import file_name, gap_pdf
from apps.changes.models import GapAnalysis, GapVersion
from apps.changes.queries.gap import findings_of, readers_of
from apps.changes.rules.gap import lacking
from apps.changes.services import gap as services
from apps.changes.services.gap_sending import said_of, send_gap
from apps.contracts import queries as contracts
from apps.contracts.models import User
from apps.outbox.models import Message
from apps.tickets.queries import tam_month

State = GapAnalysis.State
TONES = {
    State.TO_DO: "warning",
    State.IN_WORK: "warning",
    State.READY: "info",
    State.SENT: "info",
    State.ACKNOWLEDGED: "success",
    State.NOT_NEEDED: "",
}


def write(acting: Acting) -> str:
    """Keep what was found; and make it ready, if that is the button that was pressed."""
    editor = GapEditor(acting.data, analysis=acting.row)
    acting.refused["editor"] = editor
    if not editor.is_valid():
        return ""
    analysis = services.write_gap(
        analysis=acting.row,
        seen=editor.form.cleaned_data["seen"],
        findings=editor.found(),
        plan=editor.form.cleaned_data["plan"],
        by=acting.by,
        at=acting.at,
    )
    del acting.refused["editor"]
    if acting.data.get("then") != "ready":
        return "What you found is kept."
    services.ready_gap(analysis=analysis, seen=analysis.edition, by=acting.by, at=acting.at)
    return "It is ready to send: look at it once more."


def send(acting: Acting) -> str:
    """Send the analysis as it was seen."""
    form = SendForm(acting.data)
    acting.refused["send"] = form
    if not form.is_valid():
        return ""
    version = send_gap(analysis=acting.row, by=acting.by, at=acting.at, **form.cleaned_data)
    return f"Version {version.number} is on its way to the client."


def drop(acting: Acting) -> str:
    """Say that the client needs none."""
    form = DropForm(acting.data)
    acting.refused["drop"] = form
    if not form.is_valid():
        return ""
    services.drop_gap(analysis=acting.row, by=acting.by, at=acting.at, **form.cleaned_data)
    return "It is not needed, and the history says why."


def move(acting: Acting) -> str:
    """Let it be due on another day."""
    form = MoveForm(acting.data)
    acting.refused["move"] = form
    if not form.is_valid():
        return ""
    services.move_gap(analysis=acting.row, by=acting.by, at=acting.at, **form.cleaned_data)
    return f"It is due by {form.cleaned_data['due_on']}."


def log(acting: Acting) -> str:
    """Log time of whoever is signed in."""
    form = GapTimeForm(acting.data)
    acting.refused["time"] = form
    if not form.is_valid():
        return ""
    work = form.cleaned_data["work"]
    entry = services.log_gap_time(
        analysis=acting.row,
        who=acting.by,
        started_at=work["started_at"],
        minutes=work["minutes"],
        what=work["what"],
        contact=work["contact"],
        by=acting.by,
        at=acting.at,
        source_key=f"gap:{acting.row.pk}:{form.cleaned_data['act_key']}",
    )
    return f"{entry.minutes} minutes are logged: they count against the TAM hours of the month."


class LookFilter(admin.SimpleListFilter):
    """What somebody has to do comes first."""

    title = "what is owed"
    parameter_name = "look"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return [("owed", "Not sent yet"), ("late", "Late"), ("mine", "Of my clients")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        if self.value() == "owed":
            return queryset.owed()
        if self.value() == "late":
            return queryset.overdue(at=timezone.now())
        if self.value() == "mine":
            orders = contracts.orders_of_tam(cast(User, request.user), at=timezone.now())
            return queryset.filter(order__in=orders)
        return queryset


@admin.register(GapAnalysis)
class GapAnalysisAdmin(ActingAdmin):
    """Each form calls one service. Nothing else writes an analysis."""

    acts = {
        "write": write,
        "send": send,
        "drop": drop,
        "move": move,
        "time": log,
    }
    page_template = "admin/changes/gapanalysis/page.html"
    related = ("change", "order__account", "order__plan__clause", "order__version")
    when_empty = "One is opened for each entitled order when a platform change is published."
    when_empty_page = "admin:changes_platformchange_changelist"
    list_display = ["called", "of_change", "account", "of_order", "due", "badge"]
    list_display_links = ["called"]
    list_filter = [LookFilter, "state"]
    list_select_related = ["change", "order__account"]
    search_fields = [
        "change__api__icontains",
        "order__number__istartswith",
        "order__account__name__icontains",
    ]
    search_help_text = "API, order, account"

    @display(description="Analysis")
    def called(self, row: GapAnalysis) -> SafeString:
        return format_html('<span class="fl-nowrap">{}</span>', row.number)

    @display(description="Change")
    def of_change(self, row: GapAnalysis) -> str:
        return str(row.change)

    @display(description="Account")
    def account(self, row: GapAnalysis) -> str:
        return str(row.order.account)

    @display(description="Order")
    def of_order(self, row: GapAnalysis) -> str:
        return str(row.order)

    @display(description="Due")
    def due(self, row: GapAnalysis) -> SafeString:
        day = f"{row.due_on.day} {row.due_on:%b %Y}"
        if row.is_overdue(at=timezone.now()):
            return format_html('<span class="fl-tag fl-red fl-nowrap">late since {}</span>', day)
        return format_html('<span class="fl-nowrap">{}</span>', day)

    @display(description="State", label=TONES)
    def badge(self, row: GapAnalysis) -> tuple[str, str]:
        return row.state, row.get_state_display()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/preview/", view(self.preview_view), name="changes_gapanalysis_preview"),
            path(
                "<int:pk>/versions/<int:number>/",
                view(self.version_view),
                name="changes_gapanalysis_version",
            ),
            *super().get_urls(),
        ]

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what is in work as the document that it would be."""
        row = self.found(request, str(pk))
        number = row.versions.count() + 1
        said = said_of(row, at=timezone.now())
        content = gap_pdf(row, said=said, number=number, what_changed="", sent_at=None)
        return pdf(content, f"{row.number.lower()}-draft.pdf")

    def version_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Show a version, byte for byte as it was sent."""
        row = self.found(request, str(pk))
        version = row.versions.filter(number=number).first()
        if version is None:
            raise Http404
        return pdf(bytes(version.content), file_name(version))

    def shown(
        self, request: HttpRequest, row: GapAnalysis, refused: Mapping[str, Any]
    ) -> dict[str, Any]:
        at = timezone.now()
        versions = list(_versions(row))
        mails = _mails(versions)
        entries = [one.entry for one in row.time.select_related("entry__who").order_by("entry")]
        return {
            "editor": refused.get("editor") or GapEditor(analysis=row),
            "send": refused.get("send") or SendForm(),
            "drop": refused.get("drop") or DropForm(),
            "move": refused.get("move") or MoveForm(initial={"due_on": row.due_on}),
            "time": refused.get("time") or GapTimeForm(),
            "lacks": lacking(findings_of(row), plan=row.plan),
            "is_late": row.is_overdue(at=at),
            "tam": contracts.tam_now(row.order, at=at),
            "month": tam_month(row.order, at=at),
            "readers": readers_of(row.order),
            "versions": [(version, mails.get(version.pk, [])) for version in versions],
            "entries": entries,
            "minutes": sum(entry.minutes for entry in entries),
            "past": row.history.select_related("history_user").order_by("-history_id")[:20],
        }


def _versions(row: GapAnalysis) -> QuerySet[GapVersion]:
    related = ("sent_by", "acknowledgement")
    return row.versions.select_related(*related).defer("content").order_by("-number")


def _mails(versions: Iterable[GapVersion]) -> dict[int, list[Message]]:
    found: dict[int, list[Message]] = {}
    for version in versions:
        rows = Message.objects.filter(key__startswith=f"gap-version:{version.pk}:")
        found[version.pk] = list(rows.order_by("pk"))
    return found
