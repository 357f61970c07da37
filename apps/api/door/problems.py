"""Refusals and errors, as problem details (RFC 9457): each with a code that programs can tell."""

import json
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from apps.api.door.words import where_of, why_of

CONTENT_TYPE = "application/problem+json"
logger = logging.getLogger(__name__)


class Problem(Exception):
    """What keeps a request from being answered. The message says why, and what to do.

    ``code`` names the kind of it; ``clause`` is what a refusal rests on; ``more`` are members of
    the answer, ``headers`` its headers.
    """

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        message: str,
        *,
        clause: str = "",
        more: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.clause = status, code, clause
        self.more, self.headers = more or {}, headers or {}


def answer(problem: Problem) -> HttpResponse:
    """Return a problem as it is sent."""
    body: dict[str, Any] = {
        "type": f"urn:faultline:problem:{problem.code}",
        "title": problem.status.phrase,
        "status": problem.status.value,
        "code": problem.code,
        "detail": str(problem),
    }
    if problem.clause:
        body["clause"] = problem.clause
    return HttpResponse(
        json.dumps(body | dict(problem.more), ensure_ascii=False),
        status=problem.status,
        content_type=CONTENT_TYPE,
        headers={"Cache-Control": "no-store", **problem.headers},
    )


def take_over(api: NinjaAPI) -> None:
    """Let an API answer every error so."""
    told: dict[type[Exception], Callable[[Any], Problem]] = {
        Problem: lambda problem: problem,
        AuthenticationError: lambda error: no_token(),
        Throttled: too_many,
        ValidationError: invalid,
        HttpError: unreadable,
        Http404: lambda error: not_found(),
    }
    for kind, problem_of in told.items():
        api.add_exception_handler(kind, _answering(problem_of))
    api.add_exception_handler(Exception, _broken)


def _answering(problem_of: Callable[[Any], Problem]) -> Callable[[HttpRequest, Any], HttpResponse]:
    return lambda request, error: answer(problem_of(error))


def not_found() -> Problem:
    """Return what is said of whatever is not there, or not theirs: the same."""
    return Problem(HTTPStatus.NOT_FOUND, "not-found", "There is no such thing here.")


def no_token() -> Problem:
    """Return what is said to who shows no token that holds."""
    return Problem(
        HTTPStatus.UNAUTHORIZED,
        "no-token",
        "Send a token that holds, as “Authorization: Bearer flt_…”.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def too_many(error: Throttled) -> Problem:
    """Return what is said to a token that asks too often."""
    wait = int(error.wait or 1)
    return Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        "too-many-requests",
        f"This token has asked as often as it may for now. Ask again in {wait} s.",
        headers={"Retry-After": str(wait)},
    )


def invalid(error: ValidationError) -> Problem:
    """Say what is wrong where; what was sent is not sent back."""
    errors = [{"where": where_of(each), "why": why_of(each)} for each in error.errors]
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid",
        "What was sent cannot be taken. “errors” says what is wrong where.",
        more={"errors": errors},
    )


def unreadable(error: HttpError) -> Problem:
    """Return what is said of what cannot be read."""
    words = "It is no JSON in UTF-8, is nested too deeply, or has a name twice. Send a JSON object."
    return Problem(HTTPStatus(error.status_code), "unreadable", words)


def failed() -> Problem:
    """Return what is said where we are at fault."""
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "failed",
        "This is our fault, and is written down. Send it again with the same Idempotency-Key.",
    )


def _broken(request: HttpRequest, error: Any) -> HttpResponse:
    logger.exception("%s %s failed", request.method, request.path, exc_info=error)
    return answer(failed())
