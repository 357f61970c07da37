"""What the pages of this app share: who may looks at them, and each button calls one service."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from apps.changes.services.drafts import ChangeRefused
from apps.contracts.admin.keys import key_in
from apps.contracts.models import User
from apps.outbox.readonly import ReadOnlyAdmin
from apps.tickets.services import Refused

REFUSED = 422
LOST = "Something of the page got lost on its way: send it once more."


class SeenForm(forms.Form):
    """An act on a row. ``seen`` is the edition that the page showed."""

    seen = forms.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(["required", "invalid", "min_value", "max_value"], LOST),
    )


class Acting:
    """Who does what with a row, when; ``refused`` are the forms to show again.

    ``is_gone``: the act left no row whose page could be shown.
    """

    def __init__(self, row: Any, data: QueryDict, *, by: User, at: datetime) -> None:
        self.row, self.data, self.by, self.at = row, data, by, at
        self.refused: dict[str, Any] = {}
        self.is_gone = False

    def seen(self) -> int:
        """Return the edition that the page showed.

        :raises ChangeRefused: the page lost it.
        """
        form = SeenForm(self.data)
        if not form.is_valid():
            raise ChangeRefused(str(form.errors["seen"][0]))
        return int(form.cleaned_data["seen"])


class ActingAdmin(ReadOnlyAdmin):
    """A page of its own for a row. ``acts`` maps a name in an address to what its form does.

    An act returns the sentence on what was done; "": its form is shown again.
    """

    acts: Mapping[str, Callable[[Acting], str]] = {}
    page_template = ""
    related: tuple[str, ...] = ()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.act_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        return [path("<int:pk>/act/<slug:name>/", view, name=name), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.found(request, object_id)
        if request.method == "POST":
            raise PermissionDenied  # the page has its own forms; nothing edits the row
        return self.page(request, row)

    def act_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Do what a form says; or show the page again with what was typed, and why not."""
        row = self.found(request, str(pk))
        if name not in self.acts:
            raise Http404
        if not self.has_act_permission(request):
            raise PermissionDenied
        page = self.page_of(row)
        if request.method != "POST":
            return HttpResponseRedirect(page)
        acting = Acting(row, request.POST, by=cast(User, request.user), at=timezone.now())
        try:
            done = self.acts[name](acting)
        except (ChangeRefused, Refused) as refusal:
            acting.refused["problems"] = [str(refusal)]
        else:
            if done:
                messages.success(request, done)
                return HttpResponseRedirect(self.list_page() if acting.is_gone else page)
        return self.page(request, self.found(request, str(pk)), refused=acting.refused)

    def found(self, request: HttpRequest, key: str) -> Any:
        """Return the row for somebody who may see it."""
        rows = self.model._default_manager.select_related(*self.related)
        row = rows.filter(pk=key_in(key)).first()
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404
        return row

    def page(
        self, request: HttpRequest, row: Any, *, refused: Mapping[str, Any] | None = None
    ) -> HttpResponse:
        """Show a row's page; ``refused`` holds the forms to show again, and what is wrong."""
        refused = refused or {}
        context = {
            **self.admin_site.each_context(request),
            **self.shown(request, row, refused),
            "opts": self.opts,
            "media": self.media,
            "title": str(row),
            "original": row,
            "is_fullwidth": "1",
            "may_act": self.has_act_permission(request),
            "zone": timezone.get_current_timezone_name(),
            "problems": refused.get("problems", []),
        }
        status = REFUSED if refused else None
        return TemplateResponse(request, self.page_template, context, status=status)

    def shown(self, request: HttpRequest, row: Any, refused: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the page of a row shows besides itself."""
        return {}

    def list_page(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def page_of(self, row: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])


def pdf(content: bytes, name: str) -> HttpResponse:
    """Return a document that the browser shows."""
    headers = {
        "Content-Disposition": f'inline; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type="application/pdf", headers=headers)
