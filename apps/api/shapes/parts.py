"""A part of what is sent: what it means in words, and an example of it."""

from typing import Annotated, Any

from ninja import Field

AT = "2026-03-04T14:00:00Z"
NUMBER, AMOUNT = "FL-000012", "125.00"


def part(words: str, *examples: Any, **bounds: Any) -> Any:
    """Return a part with what the document says of it.

    Of what has parts of its own, the example is that of its parts.
    """
    return Field(description=words, examples=list(examples) or None, **bounds)


Next = Annotated[
    str | None, part("Send it as `after` for the next page; null: this is the last one.", None)
]
