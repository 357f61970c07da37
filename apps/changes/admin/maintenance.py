"""Maintenance as staff plan and announce it: the list, and each one's page and forms."""

from collections.abc import Iterable
from functools import partial
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.decorators import display

from apps.changes import services
from apps.changes.admin.maintenance_forms import (
    AmendForm,
    WordsForm,
    WorkForm,
    initial_of,
    refusals,
)
from apps.changes.admin.maintenance_page import page_of
from apps.changes.maintenance_mails import email_of
from apps.changes.models import Maintenance, MaintenanceNotice
from apps.changes.queries import audience_of
from apps.changes.rules.maintenance import Act
from apps.changes.services.maintenance_telling import foreseen
from apps.contracts.admin.keys import key_in
from apps.contracts.models import User
from apps.outbox.readonly import ReadOnlyAdmin

State = Maintenance.State
REFUSED = 422
PAGE, FORM, MAIL = (f"admin/changes/maintenance/{name}.html" for name in ("page", "form", "mail"))
DONE = {
    Act.ANNOUNCE: "It is announced as possible.",
    Act.CONFIRM: "It is confirmed.",
    Act.START: "It has begun.",
    Act.FINISH: "It is done.",
    Act.CANCEL: "It is cancelled.",
}


class LookFilter(admin.SimpleListFilter):
    """What somebody has to do comes first."""

    title = "what waits"
    parameter_name = "look"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return [
            ("announce", "To be announced"),
            ("overtaken", "Window open and not confirmed, or over and not done"),
            ("open", "Not over"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        rows = cast(Any, queryset)
        chosen = {
            "announce": rows.to_announce,
            "overtaken": partial(rows.overtaken, at=timezone.now()),
            "open": rows.open,
        }.get(self.value() or "")
        return chosen() if chosen else queryset


@admin.register(Maintenance)
class MaintenanceAdmin(ReadOnlyAdmin):
    """Planned work, and who was told of it. Each form calls one service."""

    list_before_template = "admin/changes/maintenance/list_links.html"
    when_empty = "Plan the first one: who is concerned is shown before anything is sent."
    when_empty_page = "admin:changes_maintenance_new"
    list_display = ["number", "about", "window", "touched", "impact_shown", "told", "badge"]
    list_display_links = ["number", "about"]
    list_filter = [LookFilter, "state"]
    search_fields = ["title__icontains", "named_objects__name__istartswith"]
    search_help_text = "What it is, the name of an object"

    @display(description="Number")
    def number(self, row: Maintenance) -> SafeString:
        return _one_line(row.number)

    @display(description="What it is")
    def about(self, row: Maintenance) -> str:
        return Truncator(row.title).chars(60)

    @display(description="Window")
    def window(self, row: Maintenance) -> SafeString:
        starts, ends = timezone.localtime(row.starts_at), timezone.localtime(row.ends_at)
        until = f"{ends:%H:%M}" if starts.date() == ends.date() else f"{ends:%Y-%m-%d %H:%M}"
        return _one_line(f"{starts:%Y-%m-%d %H:%M} to {until}")

    @display(description="Touches")
    def touched(self, row: Any) -> str:
        names = [service.title for service in row.services.all()]
        if row.objects_count:
            names.append(f"{row.objects_count} object{'s' if row.objects_count > 1 else ''}")
        return Truncator(", ".join(names)).chars(60)

    @display(description="Impact")
    def impact_shown(self, row: Maintenance) -> str:
        return row.get_impact_display()

    @display(description="Accounts told")
    def told(self, row: Any) -> SafeString | str:
        if row.sequence is None:
            return "nobody yet"
        mark = ' <span class="fl-tag fl-amber">short notice</span>' if row.told_short else ""
        return format_html("{}{}", row.told_accounts, SafeString(mark))

    @display(
        description="State",
        label={
            State.PLANNED: "warning",
            State.CONFIRMED: "info",
            State.IN_PROGRESS: "danger",
            State.DONE: "success",
        },
    )
    def badge(self, row: Maintenance) -> tuple[str, str]:
        return row.state, row.get_state_display()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Maintenance]:
        last = MaintenanceNotice.objects.newest().filter(update__maintenance=OuterRef("pk"))
        counted = last.order_by().values("update__maintenance")
        return (
            super()
            .get_queryset(request)
            .annotate(
                objects_count=Count("named_objects"),
                told_accounts=Subquery(counted.annotate(n=Count("pk")).values("n")),
                told_short=Subquery(
                    counted.annotate(n=Count("pk", filter=Q(is_short=True))).values("n")
                ),
            )
            .prefetch_related("services")
        )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        extra = {"may_plan": self.has_act_permission(request)}
        return super().changelist_view(request, {**(extra_context or {}), **extra})

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "changes_maintenance"
        return [
            path("new/", view(self.new_view), name=f"{name}_new"),
            path("<int:pk>/amend/", view(self.amend_view), name=f"{name}_amend"),
            path("<int:pk>/act/<slug:name>/", view(self.act_view), name=f"{name}_act"),
            path("<int:pk>/mail/<int:account>/", view(self.mail_view), name=f"{name}_mail"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self._found(request, object_id)
        if request.method == "POST":
            raise PermissionDenied  # the page has its own forms; nothing edits the row
        return self._page(request, row)

    def new_view(self, request: HttpRequest) -> HttpResponse:
        """Plan maintenance; nobody is told yet."""
        self._check_may_act(request)
        if request.method != "POST":
            return self._form(request, WorkForm(), None)
        form = WorkForm(request.POST)
        if form.is_valid():
            try:
                row = services.plan_maintenance(
                    work=form.work(),
                    by=cast(User, request.user),
                    source_key=f"admin:{form.cleaned_data['act_key']}",
                    at=timezone.now(),
                )
            except services.MaintenanceRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, f"{row.number} is planned. Nobody is told yet.")
                return HttpResponseRedirect(page_at(row))
        return self._form(request, form, None, status=REFUSED)

    def amend_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Change what is planned; once it is announced, all whom it concerns are told."""
        row = self._found(request, str(pk))
        self._check_may_act(request)
        if request.method != "POST":
            return self._form(request, AmendForm(initial=dict(initial_of(row))), row)
        form = AmendForm(request.POST)
        if form.is_valid():
            try:
                services.amend_maintenance(
                    maintenance=row,
                    seen=form.cleaned_data["seen"],
                    work=form.work(),
                    words_to=form.words(),
                    by=cast(User, request.user),
                    at=timezone.now(),
                )
            except services.MaintenanceRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, f"{row.number} is amended.")
                return HttpResponseRedirect(page_at(row))
        return self._form(request, form, row, status=REFUSED)

    def act_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Do what a button says; or show the page again with what was typed, and why not."""
        row = self._found(request, str(pk))
        self._check_may_act(request)
        act = next((each for each in Act if each.lower() == name), None)
        if act is None:
            raise Http404
        if request.method != "POST":
            return HttpResponseRedirect(page_at(row))
        form = WordsForm(request.POST)
        try:
            if not form.is_valid():
                raise services.MaintenanceRefused(" ".join(refusals(form)))
            services.act_on_maintenance(
                maintenance=row,
                act=act,
                seen=form.cleaned_data["seen"],
                words_to=form.words(),
                by=cast(User, request.user),
                at=timezone.now(),
            )
        except services.MaintenanceRefused as refusal:
            now = self._found(request, str(pk))
            return self._page(request, now, status=REFUSED, problem=str(refusal), typed=form.data)
        messages.success(request, f"{DONE[act]} Whom it concerns is told.")
        return HttpResponseRedirect(page_at(row))

    def mail_view(self, request: HttpRequest, pk: int, account: int) -> HttpResponse:
        """Show the mail that an account would be sent, were it told now."""
        row = self._found(request, str(pk))
        readers = [each for each in audience_of(row) if each.account.pk == account]
        if not readers:
            raise Http404("This account is not told.")
        reader, person = readers[0], next(iter(readers[0].people), None)
        email = email_of(foreseen(row, reader, at=timezone.now()), person)
        context = {
            "title": f"What {reader.account} reads",
            "original": row,
            "row": row,
            "reader": reader,
            "email": email,
            "calendar": email.attachments[0].content.decode(),
        }
        return self._shown(request, MAIL, context)

    def _check_may_act(self, request: HttpRequest) -> None:
        if not self.has_act_permission(request):
            raise PermissionDenied

    def _found(self, request: HttpRequest, key: str) -> Maintenance:
        """Return the maintenance for somebody who may see it."""
        rows = Maintenance.objects.select_related("author", "changed_by")
        row = rows.filter(pk=key_in(key)).first()
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404(f"There is no maintenance with the key {key}.")
        return row

    def _page(
        self, request: HttpRequest, row: Maintenance, *, status: int | None = None, **typed: Any
    ) -> HttpResponse:
        shown = page_of(
            row,
            at=timezone.now(),
            zone=timezone.get_current_timezone_name(),
            may_act=self.has_act_permission(request),
            everybody="all" in request.GET,
        )
        context = {"title": row.number, "subtitle": row.title, "original": row, **shown, **typed}
        return self._shown(request, PAGE, context, status=status)

    def _form(
        self,
        request: HttpRequest,
        form: WorkForm,
        row: Maintenance | None,
        *,
        status: int | None = None,
    ) -> HttpResponse:
        title = f"Amend {row.number}" if row else "Plan maintenance"
        context = {"title": title, "original": row or title, "form": form, "row": row}
        return self._shown(request, FORM, context, status=status)

    def _shown(
        self,
        request: HttpRequest,
        template: str,
        context: dict[str, Any],
        *,
        status: int | None = None,
    ) -> HttpResponse:
        whole = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "zone": timezone.get_current_timezone_name(),
            "is_fullwidth": "1",
            **context,
        }
        return TemplateResponse(request, template, whole, status=status)


def page_at(row: Maintenance) -> str:
    """Return the address of the page of maintenance."""
    return reverse("admin:changes_maintenance_change", args=[row.pk])


def _one_line(text: str) -> SafeString:
    return format_html('<span class="fl-nowrap">{}</span>', text)
