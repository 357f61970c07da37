"""What machines send without a login: voice messages, signed; alerts, by a source's secret."""

import binascii
import json
import re
from base64 import b64decode
from datetime import datetime
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.core.validators import URLValidator
from django.http import Http404, HttpRequest, JsonResponse
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.intake import services
from apps.intake.rules.alerts import UnreadablePost
from apps.intake.rules.webhooks import BadSignature, verify
from apps.outbox.enqueue import send_task
from apps.tickets.services import Refused

AUDIO = re.compile(r"audio/[a-z0-9][a-z0-9.+-]{0,60}")
ANYTHING = "application/octet-stream"
HANDLE_MONITORING = "apps.intake.tasks.handle_monitoring"
SCHEME = "bearer "


class _Unreadable(Exception):
    """What was sent has not the shape that it must have. The message says where."""


@csrf_exempt
@never_cache
@require_POST
def voice_webhook(request: HttpRequest) -> JsonResponse:
    """Take a voice message from a phone system, signed by the Standard Webhooks scheme.

    JSON, or a form of several parts: ``event`` with the JSON and ``recording`` with the file. The
    same webhook-id again is the same message, and answered alike.

    Clause: S-2.
    """
    if not settings.VOICE_WEBHOOK_SECRETS:
        raise Http404("No secret is set, so nothing is taken here.")
    body = request.read(settings.VOICE_MAX_BYTES + 1)
    if len(body) > settings.VOICE_MAX_BYTES:
        return _no(413, f"This is more than {settings.VOICE_MAX_BYTES} bytes.")
    at, message_id = timezone.now(), request.headers.get("webhook-id", "")
    try:
        verify(
            message_id=message_id,
            timestamp=request.headers.get("webhook-timestamp", ""),
            signatures=request.headers.get("webhook-signature", ""),
            body=body,
            secrets=settings.VOICE_WEBHOOK_SECRETS,
            at=at,
        )
    except BadSignature as refusal:
        return _no(401, str(refusal))
    try:
        left = _left(*_parts(request, body), at=at)
        voice = services.take_voice(left=left, source_key=f"webhook:{message_id}", at=at)
    except (_Unreadable, Refused) as refusal:
        return _no(400, str(refusal))
    return JsonResponse({"id": voice.pk, "paged": voice.page_id is not None})


@csrf_exempt
@never_cache
@require_POST
def monitoring_webhook(request: HttpRequest, key: str) -> JsonResponse:
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
    send_task(HANDLE_MONITORING)
    return JsonResponse({"id": post.pk, "alerts": alerts}, status=202)


def _parts(request: HttpRequest, body: bytes) -> tuple[dict[str, Any], bytes | None, str]:
    """Return what is said, and the recording with its type, where it came as a file."""
    if not (request.content_type or "").startswith("multipart/"):
        return _data(body), None, ""
    try:
        # The size is bounded already; nothing of it is kept in files beyond this request.
        handlers = [TemporaryFileUploadHandler(request)]
        given, files = MultiPartParser(request.META, BytesIO(body), handlers, "utf-8").parse()
    except (MultiPartParserError, ValidationError) as error:
        raise _Unreadable("The parts cannot be told apart.") from error
    data = _data(str(given.get("event", "")).encode())
    file = files.get("recording")
    if file is None:
        return data, None, ""
    with file:
        return data, file.read(), file.content_type or ""


def _data(text: bytes) -> dict[str, Any]:
    try:
        sent = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _Unreadable("The event is no JSON.") from error
    data = sent.get("data") if isinstance(sent, dict) else None
    if not isinstance(data, dict):
        raise _Unreadable("The event has no data.")
    return data


def _left(
    data: dict[str, Any], recording: bytes | None, recording_type: str, *, at: datetime
) -> services.Left:
    inside = data.get("recording")
    if recording is None and isinstance(inside, dict):
        recording_type = _text(inside, "content_type", most=100)
        try:
            recording = b64decode(_text(inside, "base64", most=None), validate=True)
        except (binascii.Error, ValueError) as error:
            raise _Unreadable("recording.base64 is no base64.") from error
    recording_type = recording_type.partition(";")[0].strip().lower()
    return services.Left(
        left_at=_instant(data, at=at),
        number=_text(data, "from", most=40),
        caller=_text(data, "caller", most=120),
        transcript=_text(data, "transcript", most=None),
        recording_url=_url(data),
        recording=recording,
        recording_type=recording_type if AUDIO.fullmatch(recording_type) else ANYTHING,
    )


def _text(data: dict[str, Any], name: str, *, most: int | None) -> str:
    value = data.get(name) or ""
    if not isinstance(value, str) or (most is not None and len(value) > most):
        raise _Unreadable(f"{name} must be a text{f' of {most} characters at most' * bool(most)}.")
    return value.encode(errors="ignore").decode().replace("\0", "")


def _instant(data: dict[str, Any], *, at: datetime) -> datetime:
    text = _text(data, "left_at", most=40)
    if not text:
        return at
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise _Unreadable("left_at must be an instant such as 2026-11-28T21:30:00Z.")
    return found


def _url(data: dict[str, Any]) -> str:
    url = _text(data, "recording_url", most=1000)
    try:
        if url:
            URLValidator(schemes=["https", "http"])(url)
    except ValidationError as error:
        raise _Unreadable("recording_url must be an address of the web.") from error
    return url


def _no(status: int, why: str, headers: dict[str, str] | None = None) -> JsonResponse:
    return JsonResponse({"error": why}, status=status, headers=headers)
