"""The admin of records: look and search, fast on millions of rows, and change nothing."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import SEARCH_VAR
from django.contrib.auth import get_permission_codename
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin
from unfold.views import ChangeList


class CappedPaginator(Paginator):
    """Counts no further than somebody would turn pages; beyond that, people filter."""

    most_counted = 10_000

    @cached_property
    def count(self) -> int:
        rows = cast(QuerySet, self.object_list)
        return rows.order_by()[: self.most_counted].count()


class Records(ChangeList):
    """A page of records. Its foot says how many there are, so its head need not."""

    checks_filters = True  # a list whose filters take any text says False

    def get_queryset(self, request: HttpRequest, *args: Any) -> QuerySet:
        if not self.checks_filters:
            return super().get_queryset(request, *args)
        # PostgreSQL takes no such text, and no row has it; words to search for are cleaned already.
        filters = (values for name, values in request.GET.lists() if name != SEARCH_VAR)
        if any("\0" in value for values in filters for value in values):
            raise IncorrectLookupParameters
        return super().get_queryset(request, *args)

    def get_results(self, request: HttpRequest) -> None:
        try:
            super().get_results(request)
        except OverflowError:
            # A key that SQLite has no number for: the address is as wrong as with words in it.
            raise IncorrectLookupParameters from None
        # The theme takes None for a difference, and offers to show all where all is shown.
        self.full_result_count = self.result_count


class ReadOnlyAdmin(ModelAdmin):
    """Records are written by services; people look, and act through actions that call one.

    An action says ``permissions=["act"]`` and is then offered to those who hold
    the model's change permission. The form itself saves nothing, for anybody: it
    would write every column back as it was when the page was opened.
    """

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    ordering = ["-pk"]
    empty_value_display = "–"
    when_empty = ""  # what an empty list says of how something comes into it
    when_empty_page = ""  # the page of the admin where that is done
    sortable_by: list[str] = []  # a sort by any column would read the whole table

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Records

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        codename = get_permission_codename("change", self.opts)
        return request.user.has_perm(f"{self.opts.app_label}.{codename}")

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        record = self.get_object(request, object_id) if object_id else None
        context = extra_context or {}
        if record is not None and self.has_view_permission(request, record):
            context |= self.page_context(request, record)
        return super().changeform_view(request, object_id, form_url, context)

    def page_context(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        """Return what a record's page shows besides its fields, to who may look at it."""
        return {}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        own = [field.name for field in self.opts.fields]
        return [*own, *(name for name in self.readonly_fields if name not in own)]
