"""Where monitoring systems post their alerts."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.intake import services
from apps.intake.rules.alerts import UnreadablePost
from apps.outbox.enqueue import send_task

TASK = "apps.intake.tasks.handle_monitoring"
SCHEME = "bearer "


@csrf_exempt
@never_cache
@require_POST
def webhook(request: HttpRequest, key: str) -> JsonResponse:
    """Keep what a monitoring system posts, to be read at once by a worker.

    The source of the address shows its secret as ``Authorization: Bearer``.

    Clause: V-2-monitoring.
    """
    shown = request.headers.get("authorization", "")
    secret = shown[len(SCHEME) :].strip() if shown.lower().startswith(SCHEME) else ""
    source = services.source_shown(key=key, secret=secret)
    if source is None:
        why = (
            "Send “Authorization: Bearer” with a secret of this source, and see that it is active."
        )
        return _no(401, why, {"WWW-Authenticate": 'Bearer realm="monitoring"'})
    at, most = timezone.now(), settings.MONITORING_MAX_BYTES
    body = request.read(most + 1)
    if len(body) > most:
        services.note_post_too_big(source=source, head=body, most=most, at=at)
        return _no(413, f"This is more than {most} bytes: set max_alerts, or group alerts smaller.")
    try:
        post, alerts = services.take_post(source=source, body=body, at=at)
    except UnreadablePost as fault:
        return _no(400, str(fault))
    send_task(TASK)
    return JsonResponse({"id": post.pk, "alerts": alerts}, status=202)


def _no(status: int, why: str, headers: dict[str, str] | None = None) -> JsonResponse:
    return JsonResponse({"error": why}, status=status, headers=headers)
