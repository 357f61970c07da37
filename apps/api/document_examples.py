"""Examples in the document: each is made of those of its parts, so that none is written twice."""

from collections.abc import Mapping
from typing import Any

LATER = "2026-03-04T17:30:00Z"
# What is other in an example once the solution was answered so: by the names of endpoints.
ANSWERED: Mapping[str, Mapping[str, Any]] = {
    "confirm_closure": {
        "state": "CLOSED",
        "changed_at": LATER,
        "turn": "NOBODY",
        "closing": {"key": "resolved", "label": "Resolved"},
        "next_due": None,
    },
    "refuse_closure": {"state": "ANSWERED", "changed_at": LATER, "next_due": None},
}
MET = {"state": "MET", "settled_at": "2026-03-04T15:10:00Z"}
HERE = "#/components/schemas/"


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """Return an example of what a schema describes; ``schemas`` are those that it refers to."""
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].removeprefix(HERE)], schemas)
    if "const" in schema:
        return schema["const"]
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0], schemas)
    if "items" in schema:
        return [example_of(schema["items"], schemas)]
    parts = schema["properties"].items()
    return {name: example_of(part, schemas) for name, part in parts}


def show_answers(told: Mapping[str, Any], schemas: Mapping[str, Any]) -> None:
    """Put examples to the JSON that an endpoint answers when all is well."""
    for answer in told["responses"].values():
        shown = answer.get("content", {}).get("application/json")
        if shown is not None:
            example = example_of(shown["schema"], schemas)
            if told["operationId"] in ANSWERED:
                met = [each | MET for each in example["deadlines"]]
                example |= {**ANSWERED[told["operationId"]], "deadlines": met}
            shown["example"] = example
