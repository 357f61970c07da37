"""Rotations as staff see them: who has it now, who follows, and which hours nobody has."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.decorators import display
from unfold.views import ChangeList
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.contracts.admin.kept import KeptAdmin, KeptForm
from apps.contracts.models import User
from apps.escalation.admin.my_on_call import MyOnCall
from apps.escalation.admin.schedule_page import SchedulePages
from apps.escalation.models import CoverageGap, Rotation, RotationMember
from apps.escalation.queries.rotations import Now, schedule_of, with_people
from apps.tickets.wording import moment


class RotationForm(KeptForm):
    """Hours that are both there or both not; days and hours of the rotation's own wall clock."""

    class Meta:
        model = Rotation
        # The theme's own widgets compare them with the reader's clock, which says nothing here.
        fields = ["starts_on", "hands_over_at", "opens", "closes"]
        widgets = {
            "starts_on": UnfoldAdminTextInputWidget(attrs={"type": "date"}),
            **{
                name: UnfoldAdminTextInputWidget(attrs={"type": "time"})
                for name in ("hands_over_at", "opens", "closes")
            },
        }

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        if (facts.get("opens") is None) != (facts.get("closes") is None):
            self.add_error("closes", ValidationError("Fill in both hours, or none for all day."))
        return facts


class Schedules(ChangeList):
    """A list whose rows lead to the schedule; there one goes on to edit."""

    def url_for_result(self, result: Rotation) -> str:
        return reverse("admin:escalation_rotation_schedule", args=[result.pk])


class MemberInline(TabularInline):
    model = RotationMember
    fields = ["position", "user"]
    extra = 1
    verbose_name_plural = "People, in the order of their turns"

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.filter(is_staff=True).order_by(
                "first_name", "username"
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Rotation)
class RotationAdmin(KeptAdmin):
    """Rotations are edited with history; what is agreed otherwise is on the schedule's page."""

    form = RotationForm
    list_display = ["name", "now", "then", "lacking", "in_use"]
    list_display_links = ["name"]
    list_before_template = "admin/escalation/rotation/list_links.html"
    search_fields = ["title"]
    inlines = [MemberInline]
    fieldsets = [
        (None, {"fields": ["title", "is_active"]}),
        ("Turns", {"fields": ["time_zone", "starts_on", "hands_over_at", "days"]}),
        ("Hours", {"fields": [("opens", "closes"), "warn_days"]}),
        ("History", {"fields": ["change_reason"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rotation]:
        rows = with_people(super().get_queryset(request), since=timezone.now())
        open_gaps = CoverageGap.objects.filter(state=CoverageGap.State.OPEN).order_by("starts_at")
        return rows.prefetch_related(Prefetch("gaps", open_gaps, to_attr="open_gaps"))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Schedules

    def get_urls(self) -> list[URLPattern]:
        return [*SchedulePages(self).urls(), *MyOnCall(self).urls(), *super().get_urls()]

    @display(description="Rotation")
    def name(self, rotation: Rotation) -> SafeString:
        return format_html(
            '<span>{}<span class="fl-line fl-quiet">{}</span></span>',
            rotation.title,
            rotation.time_zone,
        )

    @display(description="On call now")
    def now(self, rotation: Rotation) -> SafeString:
        now = _now(rotation)
        if now.person is None:
            return format_html('<span class="fl-tag">{}</span>', "Nobody")
        return _who(now.person, f"until {moment(now.until, rotation.time_zone)}", now.is_override)

    @display(description="Next")
    def then(self, rotation: Rotation) -> str | SafeString:
        now = _now(rotation)
        if now.next_until is None:
            return "–"
        return _who(now.next_person, f"from {moment(now.until, rotation.time_zone)}", False)

    @display(description="Nobody has it")
    def lacking(self, rotation: Rotation) -> str | SafeString:
        gaps = rotation.open_gaps  # type: ignore[attr-defined]
        if not gaps:
            return "–"
        more = f" and {len(gaps) - 1} more" if len(gaps) > 1 else ""
        return format_html(
            '<span class="fl-tag fl-red">from {}{}</span>',
            moment(gaps[0].starts_at, rotation.time_zone),
            more,
        )

    @display(description="In use", boolean=True)
    def in_use(self, rotation: Rotation) -> bool:
        return rotation.is_active


def _now(rotation: Rotation) -> Now:
    """Return who has it; read once a row."""
    if not hasattr(rotation, "read_now"):
        rotation.read_now = schedule_of(rotation).now(at=timezone.now())  # type: ignore[attr-defined]
    return rotation.read_now  # type: ignore[attr-defined, no-any-return]


def _who(person: User | None, below: str, is_override: bool) -> SafeString:
    agreed = ", agreed" if is_override else ""
    return format_html(
        '<span>{}<span class="fl-line fl-quiet">{}{}</span></span>',
        person or "Nobody",
        below,
        agreed,
    )
