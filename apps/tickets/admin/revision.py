"""Publishing new hours of a calendar: which open deadlines move, said before they do."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone

from apps.contracts.admin.calendars import CHANGE, NAME, CalendarRevisionAdmin
from apps.contracts.models import CalendarRevision
from apps.contracts.services.calendar_revisions import Refused, fingerprint
from apps.tickets.services.preview import LISTED, LOOKED_AT, MOST_COUNTED, preview_hours
from apps.tickets.services.recompute import publish_hours, still_to_recompute

# The room of the contracts knows no tickets, so its page is completed here.
admin.site.unregister(CalendarRevision)


@admin.register(CalendarRevision)
class PublishedHoursAdmin(CalendarRevisionAdmin):
    """The same pages, with the act of publishing and how far the deadlines have followed."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.publish_view)
        return [path("<int:pk>/publish/", view, name=f"{NAME}_publish"), *super().get_urls()]

    def page_context(self, request: HttpRequest, revision: CalendarRevision) -> dict[str, Any]:
        waiting = still_to_recompute(revision.calendar_id)
        return {
            **super().page_context(request, revision),
            "waiting": waiting,
            "waiting_is_capped": waiting == MOST_COUNTED,
        }

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show which open deadlines a draft moves, and publish it when that is confirmed."""
        draft = self.to_act_on(request, pk, "GET", "POST")
        if not isinstance(draft, CalendarRevision):
            return draft
        if request.method == "POST":
            self._publish(request, draft)
            return redirect(CHANGE, pk)
        if draft.published_at is not None or draft.number == 1:
            return redirect(CHANGE, pk)
        return self.page(
            request,
            "publish",
            draft,
            seen=fingerprint(draft),
            preview=preview_hours(revision=draft, at=timezone.now()),
            listed=LISTED,
            looked_at=LOOKED_AT,
            most=MOST_COUNTED,
        )

    def _publish(self, request: HttpRequest, draft: CalendarRevision) -> None:
        try:
            held = publish_hours(
                revision=draft, seen=request.POST.get("seen", ""), at=timezone.now()
            )
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.WARNING)
            return
        self.log_change(request, draft, "Published.")
        self.message_user(
            request,
            f"{draft} is in force. {held:,} open deadlines are being counted anew.",
            messages.SUCCESS,
        )
