"""Kinds of what is sent: each says its bounds in the document, and is checked by them."""

from datetime import UTC, datetime
from typing import Annotated, Any

from ninja import Field, Schema
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict

from apps.api.door.words import LIST_KEY, NO_NUL

LONGEST = 100_000  # characters of a message


def _plain(value: Any) -> Any:
    """Return text with lines as they end in mails, and nothing blank around it."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("There is no such instant in UTC.") from None


# The bounds come first, so that they are checked, and told, as those of a text.
Text = Annotated[
    str, Field(min_length=1, max_length=LONGEST, pattern=NO_NUL), BeforeValidator(_plain)
]
MaybeText = Annotated[str, Field(max_length=LONGEST, pattern=NO_NUL), BeforeValidator(_plain)]
Subject = Annotated[
    str, Field(min_length=1, max_length=250, pattern=NO_NUL), BeforeValidator(_plain)
]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)]
# What a list of ours names something by: a severity, a category, a service, a ground.
ListKey = Annotated[str, Field(min_length=1, max_length=60, pattern=LIST_KEY)]
Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class Sent(Schema):
    """What is sent. A part that is not known is refused: a typing error would be lost.

    What is no yes or no is none, whatever it could be read as.
    """

    model_config = ConfigDict(extra="forbid", strict=True)
