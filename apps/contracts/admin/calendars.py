"""Calendars: the hours of a revision, to read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.decorators import display

from apps.contracts.models import CalendarRevision, Holiday, Window
from apps.outbox.readonly import ReadOnlyAdmin


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
    model = Holiday
    fields = ["on", "name", "opens", "closes", "source"]
    readonly_fields = ["source"]
    per_page = 30

    @display(description="Named by")
    def source(self, holiday: Holiday) -> str:
        return "the provider" if holiday.is_own else "the public calendar"


@admin.register(CalendarRevision)
class CalendarRevisionAdmin(ReadOnlyAdmin):
    """Hours come from the policy file; a new year's holidays come as a new revision."""

    list_display = ["calendar", "number", "policy", "time_zone", "hours", "published_at"]
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
    inlines = [WindowInline, HolidayInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CalendarRevision]:
        return super().get_queryset(request).select_related("calendar__version__policy")

    @display(description="Policy")
    def policy(self, revision: CalendarRevision) -> str:
        return str(revision.calendar.version)

    @display(description="Hours")
    def hours(self, revision: CalendarRevision) -> str:
        return "Around the clock" if revision.always_open else "Weekly windows"
