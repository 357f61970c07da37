"""Pages without a login: the maintenance calendar of an account."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.changes.ical import subscription
from apps.changes.models import MaintenanceCalendar
from apps.changes.queries.windows import told_to
from apps.changes.services.maintenance_calendars import digest_of

BEFORE = timedelta(days=60)
MOST = 500  # events; the windows that lie furthest ahead come first


@never_cache
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """Return the maintenance of the account that has this address; a revoked one is not there.

    Clause: S-11.
    """
    rows = MaintenanceCalendar.objects.standing().select_related("account")
    found = rows.filter(digest=digest_of(token)).first()
    if found is None:
        raise Http404("There is no such calendar.")
    told = told_to(found.account_id).select_related("update__maintenance", "account", "version")
    recent = told.filter(update__ends_at__gt=timezone.now() - BEFORE).defer("version__source")
    return HttpResponse(
        subscription(found.account.name, recent.order_by("-update__starts_at", "-pk")[:MOST]),
        content_type="text/calendar; charset=utf-8",
        headers={"X-Content-Type-Options": "nosniff"},
    )
