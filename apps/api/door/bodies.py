"""What is sent along: JSON within our limits, read once it is known who asks."""

import json
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest
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
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "not-json",
            "Send JSON, with “Content-Type: application/json”.",
        )
    most = most_bytes()
    try:
        read = request.read(most + 1)
    except UnreadablePostError:
        raise Problem(
            HTTPStatus.BAD_REQUEST, "unreadable", "It broke off. Send it again."
        ) from None
    if len(read) > most:
        raise Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "too-large",
            f"It is larger than {size(most)}. Send some of the files with a reply.",
        )
    request._body = read  # type: ignore[attr-defined]  # where Django keeps what it has read


class StrictJson(Parser):
    """JSON as its standard has it: without NaN and Infinity."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return what was sent."""
        return json.loads(request.body, parse_constant=_no_number)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON.")
