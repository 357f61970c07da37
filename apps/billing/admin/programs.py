"""How accounting programs want their files: codes of revenue, names of taxes."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, TabularInline

from apps.billing.models import ExportProfile, RevenueCode, TaxName


class RevenueInline(TabularInline):
    model = RevenueCode
    extra = 0


class TaxInline(TabularInline):
    model = TaxName
    extra = 0


@admin.register(ExportProfile)
class ExportProfileAdmin(SimpleHistoryAdmin, ModelAdmin):
    """One row for each program. They come with the installation and stay."""

    list_display = ["program", "dates", "most_documents", "most_lines"]
    fields = ["program", "dates", "most_documents", "most_lines"]
    readonly_fields = ["program"]
    inlines = [RevenueInline, TaxInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
