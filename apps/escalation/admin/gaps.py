"""Hours that nobody has, as they were found."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.escalation.models import CoverageGap
from apps.outbox.readonly import ReadOnlyAdmin
from apps.tickets.wording import moment

State = CoverageGap.State


@admin.register(CoverageGap)
class CoverageGapAdmin(ReadOnlyAdmin):
    """Found and closed by the tick; people fill them on the schedule's page."""

    list_display = ["where", "from_", "until", "badge", "found_at"]
    list_filter = ["state"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CoverageGap]:
        return super().get_queryset(request).select_related("rotation")

    @display(description="Rotation")
    def where(self, gap: CoverageGap) -> SafeString:
        url = reverse("admin:escalation_rotation_schedule", args=[gap.rotation_id])
        return format_html('<a class="fl-link" href="{}">{}</a>', url, gap.rotation)

    @display(description="From")
    def from_(self, gap: CoverageGap) -> str:
        return moment(gap.starts_at, gap.rotation.time_zone)

    @display(description="Until")
    def until(self, gap: CoverageGap) -> str:
        return moment(gap.ends_at, gap.rotation.time_zone)

    @display(
        description="State",
        label={State.OPEN: "danger", State.FILLED: "success", State.PASSED: "warning"},
    )
    def badge(self, gap: CoverageGap) -> tuple[str, str]:
        return gap.state, gap.get_state_display()
