"""Importing a list with a preview, and exporting it: what the admin of a model mixes in.

django-import-export gives the buttons, the addresses and the export; between upload and
confirmation the sheet travels with the page, signed, so that nothing of it stays on a server.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST
from import_export.admin import ImportExportMixin
from unfold.contrib.import_export.forms import ExportForm
from unfold.widgets import UnfoldAdminFileFieldWidget

from apps.contracts.models import User
from apps.contracts.services.sheets import (
    SheetOutdated,
    SheetRefused,
    import_sheet,
    preview_sheet,
)
from apps.contracts.sheets.formats import SheetCSV, SheetXLSX
from apps.contracts.sheets.plan import CHANGED, NEW, UNCHANGED, Change, Plan
from apps.contracts.sheets.read import read_sheet
from apps.contracts.sheets.resources import SheetResource
from apps.contracts.sheets.sheet import MOST_ROWS, Sheet, Unreadable

MOST_CARRIED = 2_000_000  # characters; Django takes 2.5 MB of form fields
CONFIRM_WITHIN = 3600  # seconds
MOST_SHOWN = 500  # new rows, and problems, on one page; the rest is counted


class UploadForm(forms.Form):
    """The file. What is in it decides whether it is CSV or XLSX."""

    file = forms.FileField(
        label="File",
        allow_empty_file=True,  # refused by the reader, in its words
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.xlsx"}),
        error_messages={"required": "Choose a file."},
    )


class SheetAdmin(ImportExportMixin):
    """Mixed in before a ModelAdmin whose rows are imported and exported as ``sheet`` says."""

    sheet: ClassVar[type[SheetResource]]
    formats = [SheetCSV, SheetXLSX]
    to_encoding = "utf-8-sig"
    export_form_class = ExportForm
    import_template_name = "admin/contracts/sheets/import.html"

    def get_resource_classes(self, request: HttpRequest) -> list[type[SheetResource]]:
        return [self.sheet]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def import_action(self, request: HttpRequest, **given: Any) -> HttpResponse:
        """Ask for a file; show what importing it would do. Nothing is written."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        is_sent = request.method == "POST"
        form = UploadForm(request.POST, request.FILES) if is_sent else UploadForm()
        if form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                return self._preview(request, self._read(upload))
            except (Unreadable, SheetOutdated) as refusal:
                form.add_error("file", str(refusal))
        return self._page(request, form=form)

    @method_decorator(require_POST)
    def process_import(self, request: HttpRequest, **given: Any) -> HttpResponse:
        """Write what the preview showed, or say why not and show it anew."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        try:
            packed, digest = signing.loads(
                request.POST.get("carried", ""), salt=self._salt(request), max_age=CONFIRM_WITHIN
            )
        except signing.BadSignature:
            messages.error(request, "This preview is too old. Nothing was imported: upload again.")
            return HttpResponseRedirect(self._url("import"))
        sheet = Sheet.unpacked(packed)
        try:
            plan = import_sheet(
                resource=self.sheet(),
                sheet=sheet,
                digest=digest,
                by=_person(request),
                at=timezone.now(),
            )
        except (SheetOutdated, SheetRefused) as refusal:
            messages.error(request, str(refusal))
            return self._preview_again(request, sheet)
        messages.success(request, f"Imported {sheet.name}: {self._counts(plan)}.")
        return HttpResponseRedirect(self._url("changelist"))

    def _read(self, upload: Any) -> Sheet:
        return read_sheet(
            data=upload.read(),
            name=upload.name,
            columns=list(self.sheet.columns()),
            required=self.sheet.required_columns(),
        )

    def _preview(self, request: HttpRequest, sheet: Sheet) -> HttpResponse:
        """Show the plan, with the sheet itself where it may be confirmed.

        :raises Unreadable: it is more text than a page can carry.
        """
        plan = preview_sheet(
            resource=self.sheet(), sheet=sheet, by=_person(request), at=timezone.now()
        )
        new, changed = plan.of(NEW), plan.of(CHANGED)
        carried = ""
        if not plan.problems and (new or changed):
            salt = self._salt(request)
            carried = signing.dumps([sheet.packed(), plan.digest], salt=salt, compress=True)
        if len(carried) > MOST_CARRIED:
            raise Unreadable("This is too much text for one import. Split the file.")
        return self._page(
            request,
            plan=plan,
            carried=carried,
            counts=self._counts(plan),
            columns=(filled := _filled(new[:MOST_SHOWN])),
            changed=changed,
            new=[
                (row.row, [(name, row.after[name]) for name in filled]) for row in new[:MOST_SHOWN]
            ],
            more_new=len(new[MOST_SHOWN:]),
            problems=plan.problems[:MOST_SHOWN],
            more_problems=len(plan.problems[MOST_SHOWN:]),
        )

    def _preview_again(self, request: HttpRequest, sheet: Sheet) -> HttpResponse:
        """Show a sheet that was refused anew; to the upload, where others still write its rows."""
        try:
            return self._preview(request, sheet)
        except SheetOutdated:
            return HttpResponseRedirect(self._url("import"))

    def _page(self, request: HttpRequest, **context: Any) -> HttpResponse:
        name = self.model._meta.verbose_name_plural
        context |= {
            **self.admin_site.each_context(request),
            "title": f"Import {name}",
            "opts": self.model._meta,
            "media": self.media,
            "sheet_columns": self.sheet.columns().values(),
            "sheet_key": " and ".join(self.sheet.key),
            "most_rows": f"{MOST_ROWS:,}",
            "empty_means": self.sheet.empty_means,
            "leaves_out": self.sheet.leaves_out,
            "import_url": self._url("import"),
            "confirm_url": self._url("process_import"),
            "list_url": self._url("changelist"),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, [self.import_template_name], context)

    def _counts(self, plan: Plan) -> str:
        every = ", ".join(f"{len(plan.of(kind)):,} {kind}" for kind in (NEW, CHANGED, UNCHANGED))
        return f"{every} {self.model._meta.verbose_name_plural}"

    def _salt(self, request: HttpRequest) -> str:
        """One person's preview of one list; nobody else's, of no other."""
        return f"sheet:{self.model._meta.label_lower}:{request.user.pk}"

    def _url(self, page: str) -> str:
        name = "admin:{}_{}_{}".format(*self.get_model_info(), page)
        return reverse(name, current_app=self.admin_site.name)


def _filled(rows: Sequence[Change]) -> list[str]:
    """Return the columns in which one of the rows says something: the others need no room."""
    return [
        name for name in (rows[0].after if rows else ()) if any(row.after[name] for row in rows)
    ]


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)  # the admin lets nobody else in
