"""The models of other packages that staff administer, in our theme.

Importing the packages' admin modules registers their own, which ours replace.
"""

from typing import Any

import django.contrib.auth.admin  # noqa: F401
import django_celery_beat.admin as beat
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.backoffice.reports.admin import VendorCaseAdmin

__all__ = ["VendorCaseAdmin"]

for model in (
    Group,
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
):
    admin.site.unregister(model)


@admin.register(Group)
class RolesAdmin(GroupAdmin, ModelAdmin):
    """Roles: what their members may see and do."""


class TaskSelect(UnfoldAdminSelectWidget, beat.TaskSelectWidget):
    """The theme's select, with the tasks that the workers know."""


class PeriodicTaskForm(beat.PeriodicTaskForm):
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        self.fields["regtask"].widget = TaskSelect()


@admin.register(PeriodicTask)
class ScheduleAdmin(beat.PeriodicTaskAdmin, ModelAdmin):
    """What beat starts, and how often. Beat reads a change within seconds."""

    form = PeriodicTaskForm
    list_filter = ["enabled"]
    date_hierarchy = None

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Switching and starting tasks is a change; the package offers it to any reader."""
        return super().get_actions(request) if self.has_change_permission(request) else {}


class TaskInline(TabularInline, beat.PeriodicTaskInline):
    """The tasks that a period is used by."""


class PeriodAdmin(ModelAdmin):
    inlines = [TaskInline]


@admin.register(IntervalSchedule)
class IntervalAdmin(PeriodAdmin):
    """Every so many seconds, minutes, hours or days."""


@admin.register(CrontabSchedule)
class CrontabAdmin(beat.CrontabScheduleAdmin, PeriodAdmin):
    """At times of day, in a time zone."""

    inlines = [TaskInline]


@admin.register(SolarSchedule)
class SolarAdmin(PeriodAdmin):
    """By the sun."""


@admin.register(ClockedSchedule)
class ClockedAdmin(beat.ClockedScheduleAdmin, PeriodAdmin):
    """Once, at an instant."""

    inlines = [TaskInline]
