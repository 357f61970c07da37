"""Requests that change something: each is named by its key, and done once."""

import hashlib
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Header, Schema
from ninja.responses import NinjaJSONEncoder

from apps.api.door.problems import CONTENT_TYPE, Problem, answer
from apps.api.door.tokens import TokenRequest
from apps.api.door.words import VISIBLE
from apps.api.services import InFlight, OtherRequest, begin, drop, give_up, keep

JSON = "application/json; charset=utf-8"
# Printable and without blanks, so that it is the same wherever it passes.
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=VISIBLE,
        description=(
            "Names the request, such as a UUID: new for each new request, the same when it is sent"
            " again. For a week the same request is done once, and answered as it was at first."
        ),
        examples=["5b6c1f1e-6a0b-4a2f-9d0c-1f0f6f6f2a11"],
    ),
]


def once(
    request: TokenRequest,
    key: str,
    act: Callable[[str], Schema],
    *,
    status: HTTPStatus = HTTPStatus.CREATED,
) -> HttpResponse:
    """Do what is asked and keep the answer; asked before with that key, answer the same again.

    ``act`` is told the name of the request for the services. A refusal is an answer too, and is
    kept. What cannot be taken as it was sent uses up no key; and after a fault of ours the request
    may come again at once.

    :raises Problem: the key names another request, or the request is being worked on.
    """
    try:
        kept = begin(token=request.auth, key=key, digest=_digest(request), at=timezone.now())
    except OtherRequest:
        raise key_reused() from None
    except InFlight:
        raise in_flight() from None
    if kept.status is not None:
        return _answered(kept.status, kept.body, is_again=True)
    try:
        body = json.dumps(act(kept.source_key).model_dump(), cls=NinjaJSONEncoder)
        number = status.value
    except Problem as problem:
        if problem.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            drop(request=kept)
            raise
        told = answer(problem)
        body, number = told.content.decode(), told.status_code
    except BaseException:
        give_up(request=kept)
        raise
    keep(request=kept, status=number, body=body)
    return _answered(number, body)


def key_reused() -> Problem:
    """Return what is said where a key names another request."""
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "key-reused", str(OtherRequest()))


def in_flight() -> Problem:
    """Return what is said while the same request is being worked on."""
    headers = {"Retry-After": "2"}
    return Problem(HTTPStatus.CONFLICT, "in-flight", str(InFlight()), headers=headers)


def _digest(request: TokenRequest) -> str:
    """Name what is asked: where, and what was sent, however its parts are ordered."""
    sent: Any = json.loads(request.body) if request.body else None
    told = json.dumps([request.method, request.path, sent], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _answered(status: int, body: str, *, is_again: bool = False) -> HttpResponse:
    is_problem = status >= HTTPStatus.BAD_REQUEST
    headers = {"Cache-Control": "no-store"} | ({"Idempotency-Replayed": "true"} if is_again else {})
    return HttpResponse(
        body, status=status, content_type=CONTENT_TYPE if is_problem else JSON, headers=headers
    )
