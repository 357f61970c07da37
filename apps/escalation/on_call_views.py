"""Pages without a login: a person's on-call calendar."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.escalation.feed import calendar_of
from apps.escalation.models import CalendarAddress
from apps.escalation.services.calendars import digest_of


@never_cache
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """Return the calendar of whoever has this address; a revoked one is not there any more.

    Clause: S-2.
    """
    rows = CalendarAddress.objects.standing().select_related("user")
    found = rows.filter(digest=digest_of(token), user__is_active=True).first()
    if found is None:
        raise Http404("There is no such calendar.")
    return HttpResponse(
        calendar_of(found.user, at=timezone.now()),
        content_type="text/calendar; charset=utf-8",
        headers={"X-Content-Type-Options": "nosniff"},
    )
