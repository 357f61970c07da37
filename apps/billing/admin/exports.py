"""Exports as they were made, and the pages of the reports that they are made of."""

from collections.abc import Iterator
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.http import content_disposition_header
from unfold.decorators import display

from apps.billing.admin import report_pages
from apps.billing.admin.acting import plain_money
from apps.billing.admin.report_shown import shown
from apps.billing.models import ExportBatch
from apps.billing.queries.reports import Column, report_named
from apps.outbox.readonly import ReadOnlyAdmin
from apps.tickets.wording import size

State = ExportBatch.State
PIECE = 64 * 1024


@admin.register(ExportBatch)
class ExportBatchAdmin(ReadOnlyAdmin):
    """Each export once, with its rows, its sums, and what the ledger had."""

    when_empty = "Choose a report and make a file of it: each file is kept here."
    when_empty_page = "admin:billing_reports"
    list_display = [
        "title",
        "period",
        "format",
        "written_count",
        "control_amount",
        "badge",
        "asked_at",
        "asked_by",
    ]
    list_filter = ["state", "format"]
    list_select_related = ["account", "asked_by"]
    search_fields = ["report", "sha256"]
    change_form_template = "admin/billing/export/page.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("reports/", view(report_pages.reports_view), name="billing_reports"),
            path("overview/", view(report_pages.overview_view), name="billing_overview"),
            path("reports/<slug:key>/", view(report_pages.report_view), name="billing_report"),
            path(
                "reports/<slug:key>/export/",
                view(report_pages.export_view),
                name="billing_report_export",
            ),
            path(
                "<int:pk>/download/",
                view(self.download_view),
                name="billing_exportbatch_download",
            ),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExportBatch]:
        return super().get_queryset(request).select_related("account", "asked_by")

    @display(description="Export")
    def title(self, batch: ExportBatch) -> str:
        report = report_named(batch.report)
        return f"{batch.pk} · {report.title if report else batch.report}"

    @display(description="Period")
    def period(self, batch: ExportBatch) -> str:
        narrowed = [str(batch.account or ""), batch.currency]
        return ", ".join(filter(None, [f"{batch.since_on} – {batch.until_on}", *narrowed]))

    @display(description="Rows")
    def written_count(self, batch: ExportBatch) -> str:
        return f"{batch.row_count:,}" if batch.state == State.DONE else ""

    @display(description="Control total")
    def control_amount(self, batch: ExportBatch) -> str:
        return plain_money((amount, currency) for currency, amount in batch.booked.items())

    @display(
        description="State",
        label={State.DONE: "success", State.WAITING: "info", State.REFUSED: "danger"},
    )
    def badge(self, batch: ExportBatch) -> tuple[str, str]:
        return batch.state, batch.get_state_display()

    def page_context(self, request: HttpRequest, record: ExportBatch) -> dict[str, Any]:
        report = report_named(record.report)
        columns = {column.name: column for column in report.columns} if report else {}
        return {
            "batch": record,
            "totals": [
                (currency, [_named(columns.get(name), name, amount) for name, amount in of.items()])
                for currency, of in record.totals.items()
                if of
            ],
            "report": report,
            "period": self.period(record),
            "written": size(record.size),
            "may_export": request.user.has_perm(report_pages.EXPORTS),
            "document_count": record.documents.count(),
        }

    def download_view(self, request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
        """Send the file as it was made, once it is seen to be that."""
        if not request.user.has_perm(report_pages.EXPORTS):
            raise PermissionDenied
        batch = ExportBatch.objects.filter(pk=pk).first()
        if batch is None or batch.state != State.DONE:
            raise Http404
        if not _is_whole(batch):
            messages.error(
                request,
                "The file is lost or was changed on the disk: restore"
                f" {batch.file.name} from a backup.",
            )
            return redirect(reverse("admin:billing_exportbatch_change", args=[pk]))
        answer = StreamingHttpResponse(_pieces(batch), content_type="application/octet-stream")
        answer["Content-Length"] = batch.size
        name = str(batch.file).rpartition("/")[2]
        answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
        answer["X-Content-Type-Options"] = "nosniff"
        answer["Cache-Control"] = "private, no-store"
        return answer


def _named(column: Column | None, name: str, amount: str) -> tuple[str, str]:
    """Return what a sum of the file is called and comes to, as people read it."""
    return (column.heading, shown(column, Decimal(amount))) if column else (name, amount)


def _pieces(batch: ExportBatch) -> Iterator[bytes]:
    with default_storage.open(str(batch.file)) as file:
        yield from file.chunks(PIECE)


def _is_whole(batch: ExportBatch) -> bool:
    digest = sha256()
    try:
        for piece in _pieces(batch):
            digest.update(piece)
    except FileNotFoundError:
        return False
    return digest.hexdigest() == batch.sha256
