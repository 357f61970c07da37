"""What is said of a part of a request that cannot be taken: where it is, and what to do."""

from collections.abc import Mapping
from typing import Any

NO_NUL = r"^[^\u0000]*$"  # PostgreSQL keeps no text with it
LIST_KEY = r"^[A-Za-z0-9_.-]+$"
BASE64 = r"^[A-Za-z0-9+/]+={0,2}$"
VISIBLE, VISIBLE_OR_NONE = r"^[!-~]+$", r"^[!-~]*$"
PLACE_IN_A_LIST = r"^[0-9.]*$"
BODY = "body"
_AN_INSTANT = (
    "Send an instant with its offset, such as 2026-03-04T14:00:00Z; in an address + is %2B."
)
_VISIBLE = "Use letters, digits and signs of ASCII, without blanks."
_PATTERNS = {
    NO_NUL: "It has the character NUL. Leave that out.",
    LIST_KEY: "Send a key of the catalogue: letters, digits, “_”, “.” and “-”.",
    BASE64: "It is no base64 in one line.",
    VISIBLE: _VISIBLE,
    VISIBLE_OR_NONE: _VISIBLE,
    PLACE_IN_A_LIST: "Send what “next” of a page was, unchanged; leave it out for the first page.",
}
# By the kinds of pydantic's errors; of others its own words are good.
_WORDS = {
    "missing": "It is missing. Send it.",
    "extra_forbidden": "It is not known here. Leave it out.",
    "string_type": "Send a text.",
    "bool_type": "Send true or false.",
    "model_attributes_type": "Send an object.",
    "timezone_aware": _AN_INSTANT,
    "datetime_parsing": _AN_INSTANT,
    "datetime_from_date_parsing": _AN_INSTANT,
}


def where_of(error: Mapping[str, Any]) -> str:
    """Return which part of the request it is, such as “body.files.0.name” or “query.limit”."""
    source, *parts = error["loc"]
    # What is sent has a name in our code, which is nobody else's.
    return ".".join(str(each) for each in [source, *(parts[1:] if source == BODY else parts)])


def why_of(error: Mapping[str, Any]) -> str:
    """Return what is wrong with it, and what to do."""
    if error["type"] == "string_pattern_mismatch":
        return _PATTERNS[error["ctx"]["pattern"]]
    return _WORDS.get(error["type"]) or str(error["msg"])
