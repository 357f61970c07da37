"""The shape's complaints in plain words."""

import re
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from apps.contracts.policy_file.parts import Part
from apps.contracts.policy_file.problems import Finding, Path
from apps.contracts.policy_file.shape import PolicyFile

SHOWN = 40  # characters of a wrong value that a message repeats
MOST = 200  # complaints that are put into words; a file that draws more is no policy

WORDS = {
    "missing": "this term is missing",
    "union_tag_not_found": "this term is missing",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "date_type": "must be a date, such as 2024-03-01",
    "time_type": 'must be a time of day, such as "08:00"',
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must not be empty",
    "too_long": "must have at most {max_length} entries",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "value_error": "{error}",
    "literal_error": "{value} is not one of {expected}",
    "union_tag_invalid": "{value} is not one of {expected_tags}",
}

# The step of pydantic's path that names the kind of an entry, which the document does not have.
VARIANT = {"fees": 2}

# What a text has to look like, by the name of its key; any other is a key of the file.
FORMS = {
    "ref": "a clause is named like S-5-targets: capitals, a hyphen, then letters, digits, . and -",
    "slug": "may hold only small letters, digits and hyphens",
    "currency": "must be a currency code of three capitals, such as USD",
    "country": "must be a country code of two capitals, such as US",
    "support_address": "must be an e-mail address",
    "tag": "must be a language tag, such as en or pt-BR",
}
KEY_FORM = "may hold only letters, digits, - and _"


def findings_of(error: ValidationError, document: dict[str, Any]) -> list[Finding]:
    """Return what the shape found, one finding for each place."""
    texts: dict[Path, list[str]] = {}
    for detail in error.errors(include_url=False)[:MOST]:
        texts.setdefault(_path_of(detail, document), []).append(_text_of(detail))
    return [
        # A value that may be of two kinds draws a complaint from each.
        Finding(path, ", or ".join(dict.fromkeys(words)))
        for path, words in texts.items()
    ]


def _path_of(detail: ErrorDetails, document: Any) -> Path:
    """Return a place in the document: pydantic also names the variant of a union on the way."""
    path: list[str | int] = []
    for number, step in enumerate(detail["loc"]):
        if number == VARIANT.get(str(detail["loc"][0])):
            continue
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            continue
        path.append(step)
    if detail["type"] == "missing":
        path.append(detail["loc"][-1])
    if detail["type"].startswith("union_tag"):
        path.append("kind")
    return tuple(path)


def _text_of(detail: ErrorDetails) -> str:
    kind, name = detail["type"], detail["loc"][-1]
    if kind == "extra_forbidden":
        return _unknown(str(name), _known_at(detail["loc"][:-1]))
    if kind == "string_pattern_mismatch":
        return f"{_shown(detail['input'])}: {FORMS.get(str(name), KEY_FORM)}"
    if kind == "too_long" and isinstance(detail["input"], str):
        kind = "string_too_long"
    context = detail.get("ctx", {})
    value = context["tag"] if kind == "union_tag_invalid" else detail["input"]
    words = WORDS.get(kind, detail["msg"])
    return words.format(value=_shown(value), **_in_a_row(context)) if kind in WORDS else words


def _in_a_row(context: dict[str, Any]) -> dict[str, Any]:
    """Return pydantic's list of what it expected, as names with commas."""
    return {
        name: ", ".join(re.findall(r"'([^']+)'", value)) if name.startswith("expected") else value
        for name, value in context.items()
    }


def _unknown(name: str, known: list[str]) -> str:
    """Say that a key is unknown, and which one was perhaps meant."""
    near = get_close_matches(name, known, n=1)
    if near:
        return f"unknown key; did you mean {near[0]}?"
    return f"unknown key; known here are {', '.join(known)}"


def _known_at(path: tuple[str | int, ...]) -> list[str]:
    """Return the keys that the shape knows in the table at a path of pydantic's."""
    tables: list[type[Part]] = [PolicyFile]
    for step in path:
        if any(step in table.model_fields for table in tables):
            fields = [table.model_fields[step] for table in tables if step in table.model_fields]
            tables = [part for field in fields for part in _parts_in(field.annotation)]
        elif isinstance(step, str):
            tables = [part for part in tables if _has_kind(part, step)] or tables
    return list(dict.fromkeys(name for table in tables for name in table.model_fields))


def _parts_in(annotation: Any) -> list[type[Part]]:
    """Return the tables that a field may hold, through lists, options and unions."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return [annotation]
    return [part for argument in get_args(annotation) for part in _parts_in(argument)]


def _has_kind(part: type[Part], kind: str) -> bool:
    field = part.model_fields.get("kind")
    return field is not None and kind in get_args(field.annotation)


def _shown(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
