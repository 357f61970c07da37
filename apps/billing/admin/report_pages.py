"""Pages of the reports: what there is, one report, its files, and exports made of it."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header

from apps.billing.admin.report_form import AskReport
from apps.billing.admin.report_shown import found
from apps.billing.files.csv_file import csv_pieces
from apps.billing.files.statement_pdf import statement_pdf
from apps.billing.files.xlsx_file import write_xlsx
from apps.billing.models import ExportBatch
from apps.billing.queries.overview import overview, standings
from apps.billing.queries.reports import PROFILES, REPORTS, Asked, Report, report_named
from apps.billing.queries.reports.reading import reading_from, rows_of, totals_of
from apps.billing.services import BillingRefused, exporting
from apps.billing.tasks import make_export

SEES = "billing.view_document"
EXPORTS = "billing.export_document"
MOST_AT_ONCE = 100_000  # rows of a sheet that is made while somebody waits
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def reports_view(request: HttpRequest) -> HttpResponse:
    """List the reports with what each is about."""
    _allow(request, SEES)
    groups: dict[str, list[Report]] = {}
    for report in (*REPORTS.values(), *PROFILES.values()):
        groups.setdefault(report.group, []).append(report)
    return _page(request, "index", "Finance reports", {"groups": groups})


def overview_view(request: HttpRequest) -> HttpResponse:
    """Show what finance sees first; the home page fetches the same as a piece."""
    _allow(request, SEES)
    context = {"money": overview(on=timezone.localdate()), "standings": standings()}
    name = "charts" if "piece" in request.GET else "overview"
    return _page(request, name, "Money at a glance", context)


def report_view(request: HttpRequest, key: str) -> HttpResponse:
    """Show a report, or send it as a file."""
    _allow(request, SEES)
    report = _found(key)
    form = AskReport(request.GET, report=report, today=timezone.localdate())
    context: dict[str, Any] = {"report": report, "form": form, "query": _query(request)}
    if not form.is_valid():
        if not request.GET:
            # Nothing was asked yet where an account is needed first: that is no mistake.
            form.errors.clear()
        return _page(request, "page", report.title, context)
    asked = form.asked()
    for name, send in FILES.items():
        if name in request.GET:
            _allow(request, EXPORTS)
            return send(request, report, asked)
    return _page(request, "page", report.title, context | found(report, asked))


def export_view(request: HttpRequest, key: str) -> HttpResponse:
    """Make an export that is kept: at once, or by a worker where there are many rows."""
    _allow(request, EXPORTS)
    if request.method != "POST":
        return redirect(reverse("admin:billing_report", args=[_found(key).key]))
    report, at = _found(key), timezone.now()
    form = AskReport(request.POST, report=report, today=timezone.localdate())
    if not form.is_valid():
        problems = [words for each in form.errors.values() for words in each]
        messages.error(request, " ".join(map(str, problems)))
        return redirect(f"{reverse('admin:billing_report', args=[report.key])}?{_query(request)}")
    form_of = ExportBatch.Format.XLSX if "xlsx" in request.POST else ExportBatch.Format.CSV
    try:
        batch = exporting.ask_export(
            report=report, asked=form.asked(), file_format=form_of, at=at, by=_user(request)
        )
    except BillingRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{reverse('admin:billing_report', args=[report.key])}?{_query(request)}")
    if batch.expected_rows <= exporting.AT_ONCE:
        exporting.make_export(batch_id=batch.pk, at=at)
    else:
        make_export.delay(batch_id=batch.pk)
    return redirect(reverse("admin:billing_exportbatch_change", args=[batch.pk]))


def _csv(request: HttpRequest, report: Report, asked: Asked) -> HttpResponse:
    pieces = csv_pieces(report, asked, using=reading_from())
    return _file(StreamingHttpResponse(pieces, content_type="text/csv"), report, asked, "csv")


def _xlsx(request: HttpRequest, report: Report, asked: Asked) -> HttpResponse:
    using = reading_from()
    if totals_of(report, asked, using=using).row_count > MOST_AT_ONCE:
        messages.warning(
            request,
            f"A sheet of more than {MOST_AT_ONCE:,} rows takes a while: make it as an export.",
        )
        return redirect(f"{request.path}?{_query(request)}")
    folder = TemporaryDirectory()
    path = Path(folder.name) / "report.xlsx"
    write_xlsx(report, rows_of(report, asked, using=using), path)
    answer = StreamingHttpResponse(_pieces(path, folder), content_type=XLSX)
    answer["Content-Length"] = path.stat().st_size
    return _file(answer, report, asked, "xlsx")


def _pdf(request: HttpRequest, report: Report, asked: Asked) -> HttpResponse:
    if not report.one_account:
        raise Http404
    answer = HttpResponse(statement_pdf(asked), content_type="application/pdf")
    return _file(answer, report, asked, "pdf")


FILES = {"csv": _csv, "xlsx": _xlsx, "pdf": _pdf}


def _pieces(path: Path, folder: TemporaryDirectory) -> Iterator[bytes]:
    with folder, path.open("rb") as file:
        while piece := file.read(64 * 1024):
            yield piece


def _file(answer: Any, report: Report, asked: Asked, ending: str) -> Any:
    name = f"{report.key}-{asked.since}-{asked.until}.{ending}"
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _found(key: str) -> Report:
    report = report_named(key)
    if report is None:
        raise Http404
    return report


def _allow(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _user(request: HttpRequest) -> Any:
    return request.user


def _query(request: HttpRequest) -> str:
    given = (request.POST if request.method == "POST" else request.GET).copy()
    for name in (*FILES, "csrfmiddlewaretoken"):
        given.pop(name, None)
    return given.urlencode()


def _page(request: HttpRequest, name: str, title: str, context: dict[str, Any]) -> HttpResponse:
    site = admin.site.each_context(request)
    may = {"may_export": request.user.has_perm(EXPORTS)}
    further = {"title": title, "is_fullwidth": "1", **may}
    template = f"admin/billing/report/{name}.html"
    return TemplateResponse(request, template, {**site, **further, **context})
