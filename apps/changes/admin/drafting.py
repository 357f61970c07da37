"""Drafts in the admin: written anew on a page of their own, before anybody hears of them."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from apps.changes.admin.pages import REFUSED, Acting, ActingAdmin
from apps.changes.services.drafts import ChangeRefused, discard_draft
from apps.contracts.models import User


def discard(acting: Acting) -> str:
    """Remove the draft, as it was seen."""
    discard_draft(acting.row, seen=acting.seen(), by=acting.by, at=acting.at)
    acting.is_gone = True
    return f"{acting.row} is discarded. Nobody had heard of it."


class DraftingAdmin(ActingAdmin):
    """What is drafted here. ``editor`` makes the form, ``draft`` the row of what it has written."""

    editor: Callable[..., Any]
    draft: Callable[..., Any]
    new_title = ""

    def has_add_permission(self, request: HttpRequest) -> bool:
        codename = get_permission_codename("add", self.opts)
        return request.user.has_perm(f"{self.opts.app_label}.{codename}")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        editor, problems = type(self).editor(request.POST or None), []
        if request.method == "POST" and editor.is_valid():
            by, at = cast(User, request.user), timezone.now()
            try:
                row = type(self).draft(written=editor.written(), by=by, at=at)
            except ChangeRefused as refusal:
                problems = [str(refusal)]
            else:
                messages.success(request, "The draft is kept. Nobody hears of it yet.")
                return HttpResponseRedirect(self.page_of(row))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": self.new_title,
            "editor": editor,
            "problems": problems,
        }
        status = REFUSED if request.method == "POST" else None
        page = f"admin/{self.opts.app_label}/{self.opts.model_name}/add.html"
        return TemplateResponse(request, page, context, status=status)
