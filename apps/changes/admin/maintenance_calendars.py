"""The calendars by which accounts read their maintenance, and letting one work no more."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from apps.changes import services
from apps.changes.models import MaintenanceCalendar
from apps.outbox.readonly import ReadOnlyAdmin


@admin.register(MaintenanceCalendar)
class MaintenanceCalendarAdmin(ReadOnlyAdmin):
    """Secret addresses that accounts made for themselves. Only that there is one is known here."""

    list_display = ["account", "made_at", "made_by", "badge", "revoked_at", "revoked_by"]
    list_select_related = ["account", "made_by", "revoked_by"]
    search_fields = ["account__name__icontains"]
    search_help_text = "Account"
    exclude = ["digest"]
    actions = ["revoke"]

    @display(description="State", label={"works": "success", "revoked": "danger"})
    def badge(self, row: MaintenanceCalendar) -> tuple[str, str]:
        state = "works" if row.revoked_at is None else "revoked"
        return state, state.capitalize()

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> list[str]:
        return [name for name in super().get_readonly_fields(request, obj) if name != "digest"]

    @admin.action(description="Let the address work no more", permissions=["act"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[MaintenanceCalendar]) -> None:
        at, count = timezone.now(), 0
        for row in queryset.standing().select_related("account"):  # type: ignore[attr-defined]
            count += services.revoke_calendar(account=row.account, by=request.user, at=at)  # type: ignore[arg-type]
        text = "An address works no more." if count == 1 else f"{count} addresses work no more."
        messages.success(request, text)
