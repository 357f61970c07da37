"""The admin of what people amend: history with reasons, and deletions that say what is in use."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import helpers
from django.core.exceptions import PermissionDenied
from django.db.models import PROTECT, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.forms import AdminForm, Fieldline
from unfold.widgets import UnfoldAdminTextInputWidget

MOST_COUNTED = 1000
LONGEST_REASON = 100  # what django-simple-history stores


class KeptForm(forms.ModelForm):
    """A form that asks why, for the history."""

    change_reason = forms.CharField(
        label="Why",
        required=False,
        max_length=LONGEST_REASON,
        widget=UnfoldAdminTextInputWidget,
        help_text="Kept in the history beside who and when.",
    )


class KeptAdmin(SimpleHistoryAdmin, ModelAdmin):
    """Rows that people amend. Each change is in the history with who, when and why."""

    form = KeptForm
    history_list_display: list[str] = []
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj._change_reason = form.cleaned_data.get("change_reason") or None
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Rows that are saved with this one carry the same reason."""
        for row in formset.forms:
            row.instance._change_reason = form.cleaned_data.get("change_reason") or None
        super().save_formset(request, form, formset, change)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Name who changed what; who may not see users gets the name without a link."""
        context = extra_context or {}
        if not request.user.has_perm("contracts.view_user"):
            context = {**context, "admin_user_view": ""}
        return super().history_view(request, object_id, context)

    def history_form_view(
        self,
        request: HttpRequest,
        object_id: str,
        version_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show an earlier state. Saving it again would rewrite what others changed since."""
        if request.method == "POST":
            raise PermissionDenied
        # The theme puts its own in place with the first form that a process shows, and this
        # page would come without its looks until then.
        helpers.AdminForm, helpers.Fieldline = AdminForm, Fieldline  # type: ignore[misc]
        return super().history_form_view(request, object_id, version_id, extra_context)

    def get_deleted_objects(
        self, objs: QuerySet | Iterable[Model], request: HttpRequest
    ) -> tuple[list, dict, set, list]:
        """Say what uses a row that is to be deleted, as counts: a list might be very long."""
        in_use = [sentence for row in objs for sentence in uses_of(row)]
        if in_use:
            return [], {}, set(), in_use
        return super().get_deleted_objects(objs, request)


def uses_of(row: Model) -> Iterator[str]:
    """Yield what keeps a row from being deleted, such as “C-1 is used by 2 tickets”."""
    for relation in row._meta.related_objects:
        if relation.on_delete is not PROTECT:
            continue
        users = relation.related_model._default_manager.filter(**{relation.field.name: row})
        count = users.order_by()[:MOST_COUNTED].count()
        if count:
            options = relation.related_model._meta
            what = options.verbose_name if count == 1 else options.verbose_name_plural
            many = f"{count:,}" if count < MOST_COUNTED else f"{MOST_COUNTED:,} or more"
            yield f"{row} is used by {many} {what}"
