"""What is sent along: JSON within our limits, read once it is known who asks; and who keeps it."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from ninja.parser import Parser

from apps.api.door.problems import Problem
from apps.tickets.wording import size

WITH_BODY = ("POST", "PUT", "PATCH")
BESIDE_FILES = 2 * 1024 * 1024  # bytes


def most_bytes() -> int:
    """Return how big a request may be: its files, as base64, and what is said besides."""
    return settings.SENT_FILES_MAX_BYTES * 4 // 3 + BESIDE_FILES


def take_body(request: HttpRequest) -> None:
    """Read what is sent, no further than it may be long.

    :raises Problem: it is too long, or no JSON by its own word.
    """
    if request.method not in WITH_BODY:
        return
    if request.content_type != "application/json":
        raise not_json()
    most = most_bytes()
    try:
        read = request.read(most + 1)
    except UnreadablePostError:
        raise Problem(
            HTTPStatus.BAD_REQUEST, "unreadable", "It broke off. Send it again."
        ) from None
    if len(read) > most:
        raise too_large()
    request._body = read  # type: ignore[attr-defined]  # where Django keeps what it has read


def not_json() -> Problem:
    """Return what is said of what is no JSON by its own word."""
    return Problem(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "not-json",
        "Send JSON, with “Content-Type: application/json”.",
    )


def too_large() -> Problem:
    """Return what is said of what is larger than we take."""
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "too-large",
        f"It is larger than {size(most_bytes())}. Send some of the files with a reply.",
    )


def kept_by_nobody(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let no browser and nothing on the way keep an answer that does not say for how long."""

    def running(request: HttpRequest, **parts: Any) -> HttpResponse:
        response = run(request, **parts)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return running


class StrictJson(Parser):
    """JSON as its standard has it: without NaN and Infinity, and with each name once."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return what was sent."""
        return json.loads(request.body, parse_constant=_no_number, object_pairs_hook=_one_each)


def _one_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("A name is there twice.")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON.")
