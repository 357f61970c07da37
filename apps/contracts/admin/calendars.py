"""Calendars: the hours of a revision to read, and the drafts by which they change.

How a draft is published is in the room of the tickets, whose deadlines it moves.
"""

from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.admin import TabularInline
from unfold.decorators import display

from apps.contracts.admin.calendar_difference import difference
from apps.contracts.admin.calendar_form import HoursForm, as_written
from apps.contracts.models import CalendarRevision, Holiday, Window
from apps.contracts.services import calendar_revisions as revisions
from apps.contracts.services.calendar_revisions import in_force_before
from apps.outbox.readonly import ReadOnlyAdmin

NAME = "contracts_calendarrevision"
CHANGE = f"admin:{NAME}_change"


class ReadOnlyInline(TabularInline):
    """Rows of a record, to look at."""

    extra = 0
    can_delete = False
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class WindowInline(ReadOnlyInline):
    model = Window
    fields = ["weekday", "opens", "closes"]
    verbose_name_plural = "Weekly windows"


class HolidayInline(ReadOnlyInline):
    """The holidays of this year and later."""

    model = Holiday
    verbose_name_plural = "Holidays"
    fields = ["on", "name", "opens", "closes", "source"]
    readonly_fields = ["source"]
    per_page = 30

    def get_queryset(self, request: HttpRequest) -> QuerySet[Holiday]:
        return super().get_queryset(request).filter(on__gte=_new_year()).order_by("on")

    @display(description="Named by")
    def source(self, holiday: Holiday) -> str:
        return "the provider" if holiday.is_own else "the public calendar"


class EarlierHolidayInline(HolidayInline):
    """Those of earlier years, folded: nobody plans by them, and old tickets were counted so."""

    verbose_name_plural = "Holidays of earlier years"
    classes = ["collapse"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Holiday]:
        every = super(HolidayInline, self).get_queryset(request)
        return every.filter(on__lt=_new_year()).order_by("-on")


def _new_year() -> date:
    return date(timezone.now().year, 1, 1)


