"""Rows with a page of their own, in place of a form: looked at, and acted on through services."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.contracts.admin.keys import key_in
from apps.outbox.readonly import ReadOnlyAdmin

REFUSED = 422


class OwnPageAdmin(ReadOnlyAdmin):
    """What may show a secret once. So no browser keeps its pages."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.add_{self.opts.model_name}")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.found(request, object_id)
        if request.method == "POST":
            raise PermissionDenied  # the page has its own forms; nothing edits the row
        return self.page(request, row)

    def page(self, request: HttpRequest, row: Any, *, secret: str = "") -> HttpResponse:
        """Return the page of a row, with its secret where it was just made."""
        return self.shown(request, "page.html", {"original": row, "secret": secret})

    def found(self, request: HttpRequest, key: str) -> Any:
        """Return the row for somebody who may see it."""
        rows = self.get_queryset(request).select_related(*self.list_select_related)  # type: ignore[misc]
        row: Model | None = rows.filter(pk=key_in(key)).first()
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404
        return row

    def held(self, request: HttpRequest, pk: int) -> Any:
        """Return the row for somebody who may do something with it."""
        row = self.found(request, str(pk))
        if not self.has_act_permission(request):
            raise PermissionDenied
        return row

    def form_shown(
        self, request: HttpRequest, name: str, form: Form, *, send: str, title: str, row: Any = None
    ) -> HttpResponse:
        """Return a page with a form, and what is wrong with it; ``send`` is what its button says.

        The other button leads to the row, or to the list where there is none yet.
        """
        model = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        back = reverse(f"{model}_change", args=[row.pk]) if row else reverse(f"{model}_changelist")
        context = {"title": title, "form": form, "media": form.media, "send": send, "back": back}
        if row is not None:
            context["original"] = row
        return self.shown(request, name, context, REFUSED if form.errors else None)

    def shown(
        self, request: HttpRequest, name: str, context: dict[str, Any], status: int | None = None
    ) -> HttpResponse:
        """Return a page of the model's folder of templates, in the frame of the admin."""
        framed = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            **context,
        }
        template = f"admin/{self.opts.app_label}/{self.opts.model_name}/{name}"
        answer = TemplateResponse(request, template, framed, status=status)
        answer.headers["Cache-Control"] = "no-store"
        return answer
