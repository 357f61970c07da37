"""Webhooks as the API's document tells them: each event, what it says, and how it is signed."""

from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import models_json_schema

from apps.api.document_examples import HERE, example_of
from apps.api.shapes.parts import AT
from apps.api.shapes.webhooks import TOLD
from apps.contracts.rules.webhooks import EVENTS, TEST

STRING = {"type": "string"}
# Of the Standard Webhooks scheme.
HEADERS = {
    "webhook-id": "Names the event: the same whenever it is sent.",
    "webhook-timestamp": "When it is sent, in seconds since 1970.",
    "webhook-signature": (
        "HMAC-SHA256 of “id.timestamp.body” as base64 after “v1,”; while a secret is changed, one"
        " of each with a blank between. Refuse what has none that fits: at the top it is said how."
    ),
}
ANSWERS = {
    "2XX": {"description": "It has arrived."},
    "410": {"description": "Nothing is wanted any more: the endpoint is switched off."},
    "default": {
        "description": (
            "It is tried again: ten times within three days, and no sooner than Retry-After says,"
            " up to an hour."
        )
    },
}
WORDS = EVENTS | {TEST: "Somebody tries whether it arrives"}


def webhooks() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return each event by its type, and the schemas that they refer to by their names."""
    models = sorted({each for kinds in TOLD.values() for each in kinds}, key=lambda of: of.__name__)
    _, found = models_json_schema(
        [(each, "serialization") for each in models], ref_template=HERE + "{model}"
    )
    schemas = found["$defs"]
    return {name: {"post": _told(name, schemas)} for name in TOLD}, schemas


def _told(name: str, schemas: Mapping[str, Any]) -> dict[str, Any]:
    kinds = [{"$ref": f"{HERE}{each.__name__}"} for each in TOLD[name]]
    schema = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": name, "description": "What happened."},
            "timestamp": {**STRING, "format": "date-time", "description": "When it happened."},
            "data": {
                "description": "More of it.",
                **({"oneOf": kinds} if kinds[1:] else kinds[0]),
            },
        },
    }
    examples = {
        each.__name__: {
            "summary": str(each.__doc__).partition("\n")[0],
            "value": {"type": name, "timestamp": AT, "data": example_of(kind, schemas)},
        }
        for each, kind in zip(TOLD[name], kinds, strict=True)
    }
    return {
        "operationId": name.replace(".", "_"),
        "tags": ["Webhooks"],
        "summary": WORDS[name],
        "description": "Sent to each endpoint of the account that wants it. More members may come.",
        "parameters": [
            {
                "name": header,
                "in": "header",
                "required": True,
                "description": words,
                "schema": STRING,
            }
            for header, words in HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema, "examples": examples}},
        },
        "responses": ANSWERS,
        # It bears a signature, and no token.
        "security": [],
    }