@admin.register(CalendarRevision)
class CalendarRevisionAdmin(ReadOnlyAdmin):
    """Hours are read here; they change by a new revision: a draft, looked at, then published."""

    change_form_template = "admin/contracts/calendarrevision/change_form.html"
    list_display = ["calendar", "number", "badge", "policy", "time_zone", "hours", "published_at"]
    list_display_links = ["calendar"]
    search_fields = ["calendar__title", "calendar__version__policy__title"]
    ordering = ["calendar__version__policy__title", "calendar__title", "-number"]
    fields = [
        "calendar",
        "policy",
        "number",
        "time_zone",
        "hours",
        "country",
        "subdivision",
        "holidays_from_year",
        "holidays_to_year",
        "published_at",
    ]
    readonly_fields = ["policy", "hours"]
    inlines = [WindowInline, HolidayInline, EarlierHolidayInline]

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        found = [*super().get_inlines(request, obj)]
        if obj is None or not obj.holidays.filter(on__lt=_new_year()).exists():
            found.remove(EarlierHolidayInline)
        return found

    def get_queryset(self, request: HttpRequest) -> QuerySet[CalendarRevision]:
        return super().get_queryset(request).select_related("calendar__version__policy")

    @display(description="Policy")
    def policy(self, revision: CalendarRevision) -> str:
        return str(revision.calendar.version)

    @display(description="Hours")
    def hours(self, revision: CalendarRevision) -> str:
        return "Around the clock" if revision.always_open else "Weekly windows"

    @display(description="State", label={"DRAFT": "warning", "PUBLISHED": "success"})
    def badge(self, revision: CalendarRevision) -> tuple[str, str]:
        is_draft = revision.published_at is None
        return ("DRAFT", "Draft") if is_draft else ("PUBLISHED", "Published")

    def get_urls(self) -> list[URLPattern]:
        return [
            path(f"<int:pk>/{act}/", self.admin_site.admin_view(view), name=f"{NAME}_{act}")
            for act, view in [
                ("revise", self.revise_view),
                ("edit", self.edit_view),
                ("discard", self.discard_view),
            ]
        ] + super().get_urls()

    def page_context(self, request: HttpRequest, revision: CalendarRevision) -> dict[str, Any]:
        """Return what the page shows above the hours themselves."""
        in_force = in_force_before(revision) if revision.published_at is None else None
        return {
            "revision": revision,
            "revisions": revision.calendar.revisions.order_by("-number"),
            "may_act": self.has_act_permission(request),
            "in_force": in_force,
            "difference": difference(in_force, revision) if in_force else None,
            "subtitle": f"Revision {revision.number}",
        }

    def revise_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a draft of the calendar, and go there."""
        revision = self.to_act_on(request, pk, "POST")
        if not isinstance(revision, CalendarRevision):
            return revision
        try:
            draft = revisions.new_revision(calendar=revision.calendar)
        except revisions.Refused as refusal:
            self.message_user(request, str(refusal), messages.WARNING)
            return redirect(CHANGE, pk)
        self.log_addition(request, draft, "Draft made.")
        return redirect(f"admin:{NAME}_edit", draft.pk)

    def edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show a draft's form, and keep what is posted."""
        draft = self.to_act_on(request, pk, "GET", "POST")
        if not isinstance(draft, CalendarRevision):
            return draft
        if draft.published_at is not None or draft.number == 1:
            self.message_user(request, f"{draft} is not open to edits.", messages.WARNING)
            return redirect(CHANGE, pk)
        form = HoursForm(
            request.POST if request.method == "POST" else None,
            initial={"seen": revisions.fingerprint(draft), **as_written(draft)},
        )
        if request.method == "POST" and form.is_valid() and self._amend(request, draft, form):
            return redirect(CHANGE, pk)
        return self.page(request, "edit", draft, form=form, zones=sorted(available_timezones()))

    def _amend(self, request: HttpRequest, draft: CalendarRevision, form: HoursForm) -> bool:
        try:
            revisions.amend_revision(
                revision=draft, stated=form.stated, seen=form.cleaned_data["seen"]
            )
        except revisions.Refused as refusal:
            form.add_error(None, str(refusal))
            return False
        self.log_change(request, draft, "Draft edited.")
        self.message_user(
            request,
            "The draft is kept. Look at what changes below; nothing counts before it is published.",
            messages.SUCCESS,
        )
        return True

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask whether to throw a draft away, and do it when the answer is posted."""
        draft = self.to_act_on(request, pk, "GET", "POST")
        if not isinstance(draft, CalendarRevision):
            return draft
        if request.method != "POST":
            return self.page(request, "discard", draft)
        back = in_force_before(draft) or draft
        try:
            revisions.discard_revision(revision=draft)
        except revisions.Refused as refusal:
            self.message_user(request, str(refusal), messages.WARNING)
            return redirect(CHANGE, pk)
        self.message_user(request, f"The draft {draft} is gone.", messages.SUCCESS)
        return redirect(CHANGE, back.pk)

    def to_act_on(
        self, request: HttpRequest, pk: int, *methods: str
    ) -> CalendarRevision | HttpResponse:
        """Return the revision, or the answer to who may not act, or asks for what is not there."""
        if not self.has_act_permission(request):
            raise PermissionDenied
        if request.method not in methods:
            return HttpResponseNotAllowed(methods)
        revision = self.get_object(request, str(pk))
        if revision is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        return revision

    def page(
        self, request: HttpRequest, name: str, revision: CalendarRevision, **context: Any
    ) -> HttpResponse:
        """Return one of the pages of a revision."""
        return TemplateResponse(
            request,
            f"admin/contracts/calendarrevision/{name}.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": str(revision.calendar),
                "subtitle": f"Revision {revision.number}",
                "revision": revision,
                "page": reverse(CHANGE, args=[revision.pk]),
                **context,
            },
        )
