"""Problems as the API's document tells them: which there are where, each as it is sent."""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from ninja.errors import HttpError, Throttled, ValidationError

from apps.api.door import Problem, not_found
from apps.api.door.bodies import not_json, too_large
from apps.api.door.once import in_flight, key_reused
from apps.api.door.problems import CONTENT_TYPE, answer, failed, invalid, no_token, too_many
from apps.api.door.problems import unreadable as broken_off
from apps.api.door.tokens import scope_missing, unknown_parameter
from apps.api.endpoints.paging import no_such_page

# By the part of a request that an endpoint may take: how it can be wrong.
WRONG: Mapping[str, Mapping[str, Any]] = {
    "Idempotency-Key": {"type": "missing", "loc": ("header", "Idempotency-Key")},
    "limit": {
        "type": "less_than_equal",
        "loc": ("query", "limit"),
        "msg": "Input should be less than or equal to 100",
    },
    "reference": {
        "type": "string_too_long",
        "loc": ("path", "reference"),
        "msg": "String should have at most 40 characters",
    },
}
REFUSED = Problem(HTTPStatus.CONFLICT, "refused", "FL-000012 is closed already.")
NOT_ENTITLED = Problem(
    HTTPStatus.FORBIDDEN,
    "not-entitled",
    "The term of order WS-0310 ended on 2026-02-28.",
    clause="S-1",
    more={
        "checks": [
            {"clause": "S-1", "holds": True, "says": "Order WS-0310 is executed."},
            {
                "clause": "S-1",
                "holds": False,
                "says": "The term of order WS-0310 ended on 2026-02-28.",
            },
        ]
    },
)
# Each problem, with what to do about it.
ALL: Mapping[str, tuple[Problem, str]] = {
    problem.code: (problem, words)
    for problem, words in (
        (broken_off(HttpError(400, "")), "What was sent cannot be read as JSON: mend it."),
        (no_token(), "No token came, or one that does not hold, has run out or was ended."),
        (
            scope_missing("tickets:write"),
            "The token was not made for this: `scope` says what it lacks. Make another one.",
        ),
        (
            Problem(
                HTTPStatus.FORBIDDEN,
                "right-missing",
                "Kim Berg, as whom this token acts, may not do this under WS-0310.",
            ),
            "As whom the token acts may not do this: have them given the right.",
        ),
        (NOT_ENTITLED, "No support is owed: `checks` says which condition does not hold."),
        (
            Problem(
                HTTPStatus.FORBIDDEN,
                "dashboard-suspended",
                "Changes are suspended since 2026-03-04.",
                clause="S-12",
            ),
            "The account may change nothing now: its standing says what clears that.",
        ),
        (
            Problem(
                HTTPStatus.FORBIDDEN,
                "not-admissible",
                "It goes to nobody: FL-000012 is escalated on that ground already: acknowledged.",
                clause="S-7",
            ),
            "It cannot be escalated so: the ticket's grounds say on what it can.",
        ),
        (not_found(), "There is none, or it is not theirs: the same answer."),
        (
            Problem(HTTPStatus.METHOD_NOT_ALLOWED, "other-method", ""),
            "The address does not take that method: `Allow` says which it takes.",
        ),
        (REFUSED, "It does not fit what is there now: read it again."),
        (in_flight(), "The same request is being worked on: ask again after `Retry-After`."),
        (too_large(), "It is too large: send less."),
        (not_json(), "It is no JSON by its own word: say `Content-Type: application/json`."),
        (
            invalid(ValidationError([dict(WRONG["Idempotency-Key"])])),
            "A part cannot be taken: `errors` says which, and why.",
        ),
        (
            unknown_parameter({"after", "limit"}),
            "The address asks for something that is not known here: leave it out.",
        ),
        (no_such_page(), "`after` is no place in the list: begin anew without it."),
        (
            Problem(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "no-such-ground",
                "That is no ground of this ticket's policy. There are: not-resolved.",
            ),
            "The ticket has no such ground: read its grounds.",
        ),
        (key_reused(), "The `Idempotency-Key` named another request: take a new one."),
        (too_many(Throttled(wait=20)), "Asked too often: ask again after `Retry-After`."),
        (failed(), "Our fault: send it again with the same key."),
    )
}
ALWAYS = ("no-token", "unknown-parameter", "too-many-requests", "failed")
OF_AN_ACT = ("unreadable", "in-flight", "too-large", "not-json", "key-reused")
# By the names of endpoints.
OF_ITS_OWN: Mapping[str, tuple[str, ...]] = {
    "open_ticket": ("not-entitled",),
    "reply_on_ticket": ("refused",),
    "confirm_closure": ("refused",),
    "refuse_closure": ("refused",),
    "dispute_severity": ("refused",),
    "escalate_ticket": ("not-admissible", "no-such-ground", "refused"),
    "ask_for_service": ("dashboard-suspended", "refused"),
}
SECONDS = {"schema": {"type": "integer"}, "description": "Seconds until to ask again."}
RETRY_AFTER = {"Retry-After": SECONDS}


def answers(told: Mapping[str, Any], door: Any) -> dict[int, Any]:
    """Return the problems of an endpoint by their status, as a document has them."""
    parts = {each["name"]: each["in"] for each in told["parameters"]}
    wrong = [dict(error) for name, error in WRONG.items() if name in parts]
    own = {
        "scope-missing": scope_missing(door.scope),
        "invalid": invalid(ValidationError(wrong)),
        "unknown-parameter": unknown_parameter(
            {name for name, where in parts.items() if where == "query"}
        ),
    }
    found: dict[int, dict[str, Any]] = {}
    for code in _codes_of(told, door, parts):
        problem = own.get(code, ALL[code][0])
        shown = {"summary": code, "value": json.loads(answer(problem).content)}
        found.setdefault(problem.status.value, {})[code] = shown
    return {status: _answer(examples) for status, examples in sorted(found.items())}


def table() -> str:
    """Return all problems, as rows of a table in Markdown."""
    rows = sorted((problem.status.value, code, words) for code, (problem, words) in ALL.items())
    return "\n".join(f"| {status} | `{code}` | {words} |" for status, code, words in rows)


def _codes_of(told: Mapping[str, Any], door: Any, parts: Mapping[str, str]) -> Iterator[str]:
    yield from ALWAYS
    if door.scope:
        yield "scope-missing"
    if door.right:
        yield "right-missing"
    if "path" in parts.values():
        yield "not-found"
    if any(each["name"] == "after" and _is_place(each["schema"]) for each in told["parameters"]):
        yield "no-such-page"
    if WRONG.keys() & parts.keys():
        yield "invalid"
    if "requestBody" in told:
        yield from OF_AN_ACT
    yield from OF_ITS_OWN.get(told["operationId"], ())


def _is_place(schema: Mapping[str, Any]) -> bool:
    """Tell whether an `after` is a place of several parts; else it is a number, or invalid."""
    return any(each.get("type") == "string" for each in schema["anyOf"])


def _answer(examples: dict[str, Any]) -> dict[str, Any]:
    words = " ".join(f"`{code}`: {ALL[code][1]}" for code in examples)
    schema = {"$ref": "#/components/schemas/Problem"}
    told = {
        "description": words,
        "content": {CONTENT_TYPE: {"schema": schema, "examples": examples}},
    }
    may_come_again = {"in-flight", "too-many-requests"} & set(examples)
    return told | ({"headers": RETRY_AFTER} if may_come_again else {})
