"""The pages of the reports, and the list of cases with others."""

import csv
from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from apps.backoffice.reports import found
from apps.backoffice.reports.asked import AskForm
from apps.outbox.capped import capped_count, shown
from apps.outbox.readonly import ReadOnlyAdmin
from apps.tickets.models import VendorCase

SEES = "tickets.view_ticket"
CSV = "csv"


@admin.register(VendorCase)
class VendorCaseAdmin(ReadOnlyAdmin):
    """Cases with others, as records: they are written on the ticket's page."""

    list_display = ["ticket", "party", "name", "reference", "service_affecting", "opened_at"]
    list_filter = ["party", "service_affecting"]
    list_select_related = ["ticket"]
    search_fields = ["name", "reference"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("exclusions/", view(self.exclusions_view), name="tickets_report_exclusions"),
            path("report/", view(self.cases_view), name="tickets_report_cases"),
            *super().get_urls(),
        ]

    def exclusions_view(self, request: HttpRequest) -> HttpResponse:
        """Show which exclusions were found, how often, and on which tickets."""
        form = self._form(request)
        context: dict[str, Any] = {"form": form, "listed": found.LISTED}
        if form.is_valid():
            rows = found.excluded(form.asked(_zone()))
            if CSV in request.GET:
                return _sheet("exclusions.csv", found.exclusion_lines(rows))
            counted = found.by_exclusion(rows)
            context |= {"counted": counted, "total": sum(count for _, count in counted)}
            context["rows"] = rows[: found.LISTED]
        return self._page(request, "exclusions", "Exclusions", context)

    def cases_view(self, request: HttpRequest) -> HttpResponse:
        """Show the cases with third parties and vendors, open ones and closed ones."""
        form, at = self._form(request), timezone.now()
        context: dict[str, Any] = {"form": form, "listed": found.LISTED}
        if form.is_valid():
            rows = found.cases(form.asked(_zone()))
            if CSV in request.GET:
                return _sheet("vendor-cases.csv", found.case_lines(rows, at=at))
            context["open"] = shown(capped_count(rows.filter(closed_at=None)))
            context["closed"] = shown(capped_count(rows.exclude(closed_at=None)))
            context["rows"] = [(row, found.age(row, at=at)) for row in rows[: found.LISTED]]
        return self._page(request, "cases", "Vendor cases", context)

    def _form(self, request: HttpRequest) -> AskForm:
        if not request.user.has_perm(SEES):
            raise PermissionDenied
        return AskForm(request.GET, today=timezone.localdate())

    def _page(
        self, request: HttpRequest, name: str, title: str, context: dict[str, Any]
    ) -> HttpResponse:
        query = request.GET.copy()
        query[CSV] = "1"
        site = self.admin_site.each_context(request)
        further = {"title": title, "is_fullwidth": "1", "zone": _zone(), "csv": query.urlencode()}
        template = f"admin/tickets/report/{name}.html"
        return TemplateResponse(request, template, {**site, **further, **context})


def _sheet(name: str, lines: Iterable[list[str]]) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    csv.writer(answer).writerows(lines)
    return answer


def _zone() -> str:
    return timezone.get_current_timezone_name()
